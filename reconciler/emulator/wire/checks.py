"""Checks of single JSON values; each returns the value or raises the API's refusal with its ``param``."""

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.emulator.wire import errors


def child(param: str | None, key: str) -> str:
    """The name of a key inside ``param``, as ``error.param`` spells it."""
    return key if param is None else f"{param}.{key}"


def check_object(value: Any, param: str | None, keys: Sequence[str]) -> dict[str, Any]:
    """An object with no other keys than ``keys``."""
    if not isinstance(value, dict):
        raise errors.invalid_type(param, "an object", value)
    for key in value:
        if key not in keys:
            raise errors.unknown_parameter(child(param, key))
    return value


def required(value: Mapping[str, Any], key: str, param: str | None) -> Any:
    """The value of a key that must be there."""
    if key not in value:
        raise errors.missing_parameter(child(param, key))
    return value[key]


def check_string(value: Any, param: str, *, least: int = 0, most: int | None = None) -> str:
    """A string of ``least`` to ``most`` characters."""
    if not isinstance(value, str):
        raise errors.invalid_type(param, "a string", value)
    if len(value) < least:
        raise errors.out_of_bounds(
            param,
            "string too short",
            f"a string with minimum length {least}",
            f"a string with length {len(value)}",
            "string_below_min_length",
        )
    if most is not None and len(value) > most:
        raise errors.out_of_bounds(
            param,
            "string too long",
            f"a string with maximum length {most}",
            f"a string with length {len(value)}",
            "string_above_max_length",
        )
    return value


def check_choice(value: Any, param: str, choices: Sequence[str]) -> str:
    """A string of an enumeration."""
    text = check_string(value, param)
    if text not in choices:
        raise errors.invalid_value(param, text, choices)
    return text


def check_integer(value: Any, param: str, *, least: int, most: int | None = None) -> int:
    """An integer from ``least`` to ``most``; ``20.0`` is one, as in JSON Schema, a boolean is none."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise errors.invalid_type(param, "an integer", value)
    if value < least:
        raise errors.out_of_bounds(
            param, "integer below minimum value", f"a value >= {least}", str(value), "integer_below_min_value"
        )
    if most is not None and value > most:
        raise errors.out_of_bounds(
            param, "integer above maximum value", f"a value <= {most}", str(value), "integer_above_max_value"
        )
    return value


def check_array(value: Any, param: str, *, least: int = 0) -> list[Any]:
    """An array of at least ``least`` items."""
    if not isinstance(value, list):
        raise errors.invalid_type(param, "an array", value)
    if len(value) < least:
        raise errors.out_of_bounds(
            param, "empty array", f"an array with minimum length {least}", "an empty array", "empty_array"
        )
    return value


def check_kind(value: Any, param: str, choices: Sequence[str]) -> str:
    """The discriminator of a union, checked before the rest so that the refusal names it."""
    if not isinstance(value, dict):
        raise errors.invalid_type(param, "an object", value)
    return check_choice(required(value, "type", param), f"{param}.type", choices)

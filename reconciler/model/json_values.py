"""Reading parsed JSON strictly: a value of the wrong shape is damage, named as JSON would write it."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

if TYPE_CHECKING:
    from enum import StrEnum

LONGEST = 80
"""Characters of a value that a message shows."""

_Word = TypeVar("_Word", bound="StrEnum")


class Damaged(ValueError):
    """A value is not of the format's shape; the message says what was expected and what stands there."""


def parsed(content: str) -> object:
    """Parses JSON as the standard has it: no NaN, no Infinity, no key twice (people see the first).

    Raises:
        ValueError: it is none.
        RecursionError: it is nested too deeply.
    """
    return json.loads(content, object_pairs_hook=_object, parse_constant=_no_constant)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise Damaged(f"the key {written(key)} stands twice in one object")
        seen.add(key)
    raise Damaged("a key stands twice in one object")


def _no_constant(name: str) -> NoReturn:
    raise Damaged(f"{name} is no number")


def written(value: object, longest: int = LONGEST) -> str:
    """A value as JSON writes it, cut short; values that nest too deeply for that are only called so."""
    try:
        text = json.dumps(value)
    except RecursionError:
        return "something nested too deeply"
    return text if len(text) <= longest else f"{text[:longest]}…"


def fields(value: object) -> Fields:
    """An object.

    Raises:
        Damaged: it is none.
    """
    if not isinstance(value, dict):
        raise Damaged(f"expected an object, found {written(value)}")
    return Fields(value)


class Fields(dict[str, Any]):
    """An object whose missing keys are damage."""

    def __missing__(self, key: str) -> Any:
        raise Damaged(f"{written(key)} is missing")


def items(value: object) -> list[Any]:
    """A list.

    Raises:
        Damaged: it is none.
    """
    if not isinstance(value, list):
        raise Damaged(f"expected a list, found {written(value)}")
    return value


def text(value: object) -> str:
    """Text.

    Raises:
        Damaged: it is none.
    """
    if not isinstance(value, str):
        raise Damaged(f"expected text, found {written(value)}")
    return value


def texts(value: object) -> tuple[str, ...]:
    """A list of texts.

    Raises:
        Damaged: it is none.
    """
    return tuple(text(item) for item in items(value))


def optional_text(value: object) -> str | None:
    """Text or null.

    Raises:
        Damaged: it is neither.
    """
    return None if value is None else text(value)


def word(value: object, words: type[_Word], what: str) -> _Word:
    """One of a closed set, which messages call `what`.

    Raises:
        Damaged: it is none of them.
    """
    known = {item.value: item for item in words}
    if not isinstance(value, str) or value not in known:
        raise Damaged(f"unknown {what} {written(value)}")
    return known[value]


def number(value: object) -> int:
    """A whole number.

    Raises:
        Damaged: it is none.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise Damaged(f"expected a whole number, found {written(value)}")
    return value


def optional_number(value: object) -> int | None:
    """A whole number or null.

    Raises:
        Damaged: it is neither.
    """
    return None if value is None else number(value)


def amount(value: object) -> float:
    """A finite number.

    Raises:
        Damaged: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Damaged(f"expected an amount, found {written(value)}")
    try:
        found = float(value)
    except OverflowError as error:
        raise Damaged("expected an amount, found a number beyond all amounts") from error
    if not math.isfinite(found):
        raise Damaged(f"expected an amount, found {written(value)}")
    return found


def flag(value: object) -> bool:
    """True or false.

    Raises:
        Damaged: it is neither.
    """
    if not isinstance(value, bool):
        raise Damaged(f"expected true or false, found {written(value)}")
    return value

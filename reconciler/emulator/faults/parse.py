"""Rules from JSON, as ``POST /_emulator/faults`` takes them."""

from collections.abc import Callable
from typing import Any

from reconciler.emulator.faults.network import Drop, Latency, Status, Truncate
from reconciler.emulator.faults.pages import Empty, Endless, Patch, Repeat
from reconciler.emulator.faults.rule import Rule
from reconciler.emulator.wire import errors
from reconciler.emulator.wire.checks import (
    check_array,
    check_choice,
    check_integer,
    check_object,
    check_string,
    child,
    required,
)

_COMMON = ("kind", "endpoint", "skip", "times")

Check = Callable[[Any, str], Any]


def _seconds(value: Any, param: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise errors.invalid_type(param, "a number of seconds", value)
    return float(value)


def _when(value: Any, param: str) -> str:
    return check_choice(value, param, ("before", "after"))


def _texts(value: Any, param: str) -> dict[str, str]:
    if not isinstance(value, dict):
        raise errors.invalid_type(param, "an object", value)
    return {key: check_string(text, child(param, key)) for key, text in value.items()}


def _fields(value: Any, param: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise errors.invalid_type(param, "an object", value)
    return value


def _names(value: Any, param: str) -> list[str]:
    return [check_string(item, f"{param}[{index}]") for index, item in enumerate(check_array(value, param))]


def _anything(value: Any, param: str) -> Any:  # noqa: ARG001 - the protocol of checks
    return value


_KINDS: dict[str, tuple[type[Rule], dict[str, Check], tuple[str, ...]]] = {
    "latency": (Latency, {"seconds": _seconds, "when": _when}, ("seconds",)),
    "status": (
        Status,
        {
            "status": lambda value, param: check_integer(value, param, least=200, most=599),
            "when": _when,
            "headers": _texts,
            "body": _anything,
        },
        ("status",),
    ),
    "drop": (Drop, {"when": _when}, ()),
    "truncate": (Truncate, {"size": lambda value, param: check_integer(value, param, least=0)}, ()),
    "endless": (Endless, {}, ()),
    "repeat": (Repeat, {}, ()),
    "empty": (Empty, {}, ()),
    "patch": (Patch, {"fields": _fields, "omit": _names}, ()),
}
"""Of each kind: its class, what its own keys hold, and which of them are required."""


def parse_rules(value: Any) -> list[Rule]:
    """The rules of a body ``{"rules": [...]}``.

    Raises:
        ApiError: 400, with ``param`` and a code of the API's family.
    """
    rules = required(check_object(value, None, ("rules",)), "rules", None)
    return [_parse_rule(item, f"rules[{index}]") for index, item in enumerate(check_array(rules, "rules"))]


def _parse_rule(value: Any, param: str) -> Rule:
    if not isinstance(value, dict):
        raise errors.invalid_type(param, "an object", value)
    kind = check_choice(required(value, "kind", param), child(param, "kind"), tuple(_KINDS))
    rule, checks, needed = _KINDS[kind]
    check_object(value, param, (*_COMMON, *checks))
    for key in needed:
        required(value, key, param)
    own = {key: check(value[key], child(param, key)) for key, check in checks.items() if key in value}
    return rule(**_common(value, param), **own)


def _common(value: dict[str, Any], param: str) -> dict[str, Any]:
    common: dict[str, Any] = {}
    if "endpoint" in value:
        common["endpoint"] = check_string(value["endpoint"], child(param, "endpoint"))
    if "skip" in value:
        common["skip"] = check_integer(value["skip"], child(param, "skip"), least=0)
    if "times" in value:
        times = value["times"]
        common["times"] = None if times is None else check_integer(times, child(param, "times"), least=1)
    return common

"""Rules from JSON, as ``POST /_emulator/faults`` takes them, each an object or a line of text."""

from collections.abc import Callable
from re import fullmatch
from typing import Any, NamedTuple

from reconciler.emulator.faults.durations import parse_rate
from reconciler.emulator.faults.network import Drop, Latency, Status, Truncate
from reconciler.emulator.faults.pages import Empty, Endless, Hide, Patch, Repeat, WrongEnds
from reconciler.emulator.faults.rate import RateLimit
from reconciler.emulator.faults.rows import Appear, BogusRow, NullBytes, Vanish
from reconciler.emulator.faults.rule import Harm, Rule
from reconciler.emulator.faults.text import parse_line
from reconciler.emulator.faults.writes import Double, Lie
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

_FRAMING = ("content-length", "transfer-encoding", "connection")
"""Headers that say where a message ends; a false one would harm the next request, not this one."""

_COMMON = ("kind", "endpoint", "skip", "times", "probability", "without_header")
_MOST_ROWS = 1000

Check = Callable[[Any, str], Any]


class Parsed(NamedTuple):
    """What a list of rules comes to."""

    rules: list[Rule]
    limits: list[RateLimit]


def _number(value: Any, param: str, what: str, most: float | None = None) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise errors.invalid_type(param, what, value)
    if most is not None and value > most:
        raise errors.invalid_type(param, what, value)
    return float(value)


def check_seconds(value: Any, param: str) -> float:
    """A number of seconds, at most a day."""
    return _number(value, param, "a number of seconds up to 86400", 86_400)


def _probability(value: Any, param: str) -> float:
    return _number(value, param, "a number from 0 to 1", 1)


def _when(value: Any, param: str) -> str:
    return check_choice(value, param, ("before", "after"))


def _rows(value: Any, param: str) -> int:
    return check_integer(value, param, least=1, most=_MOST_ROWS)


def _headers(value: Any, param: str) -> dict[str, str]:
    headers = {}
    for name, text in _fields(value, param).items():
        where = child(param, name)
        if not fullmatch("[!-9;-~]+", name) or name.lower() in _FRAMING:
            raise errors.unknown_parameter(where)
        if not fullmatch("[ -~]*", check_string(text, where)):
            raise errors.ApiError(400, f"Invalid '{where}': not printable ASCII.", param=where)
        headers[name.lower()] = text
    return headers


def _fields(value: Any, param: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise errors.invalid_type(param, "an object", value)
    return value


def _names(value: Any, param: str) -> list[str]:
    return [check_string(item, f"{param}[{index}]") for index, item in enumerate(check_array(value, param))]


def _anything(value: Any, param: str) -> Any:  # noqa: ARG001 - the protocol of checks
    return value


_KINDS: dict[str, tuple[type[Harm], dict[str, Check], tuple[str, ...]]] = {
    "latency": (Latency, {"seconds": check_seconds, "when": _when}, ("seconds",)),
    "status": (
        Status,
        {
            "status": lambda value, param: check_integer(value, param, least=200, most=599),
            "when": _when,
            "headers": _headers,
            "body": _anything,
        },
        ("status",),
    ),
    "drop": (Drop, {"when": _when}, ()),
    "truncate": (Truncate, {"size": lambda value, param: check_integer(value, param, least=0)}, ()),
    "endless": (Endless, {}, ()),
    "repeat": (Repeat, {}, ()),
    "empty": (Empty, {}, ()),
    "wrong-ends": (WrongEnds, {}, ()),
    "hide": (Hide, {"rows": _rows}, ()),
    "patch": (Patch, {"fields": _fields, "omit": _names}, ()),
    "appear": (Appear, {"rows": _rows, "name": check_string}, ()),
    "vanish": (Vanish, {"rows": _rows, "name": check_string}, ()),
    "null-bytes": (NullBytes, {}, ()),
    "bogus-row": (BogusRow, {}, ()),
    "lie": (Lie, {}, ()),
    "double": (
        Double,
        {"answer": lambda value, param: check_choice(value, param, ("first", "second"))},
        (),
    ),
}
"""Of each kind: its class, what its own keys hold, and which of them are required."""

_LIMIT = "rate-limit"


def parse_rules(value: Any, param: str = "rules") -> Parsed:
    """The rules of an array.

    Raises:
        ApiError: 400, with ``param`` and a code of the API's family.
    """
    parsed = Parsed([], [])
    for index, item in enumerate(check_array(value, param)):
        where = f"{param}[{index}]"
        rule = _from_text(item, where) if isinstance(item, str) else item
        if not isinstance(rule, dict):
            raise errors.invalid_type(where, "an object or a string", rule)
        kind = check_choice(required(rule, "kind", where), child(where, "kind"), (*_KINDS, _LIMIT))
        if kind == _LIMIT:
            parsed.limits.append(_parse_limit(rule, where))
        else:
            parsed.rules.append(_parse_rule(rule, kind, where))
    return parsed


def _from_text(text: str, param: str) -> dict[str, Any]:
    try:
        return parse_line(text)
    except ValueError as error:
        raise errors.ApiError(
            400, f"Invalid '{param}': {error}.", param=param, code="invalid_value"
        ) from error


def _parse_limit(value: dict[str, Any], param: str) -> RateLimit:
    check_object(value, param, ("kind", "endpoint", "rate"))
    where = child(param, "rate")
    try:
        rate = parse_rate(check_string(required(value, "rate", param), where))
    except ValueError as error:
        raise errors.ApiError(
            400, f"Invalid '{where}': {error}.", param=where, code="invalid_value"
        ) from error
    return RateLimit(rate=rate, endpoint=check_string(value.get("endpoint", "*"), child(param, "endpoint")))


def _parse_rule(value: dict[str, Any], kind: str, param: str) -> Rule:
    harm, checks, needed = _KINDS[kind]
    check_object(value, param, (*_COMMON, *checks))
    for key in needed:
        required(value, key, param)
    own = {key: check(value[key], child(param, key)) for key, check in checks.items() if key in value}
    return Rule(harm=harm(**own), **_common(value, param))


def _common(value: dict[str, Any], param: str) -> dict[str, Any]:
    common: dict[str, Any] = {}
    if "endpoint" in value:
        common["endpoint"] = check_string(value["endpoint"], child(param, "endpoint"))
    if "without_header" in value:
        common["without_header"] = check_string(
            value["without_header"], child(param, "without_header")
        ).lower()
    if "skip" in value:
        common["skip"] = check_integer(value["skip"], child(param, "skip"), least=0)
    if "probability" in value:
        common["probability"] = _probability(value["probability"], child(param, "probability"))
        common["times"] = None
    if "times" in value:
        times = value["times"]
        common["times"] = None if times is None else check_integer(times, child(param, "times"), least=1)
    return common

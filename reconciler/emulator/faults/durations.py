"""Durations and rates as people write them: ``200ms``, ``5s``, ``1.5m``, ``100/min``."""

import re
from typing import NamedTuple

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)(ms|s|m|min|h)")
_PERIODS = {
    "s": 1.0,
    "sec": 1.0,
    "second": 1.0,
    "m": 60.0,
    "min": 60.0,
    "minute": 60.0,
    "h": 3600.0,
    "hour": 3600.0,
}
_RATE = re.compile(r"([0-9]{1,9})/([a-z]+)")


class Rate(NamedTuple):
    """So many requests in so many seconds; ``text`` is how it was written."""

    requests: int
    seconds: float
    text: str


def parse_duration(text: str) -> float:
    """Seconds.

    Raises:
        ValueError: With a sentence that says what was expected.
    """
    if text == "0":
        return 0.0
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"expected a duration like 200ms, 5s, 2m or 1h, found {text!r}")
    return float(found[1]) * _UNITS[found[2]]


def parse_rate(text: str) -> Rate:
    """A rate.

    Raises:
        ValueError: With a sentence that says what was expected.
    """
    found = _RATE.fullmatch(text)
    if found is None or found[2] not in _PERIODS or int(found[1]) < 1:
        raise ValueError(f"expected a rate like 100/min, 10/s or 1000/h, found {text!r}")
    return Rate(int(found[1]), _PERIODS[found[2]], text)


def show_duration(seconds: float) -> str:
    """A duration as rate-limit headers of the API show it: ``600ms``, ``6s``, ``1m30s``, ``1h0m0s``."""
    milliseconds = round(seconds * 1000)
    if milliseconds < 1000:  # noqa: PLR2004 - a second
        return f"{milliseconds}ms"
    whole, rest = divmod(milliseconds, 1000)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    shown = f"{second}.{rest:03}".rstrip("0") if rest else str(second)
    if hours:
        return f"{hours}h{minute}m{shown}s"
    return f"{minute}m{shown}s" if minute else f"{shown}s"

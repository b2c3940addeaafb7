"""What the headers of an answer say of time: when to come back, and how many requests are left.

Rate headers are those of the OpenAI API: `x-ratelimit-{limit,remaining,reset}-requests`, where `reset` is the
time until all of the limit is there again, as a Go duration (`1s`, `6m0s`, `12ms`, `1h2m3.5s`) or, as Azure
writes it, in plain seconds. What makes no sense is as if it had not been sent.
"""

from __future__ import annotations

import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_RESET = 3600.0
"""Seconds; a longer `reset` is a limit by the day, a date or nonsense: no word on the next minutes."""

_COUNT = re.compile(r"[0-9]{1,15}")
_SECONDS = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,15})?")
_PART = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,15})?)(h|ms|m|s)")
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


class RateTold(Struct, frozen=True):
    """How many requests the server allows, how many may follow at once, and seconds until it is all again."""

    limit: int
    remaining: int
    reset: float | None


def rate_told(headers: Mapping[str, str]) -> RateTold | None:
    """The rate that an answer tells, None where it tells none or nonsense."""
    limit = _count(headers.get("x-ratelimit-limit-requests", ""))
    remaining = _count(headers.get("x-ratelimit-remaining-requests", ""))
    if not limit or remaining is None or remaining > limit:
        return None
    reset = duration(headers.get("x-ratelimit-reset-requests", ""))
    return RateTold(limit, remaining, reset if reset is not None and reset <= LONGEST_RESET else None)


def duration(text: str) -> float | None:
    """Seconds of a duration like `1h2m3.5s` or `12ms`, or of plain seconds; None for anything else."""
    text = text.strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    seconds, end = 0.0, 0
    for part in _PART.finditer(text):
        if part.start() != end:
            return None
        seconds += float(part[1]) * _UNITS[part[2]]
        end = part.end()
    return seconds if end and end == len(text) else None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait: `retry-after-ms`, or `retry-after` as seconds or as a date after the server's own."""
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers.get(name, "")) * scale)
        except ValueError:
            continue
    until, now = unix_seconds(headers.get("retry-after", "")), unix_seconds(headers.get("date", ""))
    return None if until is None or now is None else max(0.0, until - int(now))


def should_retry(headers: Mapping[str, str]) -> bool | None:
    """The server's own advice, `x-should-retry`."""
    return {"true": True, "false": False}.get(headers.get("x-should-retry", "").strip().lower())


@lru_cache(maxsize=16)  # many answers come within one second
def unix_seconds(text: str) -> float | None:
    """An HTTP date in unix seconds; one that names no zone is in UTC, as the protocol says."""
    try:
        when = parsedate_to_datetime(text)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def _count(text: str) -> int | None:
    text = text.strip()
    return int(text) if _COUNT.fullmatch(text) else None

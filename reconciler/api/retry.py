"""When a request is sent again, and after how long.

Reads and deletes are repeated freely: they change nothing twice. A POST is repeated only when it certainly
was not carried out (never sent, or 429): a create or an upload whose fate is unknown is settled by the next
look at what exists, never by sending it again. What the API will never accept (a wrong key, a forbidden
project, an invalid request, a quota that is used up) is not repeated at all, whatever it advises.

Failures are bounded by the count of attempts. A refusal by rate (429) is no failure: the limiter paces it and
only the deadline ends it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.api.errors import (
    AuthenticationFailed,
    BadRequest,
    ConnectionFailed,
    PermissionDenied,
    ProtocolError,
    QuotaExceeded,
    RateLimited,
    ReplyLost,
    StatusError,
    TimedOut,
)

if TYPE_CHECKING:
    from reconciler.model.errors import ApiError

LONGEST_WAIT = 120.0
"""A server that asks for more than this is not waited for (seconds)."""

LEAST_WAIT = 0.1
"""Seconds between two attempts at least, also after `Retry-After: 0` and by the luckiest chance."""

INVALID = (400, 422)
"""Statuses of a request that is wrong in itself."""

_MOST_DOUBLINGS = 20


class Tried(Struct, frozen=True):
    """What became of a call so far: failures, refusals (429), and seconds since its first attempt began."""

    failures: int = 0
    refusals: int = 0
    seconds: float = 0.0

    def after(self, error: ApiError, seconds: float) -> Tried:
        """The same with one more attempt, which came to this error so many seconds after the first began."""
        if isinstance(error, RateLimited):
            return Tried(self.failures, self.refusals + 1, seconds)
        return Tried(self.failures + 1, self.refusals, seconds)


class RetryPolicy(Struct, frozen=True):
    """Bounds of one call.

    Attributes:
        attempts: how often it may fail, the last time included; refusals do not count.
        base: seconds of the first back-off; it doubles up to `cap`, with full jitter on it.
        cap: see `base`.
        deadline: seconds from its first attempt after which none begins.
    """

    attempts: int = 5
    base: float = 0.5
    cap: float = 8.0
    deadline: float = 300.0

    def wait(self, error: ApiError, tried: Tried, chance: float, *, idempotent: bool) -> float | None:
        """Seconds until the next attempt, or None: give up.

        Args:
            error: what the last attempt came to.
            tried: everything up to and with that attempt.
            chance: a random number in [0, 1).
            idempotent: sending it twice is the same as sending it once.
        """
        if not _may_repeat(error, tried, idempotent=idempotent):
            return None
        if tried.failures >= self.attempts and not isinstance(error, RateLimited):
            return None
        wait = max(LEAST_WAIT, self._back_off(tried) * chance)
        asked = error.retry_after if isinstance(error, StatusError) else None
        if asked is not None:
            if asked > LONGEST_WAIT:
                return None
            wait = max(wait, asked)
        return wait if tried.seconds + wait <= self.deadline else None

    def _back_off(self, tried: Tried) -> float:
        doublings = min(_MOST_DOUBLINGS, tried.failures + tried.refusals - 1)
        return float(min(self.cap, self.base * 2**doublings))


def _may_repeat(error: ApiError, tried: Tried, *, idempotent: bool) -> bool:
    if isinstance(error, TimedOut) and tried.failures > 1:
        return False
    if isinstance(error, StatusError):
        if error.should_retry is False or _final(error):
            return False
        return error.unsent or (idempotent and (error.repeatable or error.should_retry is True))
    if isinstance(error, (ConnectionFailed, ReplyLost, ProtocolError)):
        return error.unsent or (idempotent and error.repeatable)
    return False


def _final(error: StatusError) -> bool:
    """Whether the same request can only be answered the same."""
    if isinstance(error, BadRequest):
        return error.status in INVALID
    return isinstance(error, (AuthenticationFailed, PermissionDenied, QuotaExceeded))

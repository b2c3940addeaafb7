"""A thousand creates through the emulator's rate limit: none fails, hardly one is rejected, no time is lost.

Requests and answers go over real HTTP. Time is virtual on both sides: it passes only while nothing is in
flight, and by as much on the emulator as here. The emulator's own count of rejections is the measure.
"""

from __future__ import annotations

import asyncio
import heapq
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from support.builders import spec
from support.emulated import Client
from support.servers import API_KEY, serving
from support.virtual import SETTLED, VirtualClock

from reconciler.api import errors
from reconciler.api.connection import Connection, Endpoint
from reconciler.api.limiter import Limiter
from reconciler.api.parallel import each
from reconciler.api.writer import Writer
from reconciler.emulator import Settings, start

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from reconciler.api.headers import RateTold
    from reconciler.api.turn import Turn
    from reconciler.emulator import Emulator
    from reconciler.model.events import Waiting

_T = TypeVar("_T")

START = 1_790_000_000

NO_MONEY = '{"error": {"message": "You exceeded your current quota.", "code": "insufficient_quota"}}'

IDEAL = (1000 - 100) * 60 / 100
"""Seconds that 1,000 requests take through a bucket of 100 a minute that is full at first."""


class SharedTime(VirtualClock):
    """Virtual time that passes only while no request is in flight, and on an emulator by as much."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__()
        self._emulator = emulator
        emulator.clock.freeze(START)

    def run_with(self, limiter: Limiter, work: Coroutine[Any, Any, _T]) -> _T:
        """Runs work to its end."""

        async def main() -> _T:
            task = asyncio.ensure_future(work)
            while not task.done():
                for _ in range(SETTLED):
                    await asyncio.sleep(0)
                if self._waiting and not limiter.in_flight and not task.done():
                    self._wake_next()
            return await task

        return asyncio.run(main())

    def _wake_next(self) -> None:
        when, _, woken = heapq.heappop(self._waiting)
        if when > self._now:
            self._now = when
            self._emulator.clock.set(START + when)
        woken.set()


class Deaf(Limiter):
    """A limiter of a server that sends no rate headers."""

    def told(self, turn: Turn, rate: RateTold | None, *, refused: bool) -> None:  # noqa: ARG002 - not heard
        """Hears nothing."""
        super().told(turn, None, refused=refused)


async def create(count: int, connection: Connection, clock: SharedTime, parallelism: int) -> None:
    """Creates so many containers side by side."""
    writer = Writer(connection, clock)

    async def one(number: int) -> None:
        await writer.create_container(f"ci-{number}", spec(f"ci-{number}"))

    try:
        await each(range(count), one, parallelism=parallelism)
    finally:
        await connection.close()


@pytest.mark.parametrize(("kind", "share"), [(Limiter, 0.0), (Deaf, 0.05)])
@pytest.mark.parametrize("parallelism", [4, 16, 64])
def test_a_thousand_creates_through_a_limit_of_a_hundred_a_minute(
    parallelism: int, kind: type[Limiter], share: float
) -> None:
    with start(Settings(rate_limit="100/min", default_minutes=20)) as emulator:
        clock = SharedTime(emulator)
        limiter = kind(clock, parallelism)
        heard: list[Waiting] = []
        endpoint = Endpoint(emulator.base_url, API_KEY)
        connection = Connection(endpoint, clock, limiter=limiter, listener=heard.append)
        clock.run_with(limiter, create(1000, connection, clock, parallelism))
        [limit] = emulator.faults.active()
        assert limit.seen == connection.requests == 1000 + limit.met
        assert limit.met <= share * limit.seen
        assert clock.monotonic() < 1.02 * IDEAL
        names = sorted(row.name for row in emulator.containers())
        assert names == sorted(f"ci-{number}" for number in range(1000))
        assert any("100 requests a minute" in waiting.because for waiting in heard)


def test_a_pool_of_memory_that_is_used_up_is_a_quota_and_is_asked_once() -> None:
    with serving(memory_pool_gb=1) as server:
        client = Client(server)

        async def work(writer: Writer) -> None:
            await writer.create_container("ci-a", spec("ci-a"))
            await writer.create_container("ci-b", spec("ci-b"))

        with pytest.raises(errors.QuotaExceeded, match="memory pool of 1g is exhausted") as refused:
            client.run(work)
        assert not errors.fate_unknown(refused.value)
        assert (server.requests(), client.slept) == (2, [])


@pytest.mark.parametrize("status", [403, 409, 429])
def test_a_used_up_quota_is_no_rate_limit_and_nothing_that_may_have_happened(status: int) -> None:
    with serving() as server:
        server.fault(kind="status", status=status, endpoint="POST /containers", times=None, body=NO_MONEY)
        client = Client(server)

        async def work(writer: Writer) -> None:
            await writer.create_container("ci-a", spec("ci-a"))

        with pytest.raises(errors.QuotaExceeded):
            client.run(work)
        assert (server.requests(), client.slept) == (1, [])

"""The limiter against token buckets, an overloaded server and a known rate, in virtual time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from support.virtual import VirtualClock
from unit.api.buckets import Bucket, send

from reconciler.api.errors import RateLimited, ReplyLost, ServerError
from reconciler.api.headers import RateTold
from reconciler.api.limiter import Limiter
from reconciler.api.turn import TooLate, Wish

if TYPE_CHECKING:
    from reconciler.model.errors import ApiError
    from reconciler.model.events import Waiting

IDEAL = (1000 - 100) * 60 / 100
"""Seconds that 1,000 requests take through a bucket of 100 a minute that is full at first."""


@pytest.mark.parametrize("tells", ["the rate", "when", "nothing"])
@pytest.mark.parametrize("parallelism", [4, 16, 64])
def test_a_thousand_requests_through_a_bucket_of_a_hundred_a_minute(parallelism: int, tells: str) -> None:
    clock = VirtualClock()
    server = Bucket(clock, tells_when=tells != "nothing", tells_rate=tells == "the rate")
    assert clock.run(send(1000, server, Limiter(clock, parallelism))) == 0
    assert server.refused <= (0 if tells == "the rate" else 0.05 * len(server.begun)), server.refused
    assert clock.monotonic() < 1.02 * IDEAL


@pytest.mark.parametrize("latency", [0.01, 1.0, 4.0])
def test_told_the_rate_nothing_is_refused_however_long_answers_take(latency: float) -> None:
    clock = VirtualClock()
    server = Bucket(clock, latency=latency, tells_rate=True)
    assert clock.run(send(400, server, Limiter(clock, 64))) == 0
    assert server.refused == 0
    assert clock.monotonic() < 300 * 0.6 + 4 * latency + 0.1


@pytest.mark.parametrize(("size", "seconds", "count"), [(20, 60.0, 200), (10, 1.0, 500)])
def test_a_limit_below_the_parallelism_refuses_once_and_costs_no_time(
    size: int, seconds: float, count: int
) -> None:
    clock = VirtualClock()
    server = Bucket(clock, size=size, seconds=seconds, tells_rate=True)
    assert clock.run(send(count, server, Limiter(clock, 64))) == 0
    assert server.refused <= 64 - size
    assert clock.monotonic() < 1.02 * (count - size) * seconds / size + 1


def test_where_others_use_the_same_limit_its_headers_are_not_trusted_blindly() -> None:
    clock = VirtualClock()
    server = Bucket(clock, tells_rate=True, others=50 / 60)
    assert clock.run(send(1000, server, Limiter(clock, 16))) == 0
    assert server.refused <= 0.05 * len(server.begun)
    assert clock.monotonic() < 1.02 * 900 * 60 / 50


def test_a_limit_by_the_second_is_not_taken_for_one_by_the_minute_for_ever() -> None:
    clock = VirtualClock()
    server = Bucket(clock, size=10, seconds=1.0)
    assert clock.run(send(2000, server, Limiter(clock, 16))) == 0
    assert clock.monotonic() < 500  # at 100 a minute it would be 1,200


def test_the_headers_of_one_odd_answer_are_forgotten() -> None:
    clock = VirtualClock()
    server = Bucket(clock, size=10**6)

    async def work(limiter: Limiter) -> None:
        async with limiter.turn() as turn:
            turn.told(RateTold(1, 0, 3600.0), refused=False)
            turn.succeeded()
        await send(100, server, limiter)

    clock.run(work(Limiter(clock, 16)))
    assert 60 <= clock.monotonic() < 25 * 60
    after = clock.monotonic()
    assert sum(begun > after - 60 for begun in server.begun) >= 80


@pytest.mark.parametrize("parallelism", [4, 16, 64])
def test_a_server_without_a_limit_is_not_held_up(parallelism: int) -> None:
    clock = VirtualClock()
    server = Bucket(clock, size=10**6)
    assert clock.run(send(1000, server, Limiter(clock, parallelism))) == 0
    assert clock.monotonic() <= (1000 / parallelism + 2) * server.latency
    assert server.most_at_once == parallelism


def test_a_known_rate_is_never_exceeded() -> None:
    clock = VirtualClock()
    server = Bucket(clock)
    server.tokens = 1
    assert clock.run(send(300, server, Limiter(clock, 16, rpm=99))) == 0
    assert server.refused == 0
    gaps = [later - earlier for earlier, later in zip(server.begun, server.begun[1:], strict=False)]
    assert min(gaps) == pytest.approx(60 / 99)


def most_at_once(clock: VirtualClock, limiter: Limiter, count: int = 16) -> int:
    """How many of a crowd the limiter lets be in flight together."""
    server = Bucket(clock, size=10**6)
    assert clock.run(send(count, server, limiter)) == 0
    return server.most_at_once


async def fails(limiter: Limiter, count: int, error: ApiError) -> None:
    """So many requests are in flight together, and all come to the same."""
    waiting = asyncio.Barrier(count)

    async def one() -> None:
        async with limiter.turn() as turn:
            await waiting.wait()
            turn.failed(error)

    await asyncio.gather(*(one() for _ in range(count)))


OVERLOAD: list[ApiError] = [
    RateLimited("429", status=429),
    ServerError("503", status=503),
    ServerError("529", status=529),
    ReplyLost("reset"),
]


@pytest.mark.parametrize("error", OVERLOAD, ids=str)
def test_overload_halves_what_is_in_flight_once_for_all_that_were_in_flight_together(error: ApiError) -> None:
    clock = VirtualClock()
    limiter = Limiter(clock, 16)
    clock.run(fails(limiter, 16, error))
    clock.run(fails(limiter, 1, error))
    server = Bucket(clock, size=10**6)
    clock.run(send(4, server, limiter))
    assert server.most_at_once <= 4
    assert most_at_once(clock, limiter, 4) <= 4


def test_successes_bring_the_window_back() -> None:
    clock = VirtualClock()
    limiter = Limiter(clock, 16)
    clock.run(fails(limiter, 16, ServerError("503", status=503)))
    assert most_at_once(clock, limiter) == 8
    clock.run(send(300, Bucket(clock, size=10**6), limiter))
    assert most_at_once(clock, limiter) == 16


def test_an_error_of_the_server_is_no_overload() -> None:
    clock = VirtualClock()
    limiter = Limiter(clock, 16)
    clock.run(fails(limiter, 16, ServerError("500", status=500)))
    assert most_at_once(clock, limiter) == 16


@pytest.mark.parametrize("kind", [RateLimited, ServerError])
@pytest.mark.parametrize(("asked", "seconds"), [(30.0, 30.0), (1e300, 120.0)])
def test_everybody_waits_as_long_as_the_server_asks_and_no_longer_than_is_reasonable(
    kind: type[RateLimited | ServerError], asked: float, seconds: float
) -> None:
    clock = VirtualClock()
    limiter = Limiter(clock, 4)
    clock.run(fails(limiter, 1, kind("x", status=503, retry_after=asked)))
    server = Bucket(clock)
    clock.run(send(1, server, limiter))
    assert server.begun == [pytest.approx(seconds)]


def test_a_call_cancelled_in_line_or_at_the_moment_of_its_turn_leaves_no_place_taken() -> None:
    clock = VirtualClock()
    limiter = Limiter(clock, 1)

    async def one() -> None:
        async with limiter.turn():
            pass

    async def work() -> None:
        async with limiter.turn():
            in_line, next_up = asyncio.create_task(one()), asyncio.create_task(one())
            await asyncio.sleep(0)
            in_line.cancel()
            await asyncio.sleep(0)
        next_up.cancel()  # it has its turn since a moment ago, and has not noticed
        await asyncio.gather(in_line, next_up, return_exceptions=True)
        assert in_line.cancelled()
        assert next_up.cancelled()
        assert limiter.in_flight == 0
        async with asyncio.timeout(1), limiter.turn():
            assert limiter.in_flight == 1

    asyncio.run(work())


def test_one_who_waits_for_a_pause_holds_no_place() -> None:
    clock = VirtualClock()
    limiter = Limiter(clock, 4)

    async def work() -> None:
        await fails(limiter, 1, RateLimited("429", status=429, retry_after=60.0))
        waiting = asyncio.create_task(send(3, Bucket(clock), limiter))
        await clock.sleep(30)
        assert limiter.in_flight == 0
        await waiting

    clock.run(work())
    assert clock.monotonic() >= 60


def test_who_began_before_comes_before_who_never_did_the_oldest_first() -> None:
    clock = VirtualClock()
    limiter = Limiter(clock, 1)
    came: list[str] = []

    async def one(name: str, wish: Wish) -> None:
        async with limiter.turn(wish):
            came.append(name)
            await clock.sleep(1)

    async def work() -> None:
        wishes = {"a": Wish(), "b": Wish(), "c": Wish(since=9.0), "d": Wish(since=3.0)}
        await asyncio.gather(*(one(name, wish) for name, wish in wishes.items()))

    clock.run(work())
    assert came == ["a", "d", "c", "b"]


def test_a_turn_that_would_come_too_late_does_not_come() -> None:
    clock = VirtualClock()
    limiter = Limiter(clock, 1)

    async def work() -> None:
        await fails(limiter, 1, RateLimited("429", status=429, retry_after=60.0))
        with pytest.raises(TooLate):
            async with limiter.turn(Wish(until=59.0)):
                pass
        assert clock.monotonic() == 0
        async with limiter.turn(Wish(until=61.0)):
            assert clock.monotonic() == 60

    clock.run(work())


def test_a_look_on_is_told_why_and_for_how_long_requests_wait() -> None:
    for tells_rate, because in (
        (True, "the server allows 100 requests a minute"),
        (False, "about 95 requests"),
    ):
        clock = VirtualClock()
        heard: list[Waiting] = []
        server = Bucket(clock, tells_rate=tells_rate)
        clock.run(send(200, server, Limiter(clock, 64), heard.append))
        assert because in heard[0].because
        assert 30 < heard[0].seconds < 65
        assert len(heard) <= 3


@pytest.mark.parametrize(
    ("rpm", "tells_rate", "least", "most"),
    [(None, True, 100, 100), (60, True, 60, 60), (60, False, 60, 60), (None, False, 90, 110)],
)
def test_how_many_a_minute_is_said_told_or_learned(
    rpm: int | None, *, tells_rate: bool, least: int, most: int
) -> None:
    clock = VirtualClock()
    limiter = Limiter(clock, 16, rpm=rpm)
    assert limiter.per_minute == rpm
    clock.run(send(300, Bucket(clock, tells_rate=tells_rate), limiter))
    assert limiter.per_minute is not None
    assert least <= limiter.per_minute <= most

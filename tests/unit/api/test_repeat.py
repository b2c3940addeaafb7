"""One call and many: attempts, deadline, budget, and what is told of waiting."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from support.clocks import FakeClock
from support.virtual import VirtualClock

from reconciler.api.budget import GIVEN_BACK, TOKENS, RetryBudget
from reconciler.api.errors import RateLimited, ReplyLost, ServerError
from reconciler.api.limiter import Limiter
from reconciler.api.repeat import Repeater
from reconciler.api.retry import RetryPolicy
from reconciler.api.waiting import Teller
from reconciler.model.events import Waiting

if TYPE_CHECKING:
    from reconciler.api.turn import Turn
    from reconciler.model.clock import Clock
    from reconciler.model.errors import ApiError

DOWN = ServerError("503: down", status=503)


@dataclass
class Server:
    """Answers with errors for as long as there are any (None: a success), or for ever with `always`."""

    clock: Clock
    errors: list[ApiError | None] = field(default_factory=list)
    always: ApiError | None = None
    seconds: float = 0.0
    begun: list[float] = field(default_factory=list)

    async def answer(self, _: Turn) -> str:
        """Answers one request."""
        self.begun.append(self.clock.monotonic())
        if self.seconds:
            await self.clock.sleep(self.seconds)
        error = self.errors.pop(0) if self.errors else self.always
        if error is not None:
            raise error
        return "done"


def repeater(clock: Clock, heard: list[Waiting] | None = None, policy: RetryPolicy | None = None) -> Repeater:
    """What a connection makes."""
    listener = None if heard is None else heard.append
    return Repeater(clock, Limiter(clock, 16), policy or RetryPolicy(), Teller(clock, listener))


def test_an_attempt_that_succeeds_ends_the_call() -> None:
    clock = FakeClock()
    server = Server(clock, [DOWN, ReplyLost("x"), RateLimited("429", status=429)])
    assert asyncio.run(repeater(clock).run(server.answer, idempotent=True)) == "done"
    assert len(server.begun) == 4


def test_a_call_that_is_only_refused_goes_on_until_its_deadline() -> None:
    clock = VirtualClock()
    server = Server(clock, always=RateLimited("429", status=429, retry_after=7.0))
    with pytest.raises(RateLimited):
        clock.run(repeater(clock).run(server.answer, idempotent=False))
    assert len(server.begun) > 3 * RetryPolicy().attempts
    assert RetryPolicy().deadline - 20 < server.begun[-1] <= RetryPolicy().deadline


def test_the_deadline_counts_from_the_first_attempt_not_from_standing_in_line() -> None:
    clock = VirtualClock()
    server = Server(clock, [None] * 8 + [DOWN], seconds=10.0)
    calls = Repeater(clock, Limiter(clock, 1), RetryPolicy(deadline=25.0), Teller(clock, None))

    async def work() -> list[str]:
        return await asyncio.gather(*(calls.run(server.answer, idempotent=True) for _ in range(10)))

    assert clock.run(work()) == ["done"] * 10
    assert len(server.begun) == 11


def test_no_attempt_begins_after_the_deadline_also_when_the_line_was_long() -> None:
    clock = VirtualClock()
    calls = Repeater(clock, Limiter(clock, 1), RetryPolicy(deadline=5.0), Teller(clock, None))
    slow = Server(clock, seconds=30.0)
    failing = Server(clock, always=DOWN)

    async def work() -> None:
        call = asyncio.create_task(calls.run(failing.answer, idempotent=True))
        await asyncio.sleep(0)
        await calls.run(slow.answer, idempotent=True)
        with pytest.raises(ServerError, match="503: down"):
            await call

    clock.run(work())
    assert failing.begun == [0.0]


def asked(clock: FakeClock, calls: Repeater, server: Server, count: int) -> int:
    """How many requests a server gets for so many calls, one after another."""

    async def work() -> int:
        before = len(server.begun)
        for _ in range(count):
            await asyncio.gather(calls.run(server.answer, idempotent=True), return_exceptions=True)
        return len(server.begun) - before

    clock.slept.clear()
    return asyncio.run(work())


def test_a_server_that_is_wholly_down_is_asked_little_more_than_once_for_each_call() -> None:
    clock = FakeClock()
    assert asked(clock, repeater(clock), Server(clock, always=DOWN), 1000) == 1000 + TOKENS


def test_successes_give_the_budget_back_little_by_little() -> None:
    clock = FakeClock()
    calls, server = repeater(clock), Server(clock, always=DOWN)
    asked(clock, calls, server, 100)
    assert asked(clock, calls, server, 1) == 1
    server.always = None
    assert asked(clock, calls, server, int(2 / GIVEN_BACK)) == 2 / GIVEN_BACK
    server.always = DOWN
    assert asked(clock, calls, server, 1) == 1 + 2
    assert asked(clock, calls, server, 1) == 1


def test_the_budget_is_never_more_than_full() -> None:
    budget = RetryBudget(tokens=2.0)
    for _ in range(100):
        budget.give_back()
    assert [budget.take() for _ in range(3)] == [True, True, False]


def test_refusals_by_rate_cost_nothing_of_the_budget() -> None:
    clock = FakeClock()
    calls = repeater(clock)
    server = Server(clock, always=RateLimited("429", status=429))
    assert asked(clock, calls, server, 20) > 2 * TOKENS
    server.always = DOWN
    assert asked(clock, calls, server, 1) == RetryPolicy().attempts


def test_what_is_never_repeated_costs_nothing_of_the_budget() -> None:
    clock = FakeClock()
    calls, server = repeater(clock), Server(clock, always=DOWN)

    async def posts() -> None:
        for _ in range(int(TOKENS) + 50):
            await asyncio.gather(calls.run(server.answer, idempotent=False), return_exceptions=True)

    asyncio.run(posts())
    assert len(server.begun) == TOKENS + 50
    assert asked(clock, calls, server, 1) == RetryPolicy().attempts


def test_a_long_wait_for_another_attempt_is_told_with_its_reason() -> None:
    clock = FakeClock()
    heard: list[Waiting] = []
    refused = RateLimited("429: slow down", status=429, retry_after=50.0)
    server = Server(clock, [ServerError("503: busy", status=503, retry_after=9.0), DOWN, refused])
    asyncio.run(repeater(clock, heard).run(server.answer, idempotent=True))
    assert heard[0] == Waiting(9.0, "503: busy, trying again")
    assert heard[1].seconds == 50.0
    assert "the server" in heard[1].because
    assert len(heard) == 2

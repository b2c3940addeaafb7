"""The limiter against a token bucket, an overloaded server and a known rate, in virtual time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from support.virtual import VirtualClock

from reconciler.api.errors import RateLimited, ServerError
from reconciler.api.limiter import Limiter
from reconciler.api.retry import RetryPolicy
from reconciler.model.errors import ApiError


@dataclass
class Bucket:
    """A server that allows `size` requests a minute and answers after `latency` seconds."""

    clock: VirtualClock
    size: float = 100.0
    latency: float = 0.2
    tells_when: bool = True
    tokens: float = 100.0
    filled: float = 0.0
    begun: list[float] = field(default_factory=list)
    refused: int = 0
    at_once: int = 0
    most_at_once: int = 0

    async def answer(self) -> None:
        """Answers one request, or refuses it."""
        now = self.clock.monotonic()
        self.begun.append(now)
        self.tokens = min(self.size, self.tokens + (now - self.filled) * self.size / 60)
        self.filled = now
        refused = self.tokens < 1
        if not refused:
            self.tokens -= 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.clock.sleep(self.latency)
        self.at_once -= 1
        if refused:
            self.refused += 1
            wait = (1 - self.tokens) * 60 / self.size if self.tells_when else None
            raise RateLimited("429", status=429, retry_after=wait)


async def send(count: int, server: Bucket, limiter: Limiter) -> int:
    """Sends requests as the connection does; returns how many were given up."""
    policy = RetryPolicy()
    failed = 0

    async def one() -> None:
        nonlocal failed
        made = 0
        while True:
            try:
                async with limiter.turn():
                    await server.answer()
            except ApiError as error:
                limiter.failed(error)
                made += 1
                wait = policy.wait(error, made, 0.5, idempotent=True)
                if wait is None:
                    failed += 1
                    return
            else:
                limiter.succeeded()
                return
            await server.clock.sleep(wait)

    await asyncio.gather(*(one() for _ in range(count)))
    return failed


@pytest.mark.parametrize("header", ["Retry-After", "none"])
@pytest.mark.parametrize("parallelism", [4, 16, 64])
def test_a_thousand_requests_through_a_bucket_of_a_hundred_a_minute(parallelism: int, header: str) -> None:
    clock = VirtualClock()
    server = Bucket(clock, tells_when=header != "none")
    failed = clock.run(send(1000, server, Limiter(clock, parallelism)))
    assert failed == 0
    bound = 0.05 if parallelism <= 16 else 0.1
    assert server.refused <= bound * len(server.begun), (server.refused, len(server.begun))
    ideal = (1000 - 100) * 60 / 100
    assert clock.monotonic() < 1.15 * ideal


def test_a_known_rate_is_never_exceeded() -> None:
    clock = VirtualClock()
    server = Bucket(clock, tokens=1)
    assert clock.run(send(300, server, Limiter(clock, 16, rpm=99))) == 0
    assert server.refused == 0
    gaps = [later - earlier for earlier, later in zip(server.begun, server.begun[1:], strict=False)]
    assert min(gaps) == pytest.approx(60 / 99)


def test_no_more_are_in_flight_than_asked_for() -> None:
    clock = VirtualClock()
    server = Bucket(clock, size=1e6, tokens=1e6)
    assert clock.run(send(200, server, Limiter(clock, 7))) == 0
    assert server.most_at_once == 7


def test_overload_halves_what_is_in_flight_and_successes_bring_it_back() -> None:
    clock = VirtualClock()
    limiter = Limiter(clock, 16)
    server = Bucket(clock, size=1e6, tokens=1e6)
    for _ in range(2):
        limiter.failed(ServerError("503", status=503))
    clock.run(send(16, server, limiter))
    assert 4 <= server.most_at_once <= 8
    clock.run(send(400, server, limiter))
    server.most_at_once = 0
    clock.run(send(100, server, limiter))
    assert server.most_at_once == 16

"""A simulated server with a rate limit, and calls through the limiter as a connection makes them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.api.errors import RateLimited
from reconciler.api.headers import RateTold
from reconciler.api.repeat import Repeater
from reconciler.api.retry import RetryPolicy
from reconciler.api.waiting import Teller
from reconciler.model.errors import ApiError

if TYPE_CHECKING:
    from support.virtual import VirtualClock

    from reconciler.api.limiter import Limiter
    from reconciler.api.turn import Turn
    from reconciler.api.waiting import Listener

HAIR = 1e-9


@dataclass
class Bucket:
    """A server that allows `size` requests in so many `seconds` and answers after `latency` seconds.

    `tells_when` sends `Retry-After`, `tells_rate` the rate headers; `others` use it up, too (a second).
    """

    clock: VirtualClock
    size: int = 100
    seconds: float = 60.0
    latency: float = 0.2
    tells_when: bool = True
    tells_rate: bool = False
    others: float = 0.0
    tokens: float = field(init=False)
    filled: float = 0.0
    begun: list[float] = field(default_factory=list)
    refused: int = 0
    at_once: int = 0
    most_at_once: int = 0

    def __post_init__(self) -> None:
        self.tokens = float(self.size)

    async def answer(self, turn: Turn) -> None:
        """Answers one request, or refuses it."""
        now = self.clock.monotonic()
        self.begun.append(now)
        rate = self.size / self.seconds
        self.tokens = max(0.0, min(self.size, self.tokens + (now - self.filled) * (rate - self.others)))
        self.filled = now
        refused = self.tokens < 1 - HAIR
        self.tokens -= not refused
        wait = (1 - self.tokens) / rate
        told = RateTold(self.size, int(self.tokens + HAIR), (self.size - self.tokens) / rate)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.clock.sleep(self.latency)
        self.at_once -= 1
        turn.told(told if self.tells_rate else None, refused=refused)
        if refused:
            self.refused += 1
            raise RateLimited("429", status=429, retry_after=wait if self.tells_when else None)


async def send(count: int, server: Bucket, limiter: Limiter, listener: Listener | None = None) -> int:
    """Sends requests as the connection does; returns how many were given up."""
    repeater = Repeater(server.clock, limiter, RetryPolicy(), Teller(server.clock, listener))
    failed = 0

    async def one() -> None:
        nonlocal failed
        try:
            await repeater.run(server.answer, idempotent=False)
        except ApiError:
            failed += 1

    await asyncio.gather(*(one() for _ in range(count)))
    return failed

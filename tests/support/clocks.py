"""A clock on which no time passes but what is slept."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from support.servers import Server


class FakeClock:
    """See `reconciler.model.clock.Clock`; `slept` holds every wait in seconds."""

    def __init__(self, chance: float = 0.5) -> None:
        self.slept: list[float] = []
        self._chance = chance

    def monotonic(self) -> float:
        """The sum of all waits."""
        return sum(self.slept)

    async def sleep(self, seconds: float) -> None:
        """Lets others run, and no time pass."""
        self.slept.append(seconds)
        await asyncio.sleep(0)

    def chance(self) -> float:
        """Always the same."""
        return self._chance


class SharedClock:
    """Our clock and the server's are one; sleeping lets it pass and takes no time."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._passed = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        """Seconds slept."""
        return self._passed

    async def sleep(self, seconds: float) -> None:
        """Lets time pass for both."""
        self.slept.append(seconds)
        self._passed += seconds
        self._server.advance(seconds)

    def chance(self) -> float:
        """No luck."""
        return 0.5

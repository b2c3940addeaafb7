"""A clock on which no time passes but what is slept."""

from __future__ import annotations

import asyncio


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

"""The real clock and real chance; the only place that asks the machine for either."""

from __future__ import annotations

import time


class RealClock:
    """See `reconciler.model.clock.Clock`."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary start."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Waits without holding anything up."""
        import asyncio  # noqa: PLC0415 - whoever waits has it; who only asks for the time need not

        await asyncio.sleep(seconds)

    def chance(self) -> float:
        """A random number in [0, 1)."""
        import random  # noqa: PLC0415 - few ever ask

        return random.random()  # noqa: S311 - jitter, no secret


def wall() -> float:
    """This machine's time in unix seconds: for its own files, never for anything of a server."""
    return time.time()


def now() -> str:
    """The time of day as plans show it: RFC 3339, UTC, whole seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())

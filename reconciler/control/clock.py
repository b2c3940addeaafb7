"""The real clock and real chance; the only place that asks the machine for either."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import UTC, datetime


class RealClock:
    """See `reconciler.model.clock.Clock`."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary start."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Waits without holding anything up."""
        await asyncio.sleep(seconds)

    def chance(self) -> float:
        """A random number in [0, 1)."""
        return random.random()  # noqa: S311 - jitter, no secret


def wall() -> float:
    """This machine's time in unix seconds: for its own files, never for anything of a server."""
    return time.time()


def now() -> str:
    """The time of day as plans show it: RFC 3339, UTC, whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

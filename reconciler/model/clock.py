"""Time and chance come in as arguments, so that tests need neither sleeps nor luck."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """What the network core asks of time. The real one lives in `reconciler.control.clock`."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary start, never going back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Waits."""
        ...

    def chance(self) -> float:
        """A random number in [0, 1): the jitter of back-off."""
        ...

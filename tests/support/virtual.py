"""Virtual time for many tasks at once: it passes only when every one of them waits."""

from __future__ import annotations

import asyncio
import heapq
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

_T = TypeVar("_T")

SETTLED = 20
"""Turns of the event loop after which tasks without input or output have come to wait."""


class VirtualClock:
    """See `reconciler.model.clock.Clock`."""

    def __init__(self) -> None:
        self._now = 0.0
        self._waiting: list[tuple[float, int, asyncio.Event]] = []
        self._number = 0

    def monotonic(self) -> float:
        """Virtual seconds."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Waits until virtual time has come that far."""
        woken = asyncio.Event()
        self._number += 1
        heapq.heappush(self._waiting, (self._now + seconds, self._number, woken))
        await woken.wait()

    def chance(self) -> float:
        """Always the same."""
        return 0.5

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Runs work to its end, letting time pass whenever nothing else can happen."""

        async def main() -> _T:
            task = asyncio.ensure_future(work)
            while not task.done():
                for _ in range(SETTLED):
                    await asyncio.sleep(0)
                if self._waiting and not task.done():
                    when, _, woken = heapq.heappop(self._waiting)
                    self._now = max(self._now, when)
                    woken.set()
            return await task

        return asyncio.run(main())

"""How long one attempt may take, so that an answer that drips a byte now and then ends.

Timeouts of the client bound a silence, not a whole: a byte a second keeps each of them quiet for ever.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.api.errors import ReplyLost

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Bounds(Struct, frozen=True):
    """Seconds that an attempt may take.

    Attributes:
        whole: for everything but the bytes of a file: a JSON answer from start to end.
        rate: bytes a second that any line carries that is worth waiting for; a file has its time by it.
        unknown: for a download whose size nobody knows.
    """

    whole: float = 300.0
    rate: float = 10_000.0
    unknown: float = 3600.0

    def seconds(self, size: int | None) -> float:
        """For an attempt that carries a file of so many bytes, None where the size is unknown."""
        return self.unknown if size is None else self.whole + size / self.rate


@asynccontextmanager
async def within(seconds: float, what: str) -> AsyncIterator[None]:
    """Ends what takes longer; the fate of a write is unknown then.

    Args:
        seconds: how long it may take.
        what: names the request for people.

    Raises:
        ReplyLost: it took longer.
    """
    timer = asyncio.timeout(seconds)
    try:
        async with timer:
            yield
    except TimeoutError as error:
        if not timer.expired():
            raise
        raise ReplyLost(f"{what}: no whole answer within {seconds:.0f} s") from error

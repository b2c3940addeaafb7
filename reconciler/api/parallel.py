"""Many requests side by side, a bounded number at a time; the first error ends them all, as itself."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

_Item = TypeVar("_Item")


async def each(items: Iterable[_Item], work: Callable[[_Item], Awaitable[None]], *, parallelism: int) -> None:
    """Awaits `work` for every item, at most `parallelism` of them at once.

    Raises:
        BaseException: the first that any of them raised, not wrapped in a group.
    """
    remaining = iter(items)

    async def worker() -> None:
        for item in remaining:
            await work(item)

    async with side_by_side() as group:
        for _ in range(max(1, parallelism)):
            group.create_task(worker())


@asynccontextmanager
async def side_by_side() -> AsyncIterator[asyncio.TaskGroup]:
    """Yields a group of tasks; all have ended when this does.

    Raises:
        BaseException: the first that any of them, or the block itself, raised, not wrapped in a group.
    """
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except BaseExceptionGroup as failures:
        raise _first(failures) from failures


def _first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    first = failures.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first

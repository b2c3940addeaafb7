"""Many requests side by side, a bounded number at a time; the first error ends them all, as itself."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

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

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(max(1, parallelism)):
                group.create_task(worker())
    except BaseExceptionGroup as failures:
        raise _first(failures) from failures


def _first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    first = failures.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first

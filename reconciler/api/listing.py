"""The one function that reads a list whole: at once where the server allows it, page by page elsewhere.

**What it gives is what a sequential pager may give**: every row that was listed all the time from the first
request to the last is there exactly once; one that came or went meanwhile is there or is not; nothing else
is. Where that cannot be had the list is an error, never incomplete.

`segments` reads several parts of a list side by side and gives up at the first sign that the server does not
page as that needs. Then `walk`, which copes with servers that err and lie, reads the list from the top. Only
a first page that was asked for alone, or is empty, is handed on to it: what came of requests side by side
proves nothing on a server that mixes them up. But a row that they showed and that the walk does not meet is a
reason to walk again: a cache that is late by one may lead a pager past whole pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from reconciler.api.cursors import page_ends, starts
from reconciler.api.errors import ProtocolError
from reconciler.api.pager import INCOMPLETE, MAX_PAGES, MAX_SECONDS, Listing, walk
from reconciler.api.segments import Odd, Segments
from reconciler.model.listed import Cursor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from reconciler.api.pager import Page
    from reconciler.api.segments import Sorted
    from reconciler.model.clock import Clock

    _Row = TypeVar("_Row", bound=Sorted)
else:
    _Row = TypeVar("_Row")


class Fetch(Protocol[_Row]):
    """Gets one page of a list."""

    async def __call__(self, after: str | None, *, descending: bool) -> Page[_Row]:
        """The page after an id, or the first one for None; the oldest first unless `descending`."""
        ...


async def read_list(
    fetch: Fetch[_Row],
    clock: Clock,
    *,
    ends: Sequence[Cursor] = (),
    floor: Cursor | None = None,
    first: Page[_Row] | None = None,
    parallelism: int = 1,
) -> Listing[_Row]:
    """Reads a list.

    Args:
        fetch: gets a page.
        clock: bounds the time.
        ends: where the pages of the last listing ended, in its order; they may be wrong in any way.
        floor: a row that the list may begin behind, instead of at the top; may be wrong, too.
        first: the first page, where it is here already.
        parallelism: pages asked for at once.

    Raises:
        ProtocolError: the list has no end that can be known.
        ApiError: a page could not be had.
    """
    here = [] if first is None else [first]
    seen: set[str] = set()

    async def noted(after: str | None, *, descending: bool) -> Page[_Row]:
        page = await fetch(after, descending=descending)
        seen.update(identifier for identifier, _ in page.rows)
        return page

    async def again(after: str | None) -> Page[_Row]:
        return here.pop() if after is None and here else await fetch(after, descending=False)

    if parallelism > 1 or floor is not None:
        try:
            return await _at_once(noted, clock, here, ends=ends, floor=floor, parallelism=parallelism)
        except Odd:
            if (ends or floor is not None) and here and here[0].rows:
                here.clear()
    listing = await walk(again, clock)
    if not seen.issubset(_ids(listing)):
        return await _once_more(again, clock, listing)
    return listing


def _ids(listing: Listing[_Row]) -> frozenset[str]:
    return frozenset(row.id for row in listing.rows)


async def _once_more(
    again: Callable[[str | None], Awaitable[Page[_Row]]], clock: Clock, before: Listing[_Row]
) -> Listing[_Row]:
    """Walks again where rows that had been seen were not met: they were deleted, or pages were mixed up.

    Raises:
        ProtocolError: neither walk may be whole.
    """
    listing = await walk(again, clock)
    if not _ids(before).issubset(_ids(listing)):
        raise ProtocolError("the list shows other rows each time that it is read", hint=INCOMPLETE)
    return listing


async def _at_once(
    fetch: Fetch[_Row],
    clock: Clock,
    here: list[Page[_Row]],
    *,
    ends: Sequence[Cursor],
    floor: Cursor | None,
    parallelism: int,
) -> Listing[_Row]:
    """Reads it in segments.

    Raises:
        Odd: this server is not to be read like that; its first page is in `here`, if that was asked for.
    """
    deadline = clock.monotonic() + MAX_SECONDS
    asked = 0

    async def page(after: str | None, *, descending: bool) -> Page[_Row]:
        nonlocal asked
        asked += 1
        if asked > MAX_PAGES or clock.monotonic() > deadline:
            message = f"the list does not end: {asked} pages or {MAX_SECONDS:.0f} s"
            raise ProtocolError(message, hint=INCOMPLETE)
        return await fetch(after, descending=descending)

    async def ascending(after: str | None) -> Page[_Row]:
        if after is None and here:
            return here[0]
        answer = await page(after, descending=False)
        if after is None:
            here.append(answer)
        return answer

    async def descending(after: str | None) -> Page[_Row]:
        return await page(after, descending=True)

    down = descending if parallelism > 1 else None
    segments: Segments[_Row] = Segments(ascending, down, starts(ends, parallelism), floor)
    await segments.read()
    rows = segments.rows
    seen = [Cursor(identifier, row.created_at) for identifier, row in rows.items()]
    found = page_ends(seen, segments.page_size)
    return Listing(tuple(rows.values()), segments.date, found, segments.floor)

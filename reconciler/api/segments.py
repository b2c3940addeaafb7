"""A list read in segments side by side, for servers that keep to their own rules; any other is told by `Odd`.

A cursor is a row of which an earlier listing knew the id. Segment 0 begins at the top, every other one behind
its cursor, and each follows its pages until one of them holds a later cursor that was accepted, or claims to
be the last.

**Why nothing is missing.** The server's order is one order, as any pager has to assume. Follow the segments
from the first: it read everything from the top to the cursor where it ended, the segment of that cursor goes
on from there, and so forth to the end of the list; each jump leads to a later segment, so this ends. A row
that was listed all the time lies between two of these places, and was on the page that covers it. The jump
itself is sound because the cursor stood in the list when it was passed: its own first page began behind it,
or, had it been gone by then, was refused, empty, or that of the top, which covers more and not less.

**When a cursor is accepted.** It resolves (no 400 or 404, no empty page), and its first page begins no
earlier than it did and holds no remembered cursor at or before it. One that does not costs speed, not truth:
the segment before goes on through its place.

**The last segment**, which is all of the list where nothing is remembered, is read from both of its ends once
it turns out to have more than two pages: behind it lies whatever is new (`reconciler.api.ends`).

**When it was not whole all the same**: a cursor was not accepted because another page came, and that page has
rows, behind the beginning, that no segment met. So pages were mixed up, and what else came proves nothing.

Whatever else a server does (no `has_more`, pages that repeat themselves or go back, rows that are not sorted,
a row of its own that it refuses as a cursor) is not dealt with here but by the sequential pager.
"""

from __future__ import annotations

import asyncio
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from reconciler.api.ends import Descent
from reconciler.api.errors import BadRequest, NotFound
from reconciler.api.parallel import each

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from reconciler.api.pager import Page
    from reconciler.model.listed import Cursor


class Sorted(Protocol):
    """A row with its id that says when it was created (unix seconds, 0 where it does not)."""

    @property
    def id(self) -> str:
        """Which."""
        ...

    @property
    def created_at(self) -> int:
        """When."""
        ...


_Row = TypeVar("_Row", bound=Sorted)


class Odd(Exception):
    """The server does not page by the book, or a row vanished at the wrong moment."""


class Segments(Generic[_Row]):
    """One attempt to read a list; `rows` are what it came to, oldest first, each id once."""

    def __init__(
        self,
        ascending: Callable[[str | None], Awaitable[Page[_Row]]],
        descending: Callable[[str | None], Awaitable[Page[_Row]]] | None,
        cursors: Sequence[Cursor],
        floor: Cursor | None = None,
    ) -> None:
        """Makes an attempt; nothing is asked yet.

        Args:
            ascending: gets the page after an id, oldest first; the first page for None.
            descending: the same, newest first; None where only one page is to be asked for at a time.
            cursors: where to begin besides the top, in the list's order.
            floor: where to begin instead of the top, if it is accepted as any cursor is.
        """
        self._ascending = ascending
        self._descending = descending
        self.floor = floor
        self._cursors: tuple[Cursor | None, ...] = (floor, *cursors)
        self._place = {cursor.id: place for place, cursor in enumerate(cursors, 1)}
        self._accepted: list[asyncio.Future[bool]] = []
        self._ended: dict[int, int] = {}
        self._found: list[dict[str, _Row]] = [{} for _ in self._cursors]
        self._refused: dict[str, int] = {}
        self._descent: Descent[_Row] | None = None
        self._dates: list[int | None] = []
        self._longest = 0

    @property
    def date(self) -> int | None:
        """The server's clock on the page that it sent first."""
        return min((date for date in self._dates if date is not None), default=None)

    @property
    def page_size(self) -> int:
        """Rows on the longest page: what this server puts on one."""
        return self._longest

    @property
    def rows(self) -> dict[str, _Row]:
        """Every row by id, in the list's order."""
        tail = self._descent.rows() if self._descent else {}
        found: dict[str, _Row] = {}
        for part in (*self._found, tail):
            found.update(part)
        return found

    async def read(self) -> None:
        """Reads every segment to its end.

        Raises:
            Odd: this server has to be read from the top, page by page.
            ApiError: a page could not be had.
        """
        loop = asyncio.get_running_loop()
        self._accepted = [loop.create_future() for _ in self._cursors]
        await each(range(len(self._cursors)), self._segment, parallelism=len(self._cursors))
        self._check_whole()

    def _check_whole(self) -> None:
        """Follows the segments from the top: all that were accepted lie on the way, none has another's rows.

        Otherwise a cursor vanished, an end was claimed falsely, or a page came that was asked for elsewhere.
        """
        way = [0]
        while (place := self._ended[way[-1]]) < len(self._cursors):
            way.append(place)
        parts = [self._own(place) for place in way]
        if len(way) != sum(accepted.result() for accepted in self._accepted):
            raise Odd
        if len(set().union(*parts)) != sum(map(len, parts)):
            raise Odd
        top, rows = self.floor.created_at if self.floor else -1, self.rows
        if any(
            created_at > top and identifier not in rows for identifier, created_at in self._refused.items()
        ):
            raise Odd

    def _own(self, place: int) -> set[str]:
        """The rows of a segment, up to the cursor where it ended."""
        later = self._ended[place]
        if later == len(self._cursors):
            return set(self._found[place])
        cursor = self._cursors[later]
        own = list(takewhile(lambda found: cursor is None or found != cursor.id, self._found[place]))
        return {*own, *((cursor.id,) if cursor else ())}

    async def _segment(self, place: int) -> None:
        page = await self._first(place)
        if page is None:
            return
        used = {page.rows[-1][0]}
        while not await self._complete(place, page):
            behind = await self._next(place, page)
            if not behind.rows and behind.has_more is False:
                await self._confirm_end(place, page)
                return
            self._take(place, behind, page.rows[-1][1].created_at)
            page = behind
            if page.rows[-1][0] in used:
                raise Odd
            used.add(page.rows[-1][0])

    async def _confirm_end(self, place: int, page: Page[_Row]) -> None:
        """Ends the list with a page behind which nothing came, though it promised more, as some always do.

        Its last row must still be there: then it was when nothing lay behind it, and not an unknown cursor.
        """
        if place != len(self._cursors) - 1 or len(page.rows) < 2:  # noqa: PLR2004 - the last row and one before
            raise Odd
        again = await self._after(page.rows[-2][0])
        if [identifier for identifier, _ in again.rows] != [page.rows[-1][0]]:
            raise Odd
        if self._descent is not None and not self._descent.within(self._found[place]):
            raise Odd
        self._ended[place] = len(self._cursors)

    async def _first(self, place: int) -> Page[_Row] | None:
        """The first page of a segment, None where its cursor is not accepted."""
        cursor = self._cursors[place]
        page = await self._behind(place, cursor) if cursor else None
        floor = cursor.created_at if cursor and page else 1
        if page is None and place == 0:
            self.floor = None
            page = await self._ascending(None)
        if page is not None:
            self._take(place, page, floor)
        self._accepted[place].set_result(page is not None)
        return page

    async def _behind(self, place: int, cursor: Cursor) -> Page[_Row] | None:
        """The page behind a cursor, None where that is not what came, as far as can be seen."""
        try:
            page = await self._ascending(cursor.id)
        except (BadRequest, NotFound):
            return None
        if self._follows(place, cursor, page):
            return page
        self._refused.update({identifier: row.created_at for identifier, row in page.rows})
        return None

    def _follows(self, place: int, cursor: Cursor, page: Page[_Row]) -> bool:
        return bool(page.rows) and all(
            row.created_at >= cursor.created_at and self._place.get(identifier, place + 1) > place
            for identifier, row in page.rows
        )

    async def _next(self, place: int, page: Page[_Row]) -> Page[_Row]:
        """The page behind a page; meanwhile the last segment comes nearer from its other end."""
        after, last = page.rows[-1]
        pages: list[Page[_Row]] = []

        async def up() -> None:
            pages.append(await self._after(after))

        async def down() -> None:
            if self._descent is not None and place == len(self._cursors) - 1:
                await self._descent.advance(last.created_at, last.created_at - page.rows[0][1].created_at)

        await each((up, down), lambda go: go(), parallelism=2)
        return pages[0]

    async def _after(self, cursor: str) -> Page[_Row]:
        try:
            return await self._ascending(cursor)
        except (BadRequest, NotFound) as error:
            raise Odd from error

    def _take(self, place: int, page: Page[_Row], floor: int) -> None:
        """Takes a page in whose rows were created at `floor` or later, one after the other."""
        times = [floor, *(row.created_at for _, row in page.rows)]
        if not page.rows or page.has_more is None or any(one > other for one, other in pairwise(times)):
            raise Odd
        self._dates.append(page.date)
        self._longest = max(self._longest, len(page.rows))
        self._found[place].update(page.rows)

    async def _complete(self, place: int, page: Page[_Row]) -> bool:
        """Whether a segment ends with this page, and where."""
        for identifier, _ in page.rows:
            later = self._place.get(identifier, 0)
            if later > place and await self._accepted[later]:
                self._ended[place] = later
                return True
        end = len(self._cursors)
        descent, found = self._descent, self._found[place]
        if page.has_more is False and place == end - 1 and descent is not None and not descent.within(found):
            raise Odd
        if page.has_more is False or (descent is not None and descent.meets(page.rows, found)):
            self._ended[place] = end
            return True
        if place == end - 1 and self._descending and descent is None and len(found) > len(page.rows):
            self._descent = Descent(self._descending)
        return False

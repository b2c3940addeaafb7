"""Walking a list to its true end, on servers that tell the truth, err, or lie.

The cursor is `data[-1].id`; `first_id` and `last_id` match nothing in the reference's own example. What can
go wrong, and what is done:

- a page without rows that does not claim to be the last: ask for it once more, for it may have lost them;
  then follow `last_id` if it is a cursor not used before (some gateways filter rows after paging);
- an empty page that claims no more, where the page before did: either nothing lies behind the cursor, or
  its row was just deleted and the server answers an unknown cursor with nothing. Earlier cursors are tried,
  back to the top; the list ends where a page ends once more in a cursor that was answered with nothing
  before, for then it did exist;
- a cursor that is refused (400, 404), a page that leads to a cursor already used, or one that claims more
  and leads nowhere: start again from the top, dedupe by id, a bounded number of times; then the list has no
  end that we can know, an error;
- a missing `has_more`: go on until an empty page. One page that comes again and again, whatever the
  cursor, is that of a server that does not page; unless it is as full as we asked for, and may be cut;
- more pages or more time than any account needs: an error.

An incomplete list is never returned: a missing row would become a second container.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec import Struct, field

from reconciler.api.errors import BadRequest, ContainerExpired, NotFound, ProtocolError
from reconciler.model.steps import PAGE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from reconciler.model.clock import Clock
    from reconciler.model.listed import Cursor

MAX_PAGES = 2_000
MAX_SECONDS = 900.0
MAX_RESTARTS = 2
MAX_TRAIL = 6
"""Earlier cursors that are kept: those of about the last two pages, before the top is the shorter way."""

INCOMPLETE = "nothing is planned on a list that may be incomplete"

_END = ""

_Row = TypeVar("_Row")


class Page(Struct, Generic[_Row], frozen=True):
    """One page: rows with their ids, in the server's order; `has_more` is None where it is missing."""

    rows: tuple[tuple[str, _Row], ...]
    has_more: bool | None
    last_id: str | None
    date: int | None


class Listing(Struct, Generic[_Row], frozen=True):
    """A whole list, each id once; `date` is the server's clock on the first page.

    `ends` are the rows that end its pages, for the next listing to begin at; none where that is no use.
    `floor` is the row behind which it begins, where that is not the top.
    """

    rows: tuple[_Row, ...]
    date: int | None
    ends: tuple[Cursor, ...] = ()
    floor: Cursor | None = None


class _Walk(Struct, Generic[_Row]):
    """What one walk has learned so far; `seen`, `used` and `trail` are of one pass only.

    `trail` holds the latest cursors in the list's order, the current one last; `doubted` those that were
    answered with nothing. `alone` counts the passes in which one and the same page was all there was.
    """

    rows: dict[str, _Row] = field(default_factory=dict)
    date: int | None = None
    restarts: int = 0
    alone: int = 0
    doubted: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    trail: list[str] = field(default_factory=list)

    def restart(self, why: str) -> None:
        """Begins a pass anew, keeping the rows.

        Raises:
            ProtocolError: that was tried often enough.
        """
        if self.restarts == MAX_RESTARTS:
            message = f"the list cannot be read to its end: {why}"
            raise ProtocolError(message, hint=INCOMPLETE)
        self.restarts += 1
        self.seen.clear()
        self.used.clear()
        self.trail.clear()


async def walk(
    fetch: Callable[[str | None], Awaitable[Page[_Row]]], clock: Clock, *, max_pages: int = MAX_PAGES
) -> Listing[_Row]:
    """Fetches pages until the end of the list.

    Args:
        fetch: gets the page after a cursor, or the first page for None.
        clock: bounds the time.
        max_pages: bounds the pages.

    Raises:
        ProtocolError: the list has no end that can be known.
        ApiError: a page could not be had.
    """
    state: _Walk[_Row] = _Walk()
    deadline = clock.monotonic() + MAX_SECONDS
    cursor: str | None = None
    repeated = False
    for _ in range(max_pages):
        if clock.monotonic() > deadline:
            break
        try:
            page = await fetch(cursor)
        except (BadRequest, NotFound) as error:
            if cursor is None or isinstance(error, ContainerExpired):
                raise
            state.restart(f"the server refuses its own row {cursor} as a cursor")
            cursor, repeated = None, False
            continue
        repeated = not repeated and _names_rows_that_it_lacks(page)
        if repeated:
            continue
        cursor = _advance(state, page, cursor)
        if cursor == _END:
            return Listing(tuple(state.rows.values()), state.date)
    message = f"the list does not end: {len(state.rows)} rows after {max_pages} pages or {MAX_SECONDS:.0f} s"
    raise ProtocolError(message, hint=INCOMPLETE)


def _names_rows_that_it_lacks(page: Page[_Row]) -> bool:
    return not page.rows and page.has_more is not False and bool(page.last_id)


def _advance(state: _Walk[_Row], page: Page[_Row], cursor: str | None) -> str | None:
    """Takes a page in and returns the next cursor, None to begin anew, or `_END`."""
    if state.date is None:
        state.date = page.date
    if not page.rows:
        return _after_nothing(state, page, cursor)
    ids = [identifier for identifier, _ in page.rows]
    state.rows.update(page.rows)
    state.seen.update(ids)
    if page.has_more is False or ids[-1] in state.doubted:
        return _END
    if ids[-1] in state.used:
        if page.has_more is None and len(state.seen) == len(page.rows) != PAGE:
            state.alone += 1
        if state.alone > MAX_RESTARTS:
            return _END
        state.restart("its pages repeat themselves")
        return None
    return _follow(state, dict.fromkeys([ids[0], *ids[-2:]]))


def _after_nothing(state: _Walk[_Row], page: Page[_Row], cursor: str | None) -> str | None:
    end = None if page.has_more is False else page.last_id
    if end and end in state.doubted:
        return _END
    if end and end not in state.used:
        return _follow(state, [end])
    if cursor is None and (page.has_more is False or not (page.has_more or end or state.restarts)):
        return _END
    if cursor is not None and not page.has_more and not end:
        return _go_back(state, cursor)
    state.restart("it promises more rows and shows none")
    return None


def _go_back(state: _Walk[_Row], doubted: str) -> str | None:
    state.doubted.add(doubted)
    while state.trail and state.trail[-1] in state.doubted:
        state.trail.pop()
    if state.trail:
        return state.trail[-1]
    state.restart("it promised more rows and shows none")
    return None


def _follow(state: _Walk[_Row], cursors: Iterable[str]) -> str:
    """Goes on from the last of these cursors, and keeps all of them for the way back."""
    state.trail.extend(cursors)
    del state.trail[:-MAX_TRAIL]
    state.used.add(state.trail[-1])
    return state.trail[-1]

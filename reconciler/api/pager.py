"""Walking a list to its true end, on servers that tell the truth, err, or lie.

The cursor is `data[-1].id`; `first_id` and `last_id` match nothing in the reference's own example. What can
go wrong, and what is done:

- a page without rows that claims more: follow `last_id` if it is a cursor not used before (some gateways
  filter rows after paging), else it is the end;
- an empty page where more was promised: the row that served as cursor may just have been deleted, and some
  servers answer an unknown cursor with nothing. Earlier rows of the last page are tried as cursors;
- a cursor that is refused (400, 404), or a page that leads to a cursor already used: start again from the
  top, dedupe by id, a bounded number of times; then the list has no end that we can know, an error;
- a missing `has_more`: go on until an empty page;
- more pages or more time than any account needs: an error.

An incomplete list is never returned: a missing row would become a second container.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from reconciler.api.errors import BadRequest, ContainerExpired, NotFound, ProtocolError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from reconciler.model.clock import Clock

MAX_PAGES = 20_000
MAX_SECONDS = 900.0
MAX_RESTARTS = 2
INCOMPLETE = "nothing is planned on a list that may be incomplete"

_END = ""

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[_Row]):
    """One page: rows with their ids, in the server's order; `has_more` is None where it is missing."""

    rows: tuple[tuple[str, _Row], ...]
    has_more: bool | None
    last_id: str | None
    date: int | None


@dataclass(frozen=True, slots=True)
class Listing(Generic[_Row]):
    """A whole list, each id once; `date` is the server's clock on the first page."""

    rows: tuple[_Row, ...]
    date: int | None


@dataclass
class _Walk(Generic[_Row]):
    """What one walk has learned so far; `seen`, `used`, `anchors` and `probing` are of one pass only.

    `anchors` are earlier rows to try as cursors should the promised next page be empty, None where there
    is nothing to verify; `probing` tells that one of them is the cursor now.
    """

    rows: dict[str, _Row] = field(default_factory=dict)
    date: int | None = None
    restarts: int = 0
    seen: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    anchors: list[str] | None = None
    probing: bool = False

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
        self.anchors = None
        self.probing = False


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
    for _ in range(max_pages):
        if clock.monotonic() > deadline:
            break
        try:
            page = await fetch(cursor)
        except (BadRequest, NotFound) as error:
            if cursor is None or isinstance(error, ContainerExpired):
                raise
            state.restart(f"the server refuses its own row {cursor} as a cursor")
            cursor = None
            continue
        cursor = _advance(state, page, cursor)
        if cursor == _END:
            return Listing(tuple(state.rows.values()), state.date)
    message = f"the list does not end: {len(state.rows)} rows after {max_pages} pages or {MAX_SECONDS:.0f} s"
    raise ProtocolError(message, hint=INCOMPLETE)


def _advance(state: _Walk[_Row], page: Page[_Row], cursor: str | None) -> str | None:
    """Takes a page in and returns the next cursor, None to begin anew, or `_END`."""
    if state.date is None:
        state.date = page.date
    if not page.rows:
        return _after_nothing(state, page, cursor)
    ids = [identifier for identifier, _ in page.rows]
    nothing_new = state.seen.issuperset(ids)
    state.rows.update(page.rows)
    state.seen.update(ids)
    if page.has_more is False:
        return _END
    if nothing_new and (state.probing or page.has_more is None):
        return _END  # an earlier row resolved and nothing lies behind it, or the server does not page
    state.probing = False
    state.anchors = list(dict.fromkeys([ids[0], *ids[-2:-1]])) if page.has_more and len(ids) > 1 else None
    return _follow(state, ids[-1])


def _after_nothing(state: _Walk[_Row], page: Page[_Row], cursor: str | None) -> str | None:
    if page.has_more and page.last_id and page.last_id != cursor and page.last_id not in state.used:
        return _follow(state, page.last_id)
    if state.anchors is None:
        return _END
    if not state.anchors:
        state.restart("it promises more rows and shows none")
        return None
    state.probing = True
    return state.anchors.pop()


def _follow(state: _Walk[_Row], cursor: str) -> str | None:
    if cursor in state.used:
        state.restart("its pages repeat themselves")
        return None
    state.used.add(cursor)
    return cursor

"""The other end of a list: read newest first, towards whoever comes from the oldest, until the two meet.

They have met when a row that came from below was also seen from above, and is younger than the last one seen
from there, which the way up has passed: everything up to it was read on the way up, everything behind it on
the way down. It must be younger, and not merely the same row, because servers differ in how they break ties:
some turn the rows of one second round with the order and some do not, so that the rows around one of them may
not be the same from above. A server that ignores the order shows from above what is shown from below, where
no row is younger than itself, so nothing meets, and the way up leads to the end.

Whatever is odd about this end only ends the way down. The last page costs a request in vain only where the
two come to lie so close that one page from below reaches: then nothing more is asked for from above.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from reconciler.api.errors import BadRequest, NotFound

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Container, Iterable

    from reconciler.api.pager import Page


class _Sorted(Protocol):
    @property
    def created_at(self) -> int: ...


_Row = TypeVar("_Row", bound=_Sorted)


class Descent(Generic[_Row]):
    """The way down from the newest row."""

    def __init__(self, fetch: Callable[[str | None], Awaitable[Page[_Row]]]) -> None:
        """Asks for nothing yet; `fetch` gets the page after an id, newest first, the first page for None."""
        self._fetch = fetch
        self._rows: dict[str, _Row] = {}
        self._last: tuple[str | None, int] = (None, 0)
        self._over = False

    def rows(self) -> dict[str, _Row]:
        """What was seen from above, oldest first."""
        return dict(reversed(self._rows.items()))

    async def advance(self, reached: int, span: int) -> None:
        """Gets one more page, unless the way up is about to arrive.

        Args:
            reached: when the last row seen from below was created (unix seconds).
            span: how much younger it was than the first one on its page.
        """
        after, created_at = self._last
        if self._over or (after is not None and created_at - reached <= span):
            return
        try:
            page = await self._fetch(after)
        except (BadRequest, NotFound):
            self._over = True
            return
        times = [row.created_at for _, row in page.rows]
        if after is not None:
            times.insert(0, created_at)
        if not page.rows or page.rows[-1][0] == after or any(one < other for one, other in pairwise(times)):
            self._over = True
            return
        self._rows.update(page.rows)
        self._last = (page.rows[-1][0], times[-1])
        self._over = page.has_more is not True

    def meets(self, rows: Iterable[tuple[str, _Row]], below: Container[str]) -> bool:
        """Tells whether a page from below reaches what was seen from above; `below` are all ids so far."""
        last, created_at = self._last
        return last in below and any(
            identifier in self._rows and row.created_at > created_at for identifier, row in rows
        )

    def within(self, below: Container[str]) -> bool:
        """Tells whether nothing was seen from above that was not seen from below."""
        return all(identifier in below for identifier in self._rows)

"""The newest rows of the container list, back to a moment: what one look at what was just made costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.api.errors import ProtocolError
from reconciler.model.steps import PAGE

if TYPE_CHECKING:
    from reconciler.api.pager import Page
    from reconciler.api.reader import Reader
    from reconciler.model.live import LiveContainer

SPARE_PAGES = 10
"""Pages beyond those that our own creates fill, for what others created meanwhile."""


async def newest(
    reader: Reader, floor: int, known: frozenset[str], created: int, *, limit: int = PAGE
) -> list[LiveContainer]:
    """Lists containers newest first, down to the first that was made before `floor` (server seconds).

    Without a floor (0: the server sends no `Date`) a page of nothing but `known` ids is the end. `created`
    bounds the pages: those that so many rows fill, and some for what others create meanwhile. `limit` is the
    size of a page.

    Raises:
        ProtocolError: that many pages did not lead back to what was there before.
        ApiError: a page could not be had.
    """
    rows: dict[str, LiveContainer] = {}
    after: str | None = None
    for _ in range(created // limit + SPARE_PAGES):
        page: Page[LiveContainer] = await reader.container_page(after=after, limit=limit)
        fresh = {identifier: row for identifier, row in page.rows if identifier not in rows}
        rows.update(fresh)
        if not page.has_more or not fresh:
            return list(rows.values())
        if any(0 < row.created_at < floor for row in fresh.values()):
            return list(rows.values())
        if floor <= 0 and known.issuperset(fresh):
            return list(rows.values())
        after = page.rows[-1][0]
    raise ProtocolError(f"the list does not lead back to before this run in {len(rows)} rows")

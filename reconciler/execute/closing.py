"""The closing list: once after an apply that created anything, newest first, back to where it began.

It shows what a gateway doubled by repeating a write that was answered. What is doubled is named here and
resolved by the next plan's rule for copies.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.api.errors import ProtocolError
from reconciler.model.errors import ApiError
from reconciler.model.events import DoublesSeen, Failure
from reconciler.model.steps import PAGE, SKEW_SECONDS

if TYPE_CHECKING:
    from reconciler.api.pager import Page
    from reconciler.api.writer import Writer
    from reconciler.model.live import LiveContainer

SPARE_PAGES = 10
"""Pages beyond those that our own creates fill, for what others created meanwhile."""


@dataclass(frozen=True, slots=True)
class Created:
    """What this run created: id, live name and `created_at` by the server's clock."""

    id: str
    name: str
    created_at: int


async def closing_list(
    writer: Writer, created: tuple[Created, ...], known: frozenset[str], since: int | None
) -> DoublesSeen:
    """Looks for live rows of the created names that are neither ours nor were there before.

    Args:
        writer: the account.
        created: what this run made.
        known: ids that existed before.
        since: the server's `Date` before the run; without one, the earliest creation.
    """
    floor = (min(made.created_at for made in created) if since is None else since) - SKEW_SECONDS
    try:
        rows = await newest(writer, floor, known, len(created))
    except ApiError as error:
        return DoublesSeen((), Failure(error.code, str(error), error.hint))
    ours = {made.id for made in created}
    names = Counter(made.name for made in created)
    doubled = {
        row.name
        for row in rows
        if row.name in names and not row.dead and row.id not in ours and row.id not in known
    }
    return DoublesSeen(tuple(sorted(doubled)))


async def newest(writer: Writer, floor: int, known: frozenset[str], created: int) -> list[LiveContainer]:
    """Lists containers newest first, down to the first that was made before `floor` (server seconds).

    Without a floor (0: the server sends no `Date`) a page of nothing but `known` ids is the end. `created`
    bounds the pages: those that so many rows fill, and some for what others create meanwhile.

    Raises:
        ProtocolError: that many pages did not lead back to what was there before.
        ApiError: a page could not be had.
    """
    rows: dict[str, LiveContainer] = {}
    after: str | None = None
    for _ in range(created // PAGE + SPARE_PAGES):
        page: Page[LiveContainer] = await writer.container_page(after=after)
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

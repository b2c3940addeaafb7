"""Where to begin reading a list at once: at the ends of the pages that the last listing would have had.

Such an end is a row behind which a page begins, so as long as nothing moves no page is read that a sequential
pager would not read. Between two cursors lie as few pages as the parallelism allows. The last end of all is
always one: behind it lies what is new, however much.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.listed import Cursor


def page_ends(rows: Sequence[Cursor], size: int) -> tuple[Cursor, ...]:
    """The last row of every page of `size` rows, but for that of the last page: nothing lies behind it.

    Nothing is worth remembering of a list that is not sorted by when rows were created.
    """
    if size < 1 or any(row.created_at < 1 for row in rows):
        return ()
    if any(one.created_at > other.created_at for one, other in pairwise(rows)):
        return ()
    return tuple(rows[size - 1 : len(rows) - 1 : size])


def starts(ends: Sequence[Cursor], parallelism: int) -> tuple[Cursor, ...]:
    """The ends at which to begin, besides the top, so that about `parallelism` segments are read at once."""
    if not ends or parallelism < 2:  # noqa: PLR2004 - one at a time begins at the top
        return ()
    pages = len(ends) + 1
    apart = -(-pages // min(parallelism, pages))
    return (*ends[apart - 1 : -1 : apart], ends[-1])

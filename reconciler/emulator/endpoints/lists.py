"""From a list's query to a page of storage."""

from collections.abc import Callable

from reconciler.emulator.settings import UnknownAfter
from reconciler.emulator.store.rows import Page
from reconciler.emulator.wire.errors import ApiError
from reconciler.emulator.wire.query import ListQuery


def find_page(
    query: ListQuery, position: Callable[[str], tuple[int, int] | None], unknown: UnknownAfter
) -> Page | None:
    """The page a query asks for, or ``None`` for an empty one.

    What the API does with an ``after`` that names no row is not known; ``unknown`` decides.

    Raises:
        ApiError: 404 or 400 for such an ``after``, where ``unknown`` says so.
    """
    after = None if query.after is None else position(query.after)
    if query.after is not None and after is None:
        if unknown == "empty":
            return None
        if unknown != "restart":
            status = 404 if unknown == "not-found" else 400
            raise ApiError(status, f"No object found with id '{query.after}'.", param="after")
    return Page(limit=query.limit, descending=query.descending, after=after)

"""The closing list: once after an apply that created anything, newest first, back to where it began.

Where it does not show yet what this run made, it cannot show what was made besides: then the list is given
as long as the longest lag that was seen, and at last the lag that is reckoned with, and read again.

It shows what a gateway doubled by repeating a write that was answered. Such a double is deleted where it is
provably of this run, and left to the next plan's rule for copies where it could be somebody else's:

- its live name is that of a create of ours, its fields are what was sent, its status is known, and it was
  made between the sending of that create and its answer, in the server's time (to within its whole seconds);
- the set owns its names (it has a prefix), and our own copy is complete and was just read once more;
- it is younger than ours (then, of the higher id), and it has no files.

The last is one rule for everybody, whatever a manifest says: of two runs that see each other's copy at the
same moment only one may delete, or none would be left; and a copy that somebody has filled is in use.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from reconciler.api.newest import newest
from reconciler.execute.shown import is_what_was_sent
from reconciler.model.errors import ApiError
from reconciler.model.events import DoublesSeen, Failure
from reconciler.model.steps import PAGE, SKEW_SECONDS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from reconciler.api.writer import Writer
    from reconciler.execute.journal import Created, Journal
    from reconciler.model.live import LiveContainer
    from reconciler.model.profile import Profile

SHARES_OF_LAG = (0.5, 1)
"""When a list that lacks what was made is read again: the lag is twice the longest that was seen."""


async def closing_list(
    writer: Writer, journal: Journal, owned: frozenset[str], pause: Callable[[float], Awaitable[bool]]
) -> DoublesSeen:
    """Looks for live rows of the created names that are neither ours nor were there before.

    Args:
        writer: the account.
        journal: what this run made.
        owned: declared live names, in a set that owns its names; empty in any other.
        pause: waits so many seconds for the list; false where the run is to end instead.
    """
    created = tuple(journal.created.values())
    try:
        rows = await _complete(writer, journal, pause)
    except ApiError as error:
        return DoublesSeen((), Failure(error.code, str(error), error.hint))
    known = journal.known
    doubles: defaultdict[str, list[LiveContainer]] = defaultdict(list)
    for row in rows:
        if not row.dead and row.id not in known:
            doubles[row.name].append(row)
    removed: list[str] = []
    left: set[str] = set()
    for made in created:
        name = made.step.name
        for row in doubles.get(name, ()):
            if name in owned and await _removed(row, made, writer, journal):
                journal.buried(row.id)
                removed.append(row.id)
            else:
                left.add(made.step.spec.name)
    return DoublesSeen(tuple(sorted(left)), removed=tuple(sorted(removed)))


async def _complete(
    writer: Writer, journal: Journal, pause: Callable[[float], Awaitable[bool]]
) -> list[LiveContainer]:
    """What the list shows once it shows what was made, or once the lag has passed."""
    rows = await _rows(writer, journal)
    for again, share in enumerate(SHARES_OF_LAG, start=1):
        left = journal.until_shown(rows, share)
        if left > 0 and await pause(left):
            rows = await _rows(writer, journal, limit=PAGE - again)  # lists of one query may be cached
    return rows


async def _rows(writer: Writer, journal: Journal, *, limit: int = PAGE) -> list[LiveContainer]:
    created = journal.created.values()
    floor = journal.floor or min(made.created_at for made in created) - SKEW_SECONDS
    rows = await newest(writer, floor, journal.before, len(created), limit=limit)
    journal.looked(rows)
    return rows


async def _removed(row: LiveContainer, made: Created, writer: Writer, journal: Journal) -> bool:
    """Deletes a double, if it is certain to be one of ours; a failure leaves it to the next plan."""
    younger = (row.created_at, row.id) > (made.created_at, made.id)
    if not (made.complete and younger and _of_this_run(row, made, journal.profile)):
        return False
    try:
        if (await writer.files(row.id)).rows or await writer.gone(made.id):
            return False
        await writer.delete_container(row.id)
        return await writer.gone(row.id)
    except ApiError:
        return False


def _of_this_run(row: LiveContainer, made: Created, profile: Profile) -> bool:
    return (
        made.sent is not None
        and made.answered is not None
        and made.sent - SKEW_SECONDS <= row.created_at <= made.answered + SKEW_SECONDS
        and row.recognised
        and is_what_was_sent(made.step.spec, row.spec, profile)
    )

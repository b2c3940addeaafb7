"""Containers that somebody is using stay, until they are idle.

In prose first:

1. In use is a container that somebody other than us used less than the window ago, by the server's clock.
   A container that was never used by anybody else is idle. Where the server does not say when a container
   was last active, or what time it is, nobody can rule use out, and it counts as in use.
2. What is in use is not replaced and not deleted: neither as a surplus copy, nor as undeclared, nor by
   `destroy`. The change stays in the plan as a skip that says what would have changed. A sync is no
   replace and goes on: it takes nothing away that is not declared to go.
3. Surplus copies go only once the kept copy is complete. Where its replace waits, they wait with it, idle
   or not: deleting them would leave a name with nothing but the wrong copy.
4. With the allowance everything is done, and the reasons still say `busy`, for whoever reviews the plan.

What is spared here counts in no limit and costs no request. Use is judged when the plan is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from reconciler.model.plan import Activity, Change, Reason
from reconciler.planning.holding import LOSSES, held, hold_copies

if TYPE_CHECKING:
    from reconciler.model.live import LiveContainer, LiveState
    from reconciler.model.plan import BusyGuard


def spare(changes: tuple[Change, ...], live: LiveState, guard: BusyGuard | None) -> tuple[Change, ...]:
    """Marks what would take a container in use away, and withholds it unless that is allowed."""
    if guard is None:
        return changes
    rows = {row.id: row for row in live.containers}
    marked = tuple(_mark(change, rows, live.date, guard) for change in changes)
    if guard.allowed:
        return marked
    judged = tuple(held(change) if Reason.BUSY in change.reasons else change for change in marked)
    waiting = {change.name for change in judged if change.withheld and Reason.DUPLICATE not in change.reasons}
    return hold_copies(judged, waiting, Reason.BUSY)


def activity_of(row: LiveContainer, date: int | None, window: int) -> Activity | None:
    """Why a container counts as in use, None for an idle one.

    Args:
        row: the container, as it was observed.
        date: the server's `Date` of that observation, unix seconds; None without one.
        window: how long ago, in seconds, is still in use.
    """
    if row.last_active_at is None:
        return Activity(None, date)
    if date is None:
        return Activity(row.used_at, None)
    if row.used_at is None or date - row.used_at >= window:
        return None
    return Activity(row.used_at, date)


def _mark(change: Change, rows: dict[str, LiveContainer], date: int | None, guard: BusyGuard) -> Change:
    if change.action not in LOSSES or change.container_id is None:
        return change
    found = activity_of(rows[change.container_id], date, guard.window)
    if found is None:
        return change
    return replace(change, reasons=(*change.reasons, Reason.BUSY), activity=found)

"""Dead is final (ALGORITHMS 7): the pages with which a list begins, where all on them are dead, are not read.

Expired rows stay listed, so the list of an account that has been used for a while begins with page after page
of them. The ledger keeps the last row of those pages, behind which the list is read, and their dead rows as
far as they are the scope's: a plan counts them, and tells by them what expired from what never was.

**Why this changes no plan.** No row comes back to life, and none is created before an old one. So what lies
up to the floor is known, unless somebody deleted dead rows since. Where the plan would depend on that,
because a declared name has no row but those, everything is listed; so it is where dead rows are to be swept,
without `Date`, and once a day in any case, which puts the number of dead rows right.

**What is never passed**: a row that may be alive, one whose time nobody knows, one so young that the list may
still show older ones late, and the last dead one of a declared name of which none is alive. Nobody else's
view of the account counts: it is kept for one key, one scope and one filter, and only a digest of these is.
"""

from __future__ import annotations

import hashlib
import json
from itertools import takewhile
from math import inf
from typing import TYPE_CHECKING

from reconciler.model.listed import Dead, Horizon
from reconciler.model.live import DEAD_STATUSES, LiveContainer, Origin, Seen
from reconciler.model.memory import IN_FLIGHT_SECONDS
from reconciler.model.names import parse_live_name
from reconciler.model.spec import ContainerSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from reconciler.api.pager import Listing
    from reconciler.model.listed import Cursor, Sought

DAY = 24 * 3600

MOST_DEAD = 10_000
"""Dead rows that are kept; a floor that would need more is not moved."""


def horizon_key(viewer: str, sought: Sought, name: str) -> str:
    """What a horizon holds for: a view of an account, the names of a scope, and a filter, in a digest."""
    of_scope = [sought.prefix, *sought.exclude] if sought.prefix is not None else [None, *sought.names]
    text = json.dumps([viewer, name, of_scope])
    return hashlib.sha256(text.encode()).hexdigest()


def behind(ends: Sequence[Cursor], floor: Cursor) -> tuple[Cursor, ...]:
    """The ends of pages that lie behind a floor."""
    ids = [end.id for end in ends]
    if floor.id in ids:
        return tuple(ends[ids.index(floor.id) + 1 :])
    return tuple(end for end in ends if end.created_at > floor.created_at)


def dead_rows(horizon: Horizon, listed: Iterable[LiveContainer]) -> tuple[LiveContainer, ...]:
    """The remembered rows as the list would show them, but for those that it does show."""
    shown = {row.id for row in listed}
    return tuple(
        LiveContainer(
            id=dead.id,
            name=dead.name,
            status=dead.status,
            created_at=dead.created_at,
            spec=ContainerSpec(parse_live_name(dead.name).declared),
            seen=Seen(Origin.LEDGER, horizon.date),
        )
        for dead in horizon.dead
        if dead.id not in shown and dead.status in DEAD_STATUSES
    )


def decides(horizon: Horizon, listed: Iterable[LiveContainer], names: Sequence[str]) -> bool:
    """Tells whether anything depends on a remembered row.

    It does where none of a declared name is listed that is alive, or younger than all that are remembered:
    the last dead one of a name tells how it died.
    """
    shown: dict[str, float] = {}
    for row in listed:
        second = row.created_at if row.dead else inf
        shown[row.declared_name] = max(second, shown.get(row.declared_name, 0))
    kept: dict[str, int] = {}
    for dead in horizon.dead:
        name = parse_live_name(dead.name).declared
        kept[name] = max(dead.created_at, kept.get(name, 0))
    return any(name in kept and shown.get(name, 0) <= kept[name] for name in names)


def moved(
    horizon: Horizon | None,
    listing: Listing[LiveContainer],
    names: Sequence[str],
    concerns: Callable[[str], bool],
) -> Horizon | None:
    """The horizon after a listing, which begins behind that of before, or at the top (None)."""
    date = listing.date
    if date is None:
        return None
    final = tuple(takewhile(lambda row: _final(row, date), listing.rows))
    ends = {end.id: end for end in listing.ends}
    if not any(row.id in ends for row in final):
        return horizon
    alive = {row.declared_name for row in listing.rows if not row.dead}
    last = {row.declared_name: row.id for row in listing.rows if row.dead}
    wanted = {last[name] for name in names if name in last and name not in alive}
    dead = list(horizon.dead) if horizon else []
    floor = horizon.floor if horizon else None
    passed: list[Dead] = []
    for row in takewhile(lambda row: row.id not in wanted, final):
        if concerns(row.declared_name):
            passed.append(Dead(row.id, row.name, row.created_at, row.status))
        if row.id in ends:
            if len(dead) + len(passed) > MOST_DEAD:
                break
            floor, dead, passed = ends[row.id], [*dead, *passed], []
    return Horizon(floor, horizon.date if horizon else date, tuple(dead)) if floor else None


def _final(row: LiveContainer, date: int) -> bool:
    """Whether nothing can happen to a row any more, nor anything appear before it."""
    return row.dead and row.created_at > 0 and date - row.created_at > IN_FLIGHT_SECONDS

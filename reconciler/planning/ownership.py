"""What may be touched, in prose first. Every rule has its test in `tests/unit/planning/test_ownership.py`.

1. With a prefix, a set owns every live container whose declared name (the live name less a stamp) begins
   with the prefix and with none of the excluded sub-prefixes. Declaring a name in such a set claims every
   live copy of it.
2. Without a prefix, a set manages exactly the names it declares. Nothing remembers who made what stands
   there already, so it is never replaced or deleted without `--adopt` (`foreign`), and surplus copies are
   only ever reported.
3. Whatever is not claimed does not exist for us: it appears in no change, no count and no limit. `auto`
   containers of running sessions stand in the same list; touching one would break somebody's session.
4. Expired and deleted rows are dead: never matched, never a change, never counted in limits, their files
   never listed. They cannot come back. The plan shows their number, and `scope.sweep` deletes the rows.
5. An unknown status is live: it may be a new word for running. It is matched and warned about, and never
   deleted as a surplus copy, because it may be the copy that somebody is just bringing up.
6. `prune` governs names that no manifest declares, and nothing else. Without it no container of an
   undeclared name is deleted.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.live import LiveContainer, LiveState
    from reconciler.model.scope import Desired


@dataclass(frozen=True, slots=True)
class Claims:
    """The live containers that a set claims, by declared name, the oldest first whatever the list's order.

    `others` counts the live ones that it does not.
    """

    alive: Mapping[str, tuple[LiveContainer, ...]]
    dead: Mapping[str, tuple[LiveContainer, ...]]
    undeclared: tuple[LiveContainer, ...]
    others: int = 0

    @property
    def dead_rows(self) -> tuple[LiveContainer, ...]:
        """Every dead row of the scope, oldest first."""
        rows = [row for copies in self.dead.values() for row in copies]
        return tuple(sorted(rows, key=_oldest_first))

    def all_alive(self) -> tuple[LiveContainer, ...]:
        """Every claimed live container, declared or not."""
        return (*(row for copies in self.alive.values() for row in copies), *self.undeclared)


def claim(desired: Desired, live: LiveState) -> Claims:
    """Picks out of everything observed what this set claims."""
    declared = desired.by_name()
    alive: defaultdict[str, list[LiveContainer]] = defaultdict(list)
    dead: defaultdict[str, list[LiveContainer]] = defaultdict(list)
    undeclared: list[LiveContainer] = []
    others = 0
    for row in sorted(live.containers, key=_oldest_first):
        name = row.declared_name
        if name not in declared and not desired.scope.holds(name):
            others += not row.dead
        elif row.dead:
            dead[name].append(row)
        elif name in declared:
            alive[name].append(row)
        else:
            undeclared.append(row)
    return Claims(
        {name: tuple(rows) for name, rows in alive.items()},
        {name: tuple(rows) for name, rows in dead.items()},
        tuple(undeclared),
        others,
    )


def _oldest_first(row: LiveContainer) -> tuple[int, str]:
    return (row.created_at, row.id)


def unknown_statuses(rows: Iterable[LiveContainer]) -> tuple[Diagnostic, ...]:
    """Warns about claimed containers whose status is none this program knows."""
    return tuple(
        Diagnostic(
            Severity.WARNING,
            "unknown-status",
            f"{row.name} ({row.id}) has the unknown status {row.status!r}; it is taken for alive",
        )
        for row in sorted(rows, key=lambda row: (row.name, row.id))
        if not row.recognised
    )

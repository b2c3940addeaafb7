"""What may be touched, in prose first. Every rule has its test in `tests/unit/planning/test_ownership.py`.

1. **Scope.** With a prefix, a set owns every live container whose declared name (the live name less a stamp)
   begins with the prefix and with none of the excluded sub-prefixes. Names are all that the API keeps for us:
   it has no labels, and nothing remembers who made what.
2. **No prefix.** Such a set manages exactly the names it declares. Whatever stands there already may be
   anybody's, so it is never replaced or deleted without `--adopt` (`foreign`), and surplus copies are only
   ever reported.
3. **Others.** Whatever is not claimed is only counted, where it is listed at all, so that nobody wonders
   where it is: it appears in no change, no warning and no limit, and is not read. `auto` containers of
   running sessions stand in the same list; touching one would break somebody's session.
4. **Dead rows.** Expired and deleted rows are dead: never matched, never a change, never counted in limits,
   their files never listed. They cannot come back. The plan shows their number, and `scope.sweep` deletes
   the rows, but for those of a container that is left expired: its row is all that says that it ever was.
5. **Unknown status.** It is live: it may be a new word for running. It is matched and warned about, and never
   deleted as a surplus copy, because it may be the copy that somebody is just bringing up.
6. **Prune.** It governs names that no manifest declares, and nothing else. Without it no container of an
   undeclared name is deleted: a typo in a manifest must not cost a container.
7. **Copies.** Declaring a name in a set with a prefix claims every live copy of it: names are not unique, and
   a crash between the halves of a replace leaves two. One is kept by one rule (`copies`), since two runs with
   two rules can delete each other's copy; the others go last, with or without prune.
8. **Taking over.** The first plan of a scope over containers that exist says which of them it takes over
   (`takeover`), since owning by name means that the first apply may replace what a person made by hand.
9. **Protected.** What `lifecycle.prevent_destroy` or a glob of `scope.protect` names is never deleted or
   replaced (`protection`); the glob also holds after the entry was taken out of the manifests.
10. **Files of the assistant** are never matched, overwritten on purpose, or deleted (`files`): they are the
    work of a session, and nothing in a manifest can mean them. Only a replace of their container takes them
    along, and the plan says so.
11. **Files of users.** An undeclared `user` file is reported, and deleted only under `prune_files`:
    applications upload their users' data with the same source. Where a manifest has no `files` key, files are
    not even listed.
12. **Other scopes.** Two scopes of one account that overlap would delete each other's containers under prune;
    the one is refused until it excludes the other (`overlap`).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.model.diagnostics import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.live import LiveContainer, LiveState
    from reconciler.model.scope import Desired


class Claims(Struct, frozen=True):
    """The live containers that a set claims, by declared name, the oldest first whatever the list's order.

    `others` counts the live ones that it does not, None where they were not listed.
    """

    alive: Mapping[str, tuple[LiveContainer, ...]]
    dead: Mapping[str, tuple[LiveContainer, ...]]
    undeclared: tuple[LiveContainer, ...]
    others: int | None = 0

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
        others if live.whole else None,
    )


def _oldest_first(row: LiveContainer) -> tuple[int, str]:
    return (row.created_at, row.id)


def unknown_statuses(rows: Iterable[LiveContainer]) -> tuple[Diagnostic, ...]:
    """Warns about claimed containers whose status is none this program knows."""
    return tuple(
        Diagnostic(
            Severity.WARNING,
            "unknown-status",
            f"{row.declared_name} ({row.id}) has the unknown status {row.status!r}; it is taken for alive",
        )
        for row in sorted(rows, key=lambda row: (row.name, row.id))
        if not row.recognised
    )

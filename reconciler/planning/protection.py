"""Containers that must not go, in prose first.

1. Protected is a declared container with `lifecycle.prevent_destroy`, and every name that a glob of
   `scope.protect` matches. The glob stands in the scope and not in the entry, so that it also holds after the
   entry was taken out of git: an entry that is gone cannot say anything any more.
2. What is protected is not replaced, not pruned and not deleted by `destroy`, which is exempt from limits
   only. The change stays in the plan as a skip that says what would have changed, the rest of the plan is
   complete, and apply refuses all of it unless `--skip-blocked` says that the rest is wanted.
3. A name is protected, not each of its copies. A surplus copy goes as ever while the kept one is right: that
   destroys nothing that the name stands for, and keeping it would leave two of what is declared once. Where
   the kept one would be replaced the others stay with it: no copy is right then, and each may be the last.
   `destroy` takes no copy of a protected name, since it keeps none.
4. Creating it anew once it expired, and a sync, are no loss and go on.
5. What is left out anyway (`--name`, `--exclude`, `--no-delete`, `prune: false`, a set without prefix) does
   not meet the protection, and so is no reason to refuse the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic, Severity
from reconciler.model.plan import Change, Reason
from reconciler.planning.holding import hold

if TYPE_CHECKING:
    from reconciler.model.scope import Desired

CODE = Reason.PROTECTED.value
MOST_NAMES = 10
"""Names that the diagnostic repeats; the changes have them all."""


def protect(
    changes: tuple[Change, ...], desired: Desired
) -> tuple[tuple[Change, ...], tuple[Diagnostic, ...]]:
    """Holds back what would take a protected container away, and says what to do about it."""
    kept = {entry.name for entry in desired.containers if entry.prevent_destroy}

    def protected(change: Change) -> bool:
        return not change.surplus and (change.name in kept or desired.scope.protects(change.name))

    judged = hold(changes, protected, Reason.PROTECTED)
    names = sorted({change.name for change in judged if change.protected})
    return judged, (_diagnostic(names),) if names else ()


def _diagnostic(names: list[str]) -> Diagnostic:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return Diagnostic(
        Severity.WARNING,
        CODE,
        f"this plan would replace or delete what is protected: {', '.join(names[:MOST_NAMES])}{more}",
        hint="--skip-blocked applies the rest; if they are meant to go, take lifecycle.prevent_destroy "
        "or the glob of scope.protect away",
    )

"""What must be read before a plan can be made, and nothing more: every listing of files touches a container.

`observe` asks this object, which answers from what is declared and what has been seen so far.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.fields import compare_fields
from reconciler.model.live import NotRead
from reconciler.model.spec import Compare
from reconciler.model.stamp import Verdict, compare_stamp
from reconciler.planning.files import unread_contents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.live import LiveContainer, LiveFile, LiveState
    from reconciler.model.scope import Desired
    from reconciler.model.spec import DesiredContainer
    from reconciler.planning.policy import Policy


class NoNeeds:
    """The container list is enough: `destroy`, `list` and `resolve` never look at files."""

    def __init__(self, desired: Desired) -> None:
        self._scope = desired.scope
        self._declared = desired.by_name()

    def concerns(self, declared: str) -> bool:
        """Tells whether containers of a declared name are this set's business."""
        return declared in self._declared or self._scope.holds(declared)

    def lists(self, row: LiveContainer) -> bool:
        """Says no."""
        del row
        return False

    def contents(self, live: LiveState) -> Iterator[tuple[LiveContainer, LiveFile]]:
        """Yields nothing."""
        del live
        return iter(())


class Needs(NoNeeds):
    """Answers what an observation for this plan must read."""

    def __init__(self, desired: Desired, policy: Policy) -> None:
        super().__init__(desired)
        self._policy = policy
        self._managed = {
            name: entry
            for name, entry in self._declared.items()
            if entry.files is not None and policy.selects(name)
        }

    def lists(self, row: LiveContainer) -> bool:
        """Tells whether the files of a container must be listed, whatever other rows there are.

        Those of a declared name with managed files, unless a changed field, another stamp or the command
        line forces a replace anyway. Files whose drift is ignored are listed: it is reported.
        """
        entry = None if row.dead else self._managed.get(row.declared_name)
        return entry is not None and not self._replaced(entry, row)

    def _replaced(self, entry: DesiredContainer, copy: LiveContainer) -> bool:
        """Tells without its files that a copy is replaced anyway."""
        if self._policy.forces(copy) or compare_stamp(entry.inputs, copy.stamp) is Verdict.OTHER:
            return True
        return bool(compare_fields(entry.spec, copy.spec, self._policy.profile, entry.ignore).changes)

    def contents(self, live: LiveState) -> Iterator[tuple[LiveContainer, LiveFile]]:
        """Yields the files whose contents must be read; none under `compare: size`."""
        if self._scope.compare is Compare.SIZE:
            return
        for row in live.containers:
            if isinstance(row.files, NotRead) or row.declared_name not in self._declared:
                continue
            for file in unread_contents(self._declared[row.declared_name], row.files):
                yield row, file

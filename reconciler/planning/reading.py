"""What must be read before a plan can be made, and nothing more: every listing of files touches a container.

`observe` asks this object, which answers from what is declared and what has been seen so far.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.model.fields import compare_fields
from reconciler.model.live import NotRead
from reconciler.model.spec import Compare
from reconciler.model.stamp import Verdict, compare_stamp
from reconciler.planning.files import unread_contents
from reconciler.planning.ownership import claim

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.live import LiveContainer, LiveFile, LiveState
    from reconciler.model.scope import Desired
    from reconciler.model.spec import DesiredContainer
    from reconciler.planning.policy import Policy


class Needs(Struct, frozen=True):
    """Answers what an observation for this plan must read."""

    desired: Desired
    policy: Policy

    def concerns(self, declared: str) -> bool:
        """Tells whether containers of a declared name are this set's business."""
        return concerns(self.desired, declared)

    def listings(self, live: LiveState) -> Iterator[LiveContainer]:
        """Yields the containers whose files must be listed.

        Those of a declared name with managed files, unless a changed field, another stamp or the command
        line forces a replace anyway. Files whose drift is ignored are listed: it is reported.
        """
        alive = claim(self.desired, live).alive
        for entry in self.desired.containers:
            if entry.files is None or not self.policy.selects(entry.name):
                continue
            for copy in alive.get(entry.name, ()):
                if not self._replaced(entry, copy):
                    yield copy

    def _replaced(self, entry: DesiredContainer, copy: LiveContainer) -> bool:
        """Tells without its files that a copy is replaced anyway."""
        if self.policy.forces(copy) or compare_stamp(entry.inputs, copy.stamp) is Verdict.OTHER:
            return True
        return bool(compare_fields(entry.spec, copy.spec, self.policy.profile, entry.ignore).changes)

    def contents(self, live: LiveState) -> Iterator[tuple[LiveContainer, LiveFile]]:
        """Yields the files whose contents must be read; none under `compare: size`."""
        if self.desired.scope.compare is Compare.SIZE:
            return
        declared = self.desired.by_name()
        for row in live.containers:
            if isinstance(row.files, NotRead) or row.declared_name not in declared:
                continue
            for file in unread_contents(declared[row.declared_name], row.files):
                yield row, file


class NoNeeds(Struct, frozen=True):
    """The container list is enough: `destroy`, `list` and `resolve` never look at files."""

    desired: Desired

    def concerns(self, declared: str) -> bool:
        """Tells whether containers of a declared name are this set's business."""
        return concerns(self.desired, declared)

    def listings(self, live: LiveState) -> Iterator[LiveContainer]:
        """Yields nothing."""
        del live
        return iter(())

    def contents(self, live: LiveState) -> Iterator[tuple[LiveContainer, LiveFile]]:
        """Yields nothing."""
        del live
        return iter(())


def concerns(desired: Desired, declared: str) -> bool:
    """Tells whether a set claims live containers of a declared name."""
    return desired.scope.holds(declared) or any(entry.name == declared for entry in desired.containers)

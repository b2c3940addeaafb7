"""A saved plan is an approval, not a script: does it cover what planning again gives?

Containers die between review and merge, so a plan that had to match the live state exactly could never be
applied. The rule: the target, the scope and every declared container's desired state are the approved
ones; and every change that would now be made is an approved one, or creates a declared name whose live
copy died or vanished since. Deletes and replaces are covered only when approved themselves.

What an approved change leaves half done is covered too, so that a plan can be run again after exit 6: a
sync that sends a part of the approved files, and the deletion of the old copy of an approved replace.
Approved changes that are no longer needed are fine, and so are those that wait because somebody uses their
container by now. A container that was spared for being in use is not approved to go, whatever else was.
Nothing is taken from the file but this approval, so a forged one can make us do nothing that the manifests
do not say.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.model.digest import desired_digests
from reconciler.model.plan import Action, Change, FileOperation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.plan import Plan, Target
    from reconciler.model.scope import Desired


class Mismatch(Struct, frozen=True):
    """What is not approved, as sentences for a person; empty where all is."""

    moved: tuple[str, ...] = ()
    uncovered: tuple[Change, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.moved or self.uncovered)


def desired_moved(approved: Plan, target: Target, desired: Desired) -> Mismatch:
    """Names what differs in what is wanted: target, scope, declared containers."""
    return Mismatch(moved=tuple(_moved(approved, target, desired)))


def uncovered(approved: Plan, now: Plan) -> Mismatch:
    """Finds the changes of the new plan that the approved one does not cover."""
    approvals = _Approvals(approved)
    return Mismatch(uncovered=tuple(change for change in now.pending if not approvals.cover(change)))


def _moved(approved: Plan, target: Target, desired: Desired) -> Iterator[str]:
    if approved.target != target:
        yield f"the target: approved for {_written(approved.target)}, asked for {_written(target)}"
    if approved.scope != desired.scope:
        yield "the scope of the manifests"
    before, after = dict(approved.desired), dict(desired_digests(desired))
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield f"{name} is no longer declared"
        elif name not in before:
            yield f"{name} was not declared"
        elif before[name] != after[name]:
            yield f"{name} is declared otherwise"


def _written(target: Target) -> str:
    return " ".join(part for part in (target.url, target.organization, target.project) if part)


class _Approvals:
    """The approved changes, used up one by one: one that deletes a container covers one deletion.

    An approved replace that was cut off leaves a new copy to complete and an old one to delete, so it
    covers a sync besides; never a replace and another deletion.
    """

    def __init__(self, approved: Plan) -> None:
        self._declared = dict(approved.desired)
        self._changes: dict[str, list[tuple[int, Change]]] = {}
        for number, change in enumerate(approved.pending):
            self._changes.setdefault(change.name, []).append((number, change))
        self._spared = {change.container_id for change in approved.withheld}
        self._used: set[tuple[int, bool]] = set()

    def cover(self, change: Change) -> bool:
        """Tells whether a change is approved, and uses the approval up."""
        if change.action is Action.CREATE:
            return change.name in self._declared and self._as_shown(change)
        destroys = change.action is not Action.SYNC
        if destroys and change.container_id in self._spared:
            return False
        for number, given in self._changes.get(change.name, ()):
            if (number, destroys) not in self._used and _covers(given, change):
                self._used.add((number, destroys))
                return True
        return False

    def _as_shown(self, change: Change) -> bool:
        """A create is the one that its reviewer was shown, where one was: the same is declared, after all."""
        shown = [given for _, given in self._changes.get(change.name, ()) if given.action is Action.CREATE]
        return not shown or any(_covers(given, change) for given in shown)


def _covers(given: Change, change: Change) -> bool:
    if change.action is Action.SYNC:
        return given.action in (Action.SYNC, Action.CREATE, Action.REPLACE) and _files_within(given, change)
    if change.surplus:
        return given.surplus or given.action is Action.REPLACE
    return given.actions == change.actions and given.fields == change.fields and _same_files(given, change)


def _files_within(given: Change, change: Change) -> bool:
    """Uploads and deletes of the new sync are among the approved ones."""
    return not _operations(change) - _operations(given)


def _same_files(given: Change, change: Change) -> bool:
    return _operations(given) == _operations(change)


def _operations(change: Change) -> Counter[tuple[str, str, str | None]]:
    return Counter(
        (file.operation.value, file.path, file.sha256 if file.operation is FileOperation.UPLOAD else None)
        for file in change.files
        if file.operation is not FileOperation.KEEP
    )

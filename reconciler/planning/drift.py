"""From a plan to causes of drift: the same reasons, asked what happened rather than what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.drift import Cause, DriftItem
from reconciler.model.plan import Action, Change, Plan, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

_CAUSES: dict[Reason, Cause] = {
    Reason.ABSENT: Cause.REMOVED,
    Reason.EXPIRED: Cause.EXPIRED,
    Reason.FIELD_CHANGED: Cause.FIELDS,
    Reason.STAMP_CHANGED: Cause.FIELDS,
    Reason.FILE_CHANGED: Cause.FILES_CHANGED,
    Reason.FILE_MISSING: Cause.FILES_CHANGED,
    Reason.FILE_EXTRA: Cause.FILES_ADDED,
    Reason.DUPLICATE: Cause.DOUBLED,
    Reason.NOT_IN_MANIFEST: Cause.UNMANAGED,
}

_STANDS = (Reason.PROTECTED, Reason.LEFT_EXPIRED)
_FILE_WORK = {Reason.FILE_CHANGED, Reason.FILE_MISSING}


def drift_of(plan: Plan) -> tuple[DriftItem, ...]:
    """Lists what moved, in the plan's order; a container may have moved in several ways.

    What `--name` leaves out is nobody's question.
    """
    return tuple(_items(plan))


def _items(plan: Plan) -> Iterator[DriftItem]:
    for change in plan.changes:
        if Reason.FILTERED in change.reasons:
            continue
        causes = {_CAUSES[reason] for reason in change.reasons if reason in _CAUSES}
        for cause in sorted(causes):
            yield DriftItem(change.name, cause, change.container_id, change.activity, _left(change, cause))


def _left(change: Change, cause: Cause) -> Reason | None:
    """Why apply does nothing about it, None where it does."""
    if Reason.IGNORED in change.reasons and _is_ignored(change, cause):
        return Reason.IGNORED
    return next((reason for reason in _STANDS if reason in change.reasons), None)


def _is_ignored(change: Change, cause: Cause) -> bool:
    """Fields and files are ignored each by itself; files that would be written and are not, are ignored."""
    if cause is Cause.FIELDS:
        return True
    files_ignored = not _FILE_WORK.isdisjoint(change.reasons) or Reason.FIELD_CHANGED not in change.reasons
    return change.action is Action.SKIP and files_ignored

"""From a plan to causes of drift: the same reasons, asked what happened rather than what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.plan import Plan, Reason
from reconciler.model.result import Cause, DriftItem

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
            yield DriftItem(change.name, cause, change.container_id, change.activity)

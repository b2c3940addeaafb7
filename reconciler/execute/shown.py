"""What a server shows of a container against what was sent: wrong, right, or not shown at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.fields import compare_fields, declared_fields
from reconciler.model.profile import GENERIC

if TYPE_CHECKING:
    from reconciler.model.plan import FieldChange
    from reconciler.model.profile import Profile
    from reconciler.model.spec import ContainerSpec


def contradictions(sent: ContainerSpec, shown: ContainerSpec) -> tuple[FieldChange, ...]:
    """Fields that were sent and are shown with another value; what was left to the server is its business."""
    declared = {field.path for field in declared_fields(sent)}
    found = compare_fields(sent, shown, GENERIC)
    return tuple(change for change in found.changes if change.path in declared)


def is_what_was_sent(sent: ContainerSpec, shown: ContainerSpec, profile: Profile) -> bool:
    """Tells whether a row can be what a create of ours made: what was left out means the target's default.

    By the plan's own rule, since another manifest of the same scope may declare the same name otherwise.
    """
    return not compare_fields(sent, shown, profile).changes


def hidden(sent: ContainerSpec, shown: ContainerSpec) -> tuple[str, ...]:
    """Paths of fields that were sent and that the answer does not show: nobody can say they were heeded."""
    return compare_fields(sent, shown, GENERIC).unverifiable

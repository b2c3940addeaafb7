"""What the command line asks about single names, held against the manifests before anything is contacted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.manifest.findings import nearest
from reconciler.model.asked import selected
from reconciler.model.errors import InvalidInput
from reconciler.model.plan import Reason

if TYPE_CHECKING:
    from reconciler.control.passes import Options
    from reconciler.model.plan import Plan
    from reconciler.model.scope import Desired


class UnknownName(InvalidInput):
    """A name on the command line that cannot be meant."""

    code = "unknown-name"


def check_requested(options: Options, desired: Desired) -> None:
    """Refuses to replace what is not there to be replaced, rather than doing nothing in silence.

    Raises:
        UnknownName: no manifest declares a name that is to be replaced, or it is left out.
    """
    declared = desired.by_name()
    for name in options.asked.replace:
        if name not in declared:
            near = nearest(name, declared)
            raise UnknownName(
                f"--replace {name}: no manifest declares this name",
                hint=f"did you mean {near}?" if near else "it takes the declared name of one container",
            )
        if not selected(name, options.names, options.asked.exclude):
            raise UnknownName(f"--replace {name}: --name or --exclude leave it out")


def replaced_by(approved: Plan) -> frozenset[str]:
    """The containers that an approved plan replaces on request; what replaces them is not asked to go."""
    return frozenset(
        change.container_id
        for change in approved.changes
        if change.container_id is not None and Reason.REQUESTED in change.reasons
    )

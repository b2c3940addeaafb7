"""Which containers a plan takes over: those that stand there when a set is applied for the first time.

Nothing in the API tells who made a container, so "the first time" is the ledger's word: a scope that it does
not remember was not applied to the account, as far as anybody knows. Without a ledger that is said of every
plan, and it is true. A set without prefix is never remembered and takes nothing over unless `--adopt` says
so, and then says what every time. This is a note beside the plan: what is done does not depend on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic, Severity
from reconciler.model.plan import Reason

if TYPE_CHECKING:
    from reconciler.model.history import SeenPrefix
    from reconciler.model.plan import Plan

CODE = "takes-over"
MOST_NAMES = 10
"""Containers that the note names; the changes have them all."""

_NOT_TAKEN = {Reason.DUPLICATE, Reason.NOT_IN_MANIFEST, Reason.FILTERED}


def takes_over(plan: Plan, seen: tuple[SeenPrefix, ...], *, adopt: bool) -> tuple[Diagnostic, ...]:
    """A note that names the live containers of declared names, where this plan is the first over them."""
    prefix = plan.scope.prefix
    first = adopt if prefix is None else prefix not in {scope.prefix for scope in seen}
    taken = [
        f"{change.name} ({change.container_id})"
        for change in plan.changes
        if change.container_id is not None and _NOT_TAKEN.isdisjoint(change.reasons)
    ]
    if not first or not taken:
        return ()
    more = f" and {len(taken) - MOST_NAMES} more" if len(taken) > MOST_NAMES else ""
    why = (
        "--adopt" if prefix is None else f"the scope {prefix}* is not known to have been applied here before"
    )
    listed = ", ".join(taken[:MOST_NAMES])
    return (Diagnostic(Severity.NOTE, CODE, f"{why}: this plan takes over {listed}{more}"),)

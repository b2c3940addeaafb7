"""How many containers one apply may lose: an empty render must not delete everything.

Deletes and replaces count; surplus copies and dead rows do not, they are not what anybody works with.
A plan over a limit stays complete: what is blocked becomes a skip, and apply refuses the whole of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic, Severity
from reconciler.model.plan import Action, Change, Reason
from reconciler.model.scope import PERCENT_COUNTS_FROM
from reconciler.model.spec import ReplaceOrder

if TYPE_CHECKING:
    from reconciler.model.scope import Desired

CODE = "blocked-by-limit"


def enforce(
    changes: tuple[Change, ...], desired: Desired, owned: int
) -> tuple[tuple[Change, ...], tuple[Diagnostic, ...]]:
    """Turns the losses of a plan over a limit into skips, and says which limit and what to do.

    Args:
        changes: every change of the plan.
        desired: the set with its limits.
        owned: live containers that the set claims, surplus copies not counted.
    """
    losses = [change for change in changes if _is_loss(change)]
    deletes = sum(change.action is Action.DELETE for change in losses)
    found = _violation(desired, owned, len(losses), deletes)
    if found is None:
        return changes, ()
    blocked = tuple(_block(change) if _is_loss(change) else change for change in changes)
    return blocked, (found,)


def _is_loss(change: Change) -> bool:
    return change.action is Action.REPLACE or (change.action is Action.DELETE and not change.surplus)


def _block(change: Change) -> Change:
    return replace(
        change,
        action=Action.SKIP,
        reasons=(*change.reasons, Reason.BLOCKED_BY_LIMIT),
        order=ReplaceOrder.CREATE_FIRST,
    )


def _violation(desired: Desired, owned: int, losses: int, deletes: int) -> Diagnostic | None:
    limits = desired.scope.limits
    if deletes and not desired.containers:
        return _diagnostic(
            f"the manifests declare no container, and this plan would delete all {owned} that exist",
            "if that is meant, use `reconciler destroy`",
        )
    if deletes == owned and owned > 1:
        return _diagnostic(
            f"this plan would delete all {owned} containers of the scope",
            "if that is meant, use `reconciler destroy`",
        )
    if limits.max_deletes is not None and losses > limits.max_deletes:
        return _diagnostic(
            f"this plan would delete or replace {losses} containers; the limit is {limits.max_deletes}",
            f"if that is meant, set scope.limits.max_deletes to at least {losses}",
        )
    if owned >= PERCENT_COUNTS_FROM and losses * 100 > limits.max_delete_percent * owned:
        return _diagnostic(
            f"this plan would delete or replace {losses} of {owned} containers; "
            f"the limit is {limits.max_delete_percent} %",
            f"if that is meant, set scope.limits.max_delete_percent to at least {-(-losses * 100 // owned)}",
        )
    return None


def _diagnostic(message: str, hint: str) -> Diagnostic:
    return Diagnostic(Severity.WARNING, CODE, message, hint=hint)

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
    from collections.abc import Iterator

    from reconciler.model.scope import Desired

CODE = "blocked-by-limit"


def enforce(
    changes: tuple[Change, ...], desired: Desired, owned: int
) -> tuple[tuple[Change, ...], tuple[Diagnostic, ...]]:
    """Turns the losses of a plan over a limit into skips, and says which limits and what to do.

    Args:
        changes: every change of the plan.
        desired: the set with its limits.
        owned: live containers that the set claims, surplus copies not counted.
    """
    losses = [change for change in changes if _is_loss(change)]
    deletes = sum(change.action is Action.DELETE for change in losses)
    found = tuple(_violations(desired, owned, len(losses), deletes))
    if not found:
        return changes, ()
    return tuple(_block(change) if _is_loss(change) else change for change in changes), found


def _is_loss(change: Change) -> bool:
    return change.action is Action.REPLACE or (change.action is Action.DELETE and not change.surplus)


def _block(change: Change) -> Change:
    return replace(
        change,
        action=Action.SKIP,
        reasons=(*change.reasons, Reason.BLOCKED_BY_LIMIT),
        order=ReplaceOrder.CREATE_FIRST,
    )


def _violations(desired: Desired, owned: int, losses: int, deletes: int) -> Iterator[Diagnostic]:
    """Every limit that stands in the way, so that raising one does not only uncover the next."""
    limits = desired.scope.limits
    if deletes and not desired.containers:
        yield _diagnostic(
            f"the manifests declare no container, and this plan would delete all {owned} that exist",
            "if that is meant, use `reconciler destroy`",
        )
    elif deletes == owned and owned > 1:
        yield _diagnostic(
            f"this plan would delete all {owned} containers of the scope",
            "if that is meant, use `reconciler destroy`",
        )
    if limits.max_deletes is not None and losses > limits.max_deletes:
        yield _diagnostic(
            f"this plan would delete or replace {losses} containers; the limit is {limits.max_deletes}",
            f"if that is meant, set scope.limits.max_deletes to at least {losses}",
        )
    if owned >= PERCENT_COUNTS_FROM and losses * 100 > limits.max_delete_percent * owned:
        yield _diagnostic(
            f"this plan would delete or replace {losses} of {owned} containers; "
            f"the limit is {limits.max_delete_percent} %",
            f"if that is meant, set scope.limits.max_delete_percent to at least {-(-losses * 100 // owned)}",
        )


def _diagnostic(message: str, hint: str) -> Diagnostic:
    return Diagnostic(Severity.WARNING, CODE, message, hint=hint)

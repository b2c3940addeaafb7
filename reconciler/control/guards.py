"""Whether a plan may be carried out, whatever anybody answers at a prompt: one list, for every way in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.control.approvals import another_plan, refused_direction
from reconciler.control.overlap import refused_overlap
from reconciler.control.policies import refused_by_policy
from reconciler.control.refusals import refusal

if TYPE_CHECKING:
    from reconciler.control.account import Account
    from reconciler.control.approvals import Conditions
    from reconciler.control.passes import Prepared


def check_guards(prepared: Prepared, account: Account, conditions: Conditions, *, skip_blocked: bool) -> None:
    """Lets a plan be carried out, or does not.

    Raises:
        Refused: it may not be.
        PlanMismatch: it is not the one that was expected.
    """
    plan = prepared.plan
    refused = (
        another_plan(plan, conditions.digest)
        # before the limits, which nobody should raise over somebody else's containers
        or refused_overlap(account, prepared.desired.scope)
        or refusal(plan, skip_blocked=skip_blocked)
        or refused_by_policy(plan)
        or refused_direction(plan, conditions)
    )
    if refused is not None:
        raise refused

"""Why nothing of a plan is carried out, whatever anybody approves, and what to type if it is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from reconciler.model.errors import Refused
from reconciler.model.plan import Action, Reason

if TYPE_CHECKING:
    from reconciler.model.plan import Plan


class BlockedByLimit(Refused):
    """The plan would lose more containers than a limit allows."""

    code: ClassVar[str] = Reason.BLOCKED_BY_LIMIT.value


class ProtectedContainers(Refused):
    """The plan would take protected containers away."""

    code: ClassVar[str] = Reason.PROTECTED.value


def refusal(plan: Plan, *, skip_blocked: bool) -> Refused | None:
    """The refusal of a plan.

    Args:
        plan: the plan.
        skip_blocked: leave what is protected as it is. It says nothing about limits: those are overridden by
            a number only, since a plan over a limit is probably wrong in what it creates, too.
    """
    if plan.blocked:
        meant = [plan.meant(change) for change in plan.blocked]
        counts = {action: meant.count(action) for action in (Action.DELETE, Action.REPLACE)}
        options = " ".join(f"--allow-{action.value}s {count}" for action, count in counts.items() if count)
        return BlockedByLimit(
            "a limit blocks this plan; nothing was changed", hint=f"if that is meant: {options}"
        )
    if plan.protected and not skip_blocked:
        return ProtectedContainers(
            "this plan would take protected containers away; nothing was changed",
            hint="--skip-blocked leaves them as they are and applies the rest",
            details=tuple(f"{plan.meant(change).value} {change.name}" for change in plan.protected),
        )
    return None

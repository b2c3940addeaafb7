"""What the one who applies asks of the plan: this digest, this cost, and a word for each direction.

None of it is stored in a plan: what is asked counts for the apply that asks it, of the plan just made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.model.digest import plan_digest
from reconciler.model.errors import PlanMismatch, ReconcilerError, Refused
from reconciler.model.plan import Flag
from reconciler.model.review import COST_REFUSALS, flags_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.plan import Plan


class Conditions(Struct, frozen=True):
    """`digest` is the expected one, None for any; `required` are the flags that want a word of their own."""

    digest: str | None = None
    required: frozenset[Flag] = frozenset()
    approved: frozenset[Flag] = frozenset()


class AnotherPlan(PlanMismatch):
    """The plan is not the one that was reviewed."""

    code = "another-plan"


class NotApproved(Refused):
    """A plan opens the network or raises the price, and nobody said that it may."""

    code = "approval-required"


class BeyondMaxCost(Refused):
    """A plan costs more than `--max-cost`, or nobody can tell."""

    code = "beyond-max-cost"


def another_plan(plan: Plan, digest: str | None) -> AnotherPlan | None:
    """Holds a plan against the digest that was reviewed; None where any is fine, or it is that one."""
    found = plan_digest(plan)
    if digest in (None, found):
        return None
    return AnotherPlan(
        "the plan is not the one that --expect-digest names; nothing was changed",
        hint="review this plan",
        details=(f"expected {digest}", f"found {found}"),
    )


def refused_direction(plan: Plan, conditions: Conditions) -> ReconcilerError | None:
    """Why a plan that no limit blocks is refused all the same."""
    beyond = tuple(found for found in plan.diagnostics if found.code in COST_REFUSALS)
    if beyond:
        return BeyondMaxCost(f"{beyond[0].message}; nothing was changed", hint=beyond[0].hint)
    missing = tuple(flag for flag in Flag if flag in conditions.required - conditions.approved)
    flagged = tuple(_flagged(plan, missing))
    if not flagged:
        return None
    named = [flag for flag in missing if any(flag in flags_of(change) for change in plan.changes)]
    return NotApproved(
        f"this plan needs an approval of its own for {' and '.join(named)}; nothing was changed",
        hint=f"review it; if that is meant, add {' '.join(f'--approve {flag}' for flag in named)}",
        details=flagged,
    )


def _flagged(plan: Plan, missing: tuple[Flag, ...]) -> Iterator[str]:
    for change in plan.changes:
        for flag in flags_of(change):
            if flag in missing:
                yield f"{flag}: {change.action.value} {change.name}"

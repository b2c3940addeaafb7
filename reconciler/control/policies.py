"""Users' policies in a command: read once, loaded only where there are any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Severity
from reconciler.model.errors import Refused
from reconciler.policies.values import NO_POLICIES, Policies, Subject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.plan import Plan
    from reconciler.model.profile import Profile
    from reconciler.model.scope import Desired

__all__ = ["NO_POLICIES", "Policies", "of_containers", "of_plan", "policies_at", "refused_by_policy"]


def policies_at(paths: Sequence[str]) -> Policies:
    """Reads the policies in files and folders; what is wrong with them is in `problems`.

    Raises:
        UsageError: there is no such file.
    """
    if not paths:
        return NO_POLICIES
    from reconciler.policies.reading import load  # noqa: PLC0415 - only with --policy

    return load(paths)


def of_containers(policies: Policies, desired: Desired, profile: Profile) -> tuple[Diagnostic, ...]:
    """What policies have against the declared containers."""
    if not policies.about(Subject.CONTAINER):
        return ()
    from reconciler.policies.judging import judge_containers  # noqa: PLC0415 - jsonschema, only with --policy

    return judge_containers(policies, desired, profile)


def of_plan(policies: Policies, plan: Plan) -> tuple[Diagnostic, ...]:
    """What policies have against a plan."""
    if not policies.about(Subject.PLAN):
        return ()
    from reconciler.policies.judging import judge_plan  # noqa: PLC0415 - jsonschema, only with --policy

    return judge_plan(policies, plan)


def refused_by_policy(plan: Plan) -> Refused | None:
    """Why a plan that breaks a policy is not carried out; a plan's only errors are those of policies."""
    broken = sum(found.severity is Severity.ERROR for found in plan.diagnostics)
    if not broken:
        return None
    policies = "a policy forbids" if broken == 1 else f"policies forbid, in {broken} points,"
    return Refused(f"{policies} what this plan does; nothing was changed")

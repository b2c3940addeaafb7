"""Review of direction: what a plan would open or make dearer, held against what is live.

What the fields of a change tell is in `model.review`; here is what only the live row tells. A replace whose
old container does not show its network policy counts as opening the network where an allowlist is declared:
it may have been closed, and the one who approves is the one who can find out. The same with its size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from reconciler.model.diagnostics import Diagnostic, Severity
from reconciler.model.fields import MEMORY
from reconciler.model.plan import Action, Flag
from reconciler.model.profile import MEMORY_LIMITS
from reconciler.model.review import BEYOND_MAX_COST, PRICES_UNKNOWN, flags_of, larger
from reconciler.model.spec import ALLOWLIST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.live import LiveState
    from reconciler.model.plan import Change, Plan
    from reconciler.model.profile import Profile
    from reconciler.model.scope import Desired
    from reconciler.model.spec import ContainerSpec, NetworkPolicy


def review(changes: tuple[Change, ...], desired: Desired, live: LiveState) -> tuple[Change, ...]:
    """Marks the replaces whose old container does not show what they would widen."""
    if not any(change.action is Action.REPLACE for change in changes):
        return changes
    rows = {row.id: row.spec for row in live.containers}
    entries = desired.by_name()
    return tuple(
        replace(change, unseen=tuple(_unseen(entries[change.name].spec, rows[change.container_id])))
        if change.action is Action.REPLACE and change.container_id in rows and change.name in entries
        else change
        for change in changes
    )


def dearer(changes: tuple[Change, ...], desired: Desired, profile: Profile) -> float:
    """US dollars per hour that the changes flagged for cost add while all of it is active."""
    flagged = [change for change in changes if Flag.COST in flags_of(change)]
    entries = desired.by_name() if flagged else {}
    raised = (
        profile.price(entries[change.name].spec.memory_limit) - _price_before(change, profile)
        for change in flagged
        if change.name in entries
    )
    return round(sum(raised, start=0.0), 2)


def over(plan: Plan, desired: Desired, profile: Profile, most: float | None) -> tuple[Diagnostic, ...]:
    """Why this plan is beyond what it may cost an hour; empty where it is not, or nobody asked."""
    if most is None or not plan.pending:
        return ()
    known = dict(profile.usd_per_hour)
    if any((entry.spec.memory_limit or profile.memory_limit) not in known for entry in desired.containers):
        message = f"what containers cost at {profile.name} is not known, so --max-cost cannot be kept"
        return (Diagnostic(Severity.WARNING, PRICES_UNKNOWN, message, hint="leave --max-cost out"),)
    found = plan.cost.usd_per_hour
    if found <= most:
        return ()
    message = f"the declared containers cost ${found:.2f} an hour while active; the limit is ${most:.2f}"
    return (
        Diagnostic(
            Severity.WARNING, BEYOND_MAX_COST, message, hint=f"if that is meant, use --max-cost {found:.2f}"
        ),
    )


def _unseen(wanted: ContainerSpec, live: ContainerSpec) -> Iterator[Flag]:
    if _allows(wanted.network_policy) and _hides(live.network_policy):
        yield Flag.EGRESS
    if live.memory_limit is None and wanted.memory_limit and larger(wanted.memory_limit, MEMORY_LIMITS[0]):
        yield Flag.COST


def _allows(policy: NetworkPolicy | None) -> bool:
    return policy is not None and policy.type == ALLOWLIST


def _hides(policy: NetworkPolicy | None) -> bool:
    return policy is None or (policy.type == ALLOWLIST and policy.allowed_domains is None)


def _price_before(change: Change, profile: Profile) -> float:
    before = next((field.before for field in change.fields if field.path == MEMORY), None)
    return profile.price(before) if change.action is Action.REPLACE and isinstance(before, str) else 0.0

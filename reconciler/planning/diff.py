"""From desired and live to a plan: pure, total, deterministic.

`changes` come sorted by name, the main change of a name before its surplus copies, whatever the order of
manifests or rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.model.digest import desired_digests
from reconciler.model.live import NotRead
from reconciler.model.plan import Action, Change, Cost, Plan, Reason
from reconciler.model.requests import requests_of, rows_shown
from reconciler.model.steps import chains_of
from reconciler.planning.busy import spare
from reconciler.planning.declared import declared_changes, left_expired
from reconciler.planning.hints import hints
from reconciler.planning.holding import without_deletes
from reconciler.planning.limits import enforce
from reconciler.planning.ownership import Claims, claim, unknown_statuses
from reconciler.planning.policy import unmatched
from reconciler.planning.protection import protect
from reconciler.planning.review import dearer, review
from reconciler.planning.rotation import made_without_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.live import LiveContainer, LiveState
    from reconciler.model.scope import Desired
    from reconciler.model.spec import DesiredContainer
    from reconciler.planning.policy import Policy, Provenance


class Situation(Struct, frozen=True):
    """Everything a plan is made from."""

    desired: Desired
    live: LiveState
    policy: Policy
    provenance: Provenance


def diff(situation: Situation) -> Plan:
    """Plans what makes the live containers equal to the declared ones."""
    desired, policy = situation.desired, situation.policy
    claims = claim(desired, situation.live)
    changes = _sorted((*declared_changes(desired, claims, policy), *_undeclared(desired, claims, policy)))
    changes = without_deletes(changes, policy.asked)
    changes, found = protect(changes, desired)
    changes = spare(changes, situation.live, policy.busy)
    if policy.limited:
        changes, over = enforce(changes, desired, _owned(claims), policy.asked)
        found = (*over, *found)
    found = (*found, *hints(changes, desired, situation.live, policy.profile))
    found = (*found, *made_without_key(changes, desired, situation.live))
    return _assemble(changes, found, claims, situation)


def destruction(situation: Situation) -> Plan:
    """Plans to delete the declared names with all their copies, and undeclared ones under prune."""
    desired, policy = situation.desired, situation.policy
    claims = claim(desired, situation.live)
    changes = [
        _requested(entry, copy, policy, owned=desired.scope.prefix is not None)
        for entry in desired.containers
        for copy in claims.alive.get(entry.name, ())
    ]
    changes += _undeclared(desired, claims, policy)
    judged, found = protect(_sorted(changes), desired)
    return _assemble(spare(judged, situation.live, policy.busy), found, claims, situation)


def sweepable(desired: Desired, live: LiveState, policy: Policy) -> tuple[str, ...]:
    """Ids of the dead rows that `scope.sweep` deletes, oldest first; no changes of the plan.

    None without deletes; and the row of a container that is left expired is what says so.
    """
    if not desired.scope.sweep or policy.asked.no_delete:
        return ()
    claims = claim(desired, live)
    left = {entry.name for entry in desired.containers if left_expired(entry, claims)}
    rows = (row for row in claims.dead_rows if policy.selects(row.declared_name))
    return tuple(row.id for row in rows if row.declared_name not in left)


def _assemble(
    changes: tuple[Change, ...], found: tuple[Diagnostic, ...], claims: Claims, situation: Situation
) -> Plan:
    """Puts changes into a plan with its flags, its cost and its warnings."""
    desired, policy, provenance = situation.desired, situation.policy, situation.provenance
    names = {change.name for change in changes}
    diagnostics = (*found, *unknown_statuses(claims.all_alive()), *unmatched(names, policy))
    live = situation.live
    changes = review(changes, desired, live)
    shown = rows_shown((row.created_at for row in live.containers), live.date)
    files = {row.id: len(row.files) for row in live.containers if not isinstance(row.files, NotRead)}
    requests = requests_of(chains_of(changes, desired.by_name()), rows=shown, files=files)
    requests += len(sweepable(desired, live, policy))
    gone = {change.name for change in changes if Reason.LEFT_EXPIRED in change.reasons}
    standing = {change.name for change in changes if change.action is not Action.DELETE} - gone
    prices = (
        policy.profile.price(entry.spec.memory_limit)
        for entry in desired.containers
        if entry.name in standing
    )
    return Plan(
        target=provenance.target,
        scope=desired.scope,
        changes=changes,
        desired=desired_digests(desired),
        manifests=desired.manifests,
        inputs=desired.inputs,
        names=policy.names,
        busy=policy.busy,
        asked=policy.asked,
        cost=Cost(
            requests,
            round(sum(prices, start=0.0), 2),
            dearer(changes, desired, policy.profile),
            policy.profile.prices_of,
            per_minute=policy.profile.requests_per_minute,
        ),
        dead_rows=len(claims.dead_rows),
        others=claims.others,
        diagnostics=diagnostics,
        created_at=provenance.created_at,
        tool_version=provenance.tool_version,
    )


def _undeclared(desired: Desired, claims: Claims, policy: Policy) -> Iterator[Change]:
    for row in claims.undeclared:
        reasons: tuple[Reason, ...] = (Reason.NOT_IN_MANIFEST,)
        action = Action.SKIP
        if not policy.selects(row.declared_name):
            reasons = (*reasons, Reason.FILTERED)
        elif not desired.scope.prune:
            reasons = (*reasons, Reason.PRUNE_OFF)
        else:
            action = Action.DELETE
        yield Change(row.declared_name, action, reasons, row.id)


def _requested(entry: DesiredContainer, copy: LiveContainer, policy: Policy, *, owned: bool) -> Change:
    reasons: tuple[Reason, ...] = (Reason.REQUESTED,)
    action = Action.SKIP
    if not policy.selects(entry.name):
        reasons = (*reasons, Reason.FILTERED)
    elif not owned and not policy.adopt:
        reasons = (*reasons, Reason.FOREIGN)
    else:
        action = Action.DELETE
    return Change(entry.name, action, reasons, copy.id, source=entry.position)


def _owned(claims: Claims) -> int:
    """Live containers of the scope, surplus copies not counted."""
    return len(claims.alive) + len(claims.undeclared)


def _sorted(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Sorts by name; the sort is stable, so that a name's kept copy stays before its surplus ones."""
    return tuple(sorted(changes, key=lambda change: change.name))

"""From desired and live to a plan: pure, total, deterministic.

`changes` come sorted by name, the main change of a name before its surplus copies, whatever the order of
manifests or rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic, Severity
from reconciler.model.digest import desired_digests
from reconciler.model.fields import declared_fields
from reconciler.model.plan import Action, Change, Cost, FieldChange, FileChange, FileOperation, Plan, Reason
from reconciler.model.steps import chains_of, requests_of, rows_shown
from reconciler.planning.busy import spare
from reconciler.planning.copies import Assessment, assess, rank
from reconciler.planning.hints import hints
from reconciler.planning.limits import enforce
from reconciler.planning.ownership import Claims, claim, unknown_statuses
from reconciler.planning.review import dearer, review

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.model.live import LiveContainer, LiveState
    from reconciler.model.scope import Desired
    from reconciler.model.spec import DesiredContainer
    from reconciler.planning.policy import Policy, Provenance

_REASONS = tuple(Reason)


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a plan is made from."""

    desired: Desired
    live: LiveState
    policy: Policy
    provenance: Provenance


def diff(situation: Situation) -> Plan:
    """Plans what makes the live containers equal to the declared ones."""
    desired, policy = situation.desired, situation.policy
    claims = claim(desired, situation.live)
    changes = _sorted((*_declared(desired, claims, policy), *_undeclared(desired, claims, policy)))
    changes = spare(changes, situation.live, policy.busy)
    found: tuple[Diagnostic, ...] = ()
    if policy.limited:
        changes, found = enforce(changes, desired, _owned(claims))
    found = (*found, *hints(changes, desired, situation.live, policy.profile))
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
    return _assemble(spare(_sorted(changes), situation.live, policy.busy), (), claims, situation)


def sweepable(claims: Claims, desired: Desired, policy: Policy) -> tuple[str, ...]:
    """Ids of the dead rows that `scope.sweep` deletes, oldest first; no changes of the plan."""
    if not desired.scope.sweep:
        return ()
    return tuple(row.id for row in claims.dead_rows if policy.selects(row.declared_name))


def _assemble(
    changes: tuple[Change, ...], found: tuple[Diagnostic, ...], claims: Claims, situation: Situation
) -> Plan:
    """Puts changes into a plan with its flags, its cost and its warnings."""
    desired, policy, provenance = situation.desired, situation.policy, situation.provenance
    diagnostics = (*found, *unknown_statuses(claims.all_alive()), *_unmatched_names(changes, policy))
    live = situation.live
    changes = review(changes, desired, live)
    shown = rows_shown((row.created_at for row in live.containers), live.date)
    requests = requests_of(chains_of(changes, desired.by_name()), rows=shown)
    requests += len(sweepable(claims, desired, policy))
    standing = {change.name for change in changes if change.action is not Action.DELETE}
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
        names=policy.names,
        busy=policy.busy,
        cost=Cost(
            requests,
            round(sum(prices, start=0.0), 2),
            dearer(changes, desired, policy.profile),
            policy.profile.prices_of,
        ),
        dead_rows=len(claims.dead_rows),
        diagnostics=diagnostics,
        created_at=provenance.created_at,
        tool_version=provenance.tool_version,
    )


def _declared(desired: Desired, claims: Claims, policy: Policy) -> Iterator[Change]:
    for entry in desired.containers:
        if not policy.selects(entry.name):
            yield Change(entry.name, Action.SKIP, (Reason.FILTERED,), source=entry.position)
            continue
        copies = claims.alive.get(entry.name, ())
        if not copies:
            yield _create(entry, died=entry.name in claims.dead)
            continue
        compare = desired.scope.compare
        ranked = rank(assess(entry, copy, policy.profile, compare) for copy in copies)
        owned = desired.scope.prefix is not None
        yield _kept(entry, ranked[0], foreign=not owned and not policy.adopt)
        for surplus in ranked[1:]:
            yield _surplus(entry, surplus.copy, owned=owned)


def _create(entry: DesiredContainer, *, died: bool) -> Change:
    uploads = tuple(
        FileChange(FileOperation.UPLOAD, file.spec.path, file.spec.bytes, file.spec.sha256)
        for file in sorted(entry.files or (), key=lambda file: file.spec.path)
    )
    reason = Reason.EXPIRED if died else Reason.ABSENT
    fields = declared_fields(entry.spec)
    return Change(entry.name, Action.CREATE, (reason,), None, fields, uploads, entry.position)


def _kept(entry: DesiredContainer, found: Assessment, *, foreign: bool) -> Change:
    if found.action is Action.REPLACE:
        return _replace(entry, found, foreign=foreign)
    reasons = set(found.files.reasons)
    unverifiable = tuple(
        FieldChange(field.path, None, field.after)
        for field in declared_fields(entry.spec)
        if field.path in found.fields.unverifiable
    )
    if unverifiable:
        reasons.add(Reason.UNVERIFIABLE)
    return Change(
        entry.name,
        found.action,
        _ordered(reasons),
        found.copy.id,
        unverifiable,
        _worth_showing(entry, found.files.changes),
        entry.position,
    )


def _worth_showing(entry: DesiredContainer, files: tuple[FileChange, ...]) -> tuple[FileChange, ...]:
    """Leaves out the declared files of which every row stays as it is."""
    touched = {change.path for change in files if change.operation is not FileOperation.KEEP}
    untouched = {file.spec.path for file in entry.files or ()} - touched
    return tuple(change for change in files if change.path not in untouched)


def _replace(entry: DesiredContainer, found: Assessment, *, foreign: bool) -> Change:
    fields = found.fields.changes
    if foreign:
        reasons = (Reason.FIELD_CHANGED, Reason.FOREIGN)
        return Change(entry.name, Action.SKIP, reasons, found.copy.id, fields, (), entry.position)
    return Change(
        entry.name,
        Action.REPLACE,
        (Reason.FIELD_CHANGED,),
        found.copy.id,
        fields,
        _create(entry, died=False).files,
        entry.position,
        entry.replace,
    )


def _surplus(entry: DesiredContainer, copy: LiveContainer, *, owned: bool) -> Change:
    if not owned:
        reasons: tuple[Reason, ...] = (Reason.DUPLICATE, Reason.FOREIGN)
    elif not copy.recognised:
        reasons = (Reason.DUPLICATE, Reason.UNVERIFIABLE)
    else:
        return Change(entry.name, Action.DELETE, (Reason.DUPLICATE,), copy.id, source=entry.position)
    return Change(entry.name, Action.SKIP, reasons, copy.id, source=entry.position)


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


def _unmatched_names(changes: tuple[Change, ...], policy: Policy) -> Iterator[Diagnostic]:
    if policy.names and not any(policy.selects(change.name) for change in changes):
        globs = ", ".join(policy.names)
        yield Diagnostic(Severity.WARNING, "nothing-selected", f"--name {globs} matches no container")


def _ordered(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=_REASONS.index))


def _sorted(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Sorts by name; the sort is stable, so that a name's kept copy stays before its surplus ones."""
    return tuple(sorted(changes, key=lambda change: change.name))

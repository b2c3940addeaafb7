"""What happens to the containers that are declared: each compared with what stands there under its name.

Drift that the manifest says to ignore is found and shown, and nothing is done about it; where something else
forces a replace, that makes it right along with the rest. A container that expired is created again, unless
its manifest leaves it: then the expired row is all that tells it from one that was never there, and so no
sweep takes it. One whose row says `deleted` did not expire, somebody removed it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.fields import declared_fields, declared_inputs
from reconciler.model.live import EXPIRED
from reconciler.model.plan import Action, Change, FieldChange, Reason
from reconciler.model.spec import Ignorable, WhenExpired
from reconciler.model.stamp import Verdict
from reconciler.model.write_only import SECRETS
from reconciler.planning.copies import assess, rank
from reconciler.planning.files import upload_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from reconciler.model.live import LiveContainer
    from reconciler.model.scope import Desired
    from reconciler.model.spec import DesiredContainer
    from reconciler.planning.copies import Assessment
    from reconciler.planning.ownership import Claims
    from reconciler.planning.policy import Policy

_REASONS = tuple(Reason)


def declared_changes(desired: Desired, claims: Claims, policy: Policy) -> Iterator[Change]:
    """Yields the change of every declared name, and those of its surplus copies after it."""
    compare, owned = desired.scope.compare, desired.scope.prefix is not None
    for entry in desired.containers:
        if not policy.selects(entry.name):
            yield Change(entry.name, Action.SKIP, (Reason.FILTERED,), source=entry.position)
            continue
        copies = claims.alive.get(entry.name, ())
        if not copies:
            yield _missing(entry, claims, requested=entry.name in policy.asked.replace)
            continue
        ranked = rank(
            assess(entry, copy, policy.profile, compare, forced=policy.forces(copy)) for copy in copies
        )
        requested = policy.forces(ranked[0].copy)
        yield _kept(entry, ranked[0], foreign=not owned and not policy.adopt, requested=requested)
        for surplus in ranked[1:]:
            yield _surplus(entry, surplus.copy, owned=owned)


def left_expired(entry: DesiredContainer, claims: Claims) -> bool:
    """Tells whether a declared container expired and its manifest leaves it so."""
    if entry.when_expired is WhenExpired.RECREATE or entry.name in claims.alive:
        return False
    rows = claims.dead.get(entry.name, ())
    return bool(rows) and rows[-1].status == EXPIRED


def _missing(entry: DesiredContainer, claims: Claims, *, requested: bool) -> Change:
    if left_expired(entry, claims) and not requested:
        reasons = (Reason.EXPIRED, Reason.LEFT_EXPIRED)
        return Change(entry.name, Action.SKIP, reasons, source=entry.position)
    return _create(entry, died=entry.name in claims.dead)


def _create(entry: DesiredContainer, *, died: bool) -> Change:
    uploads = tuple(map(upload_of, sorted(entry.files or (), key=lambda file: file.spec.path)))
    reason = Reason.EXPIRED if died else Reason.ABSENT
    fields = (*declared_fields(entry.spec), *declared_inputs(entry.inputs))
    return Change(entry.name, Action.CREATE, (reason,), None, fields, uploads, entry.position)


def _kept(entry: DesiredContainer, found: Assessment, *, foreign: bool, requested: bool) -> Change:
    if found.action is Action.REPLACE:
        return _replace(entry, found, foreign=foreign, requested=requested)
    ignored = _ignored(entry, found)
    unverifiable = tuple(_unverifiable(entry, found))
    reasons = found.files.reasons
    if ignored or unverifiable:
        reasons = reasons.union(ignored, (Reason.UNVERIFIABLE,) if unverifiable else ())
    return Change(
        entry.name,
        Action.SKIP if ignored and found.action is Action.KEEP else found.action,
        _ordered(reasons),
        found.copy.id,
        (*found.fields.ignored, *unverifiable),
        found.files.changes,
        entry.position,
    )


def _unverifiable(entry: DesiredContainer, found: Assessment) -> Iterator[FieldChange]:
    """What is declared and nobody can tell of the live copy: no row shows it, no stamp settles it."""
    if found.fields.unverifiable:
        for field in declared_fields(entry.spec):
            if field.path in found.fields.unverifiable:
                yield field
    for field in declared_inputs(entry.inputs):
        if found.stamp is Verdict.UNREADABLE or (
            found.stamp is Verdict.VALUES_UNKNOWN and field.path == SECRETS
        ):
            yield field


def _ignored(entry: DesiredContainer, found: Assessment) -> frozenset[Reason]:
    """The reasons for drift that is left as it is."""
    if found.fields.ignored:
        return frozenset({Reason.FIELD_CHANGED, Reason.IGNORED})
    return frozenset({Reason.IGNORED} if Ignorable.FILES in entry.ignore and found.files.writes else ())


def _replace(entry: DesiredContainer, found: Assessment, *, foreign: bool, requested: bool) -> Change:
    fields = found.fields.changes or found.fields.ignored
    reasons: tuple[Reason, ...] = (Reason.FIELD_CHANGED,) if fields else ()
    if found.stamp is Verdict.OTHER:
        reasons, fields = (*reasons, Reason.STAMP_CHANGED), (*fields, *declared_inputs(entry.inputs))
    if requested:
        reasons = (*reasons, Reason.REQUESTED)
    if found.stamp is Verdict.UNREADABLE:  # it may bind a secret that the old container did not have
        reasons, fields = (*reasons, Reason.UNVERIFIABLE), (*fields, *declared_inputs(entry.inputs))
    if foreign:
        reasons = (*reasons, Reason.FOREIGN)
        return Change(entry.name, Action.SKIP, reasons, found.copy.id, fields, (), entry.position)
    return Change(
        entry.name,
        Action.REPLACE,
        reasons,
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


def _ordered(reasons: Collection[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=_REASONS.index) if len(reasons) > 1 else reasons)

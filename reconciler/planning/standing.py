"""What stands under each name, by the container list alone: no file is listed, so nothing is touched.

Of several live copies the first one told is the one that the rule for copies keeps (`copies`), as far as
fields and stamps tell. Files are not known here: where a manifest manages them and several copies are as
declared in all else, apply may find that another one needs less work, and keep that. `cautions` says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from reconciler.model.diagnostics import Diagnostic, Severity
from reconciler.model.plan import Action, Reason
from reconciler.model.spec import Ignorable
from reconciler.model.stamp import Verdict
from reconciler.model.standing import ABSENT, Standing
from reconciler.planning.copies import assess, rank
from reconciler.planning.declared import left_expired
from reconciler.planning.ownership import claim, unknown_statuses
from reconciler.planning.policy import unmatched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.live import LiveContainer, LiveState
    from reconciler.model.profile import Profile
    from reconciler.model.scope import Desired
    from reconciler.model.spec import DesiredContainer
    from reconciler.planning.copies import Assessment
    from reconciler.planning.ownership import Claims
    from reconciler.planning.policy import Policy

DUPLICATE = Reason.DUPLICATE.value
FIELD_CHANGED = Reason.FIELD_CHANGED.value
STAMP_CHANGED = Reason.STAMP_CHANGED.value

Told = tuple[tuple[Standing, ...], tuple[Diagnostic, ...]]
"""What stands there, and what is worth knowing about it."""


def all_standings(desired: Desired, live: LiveState, policy: Policy) -> Told:
    """Every declared name with its live copies, the kept one first; then what else lives in the scope.

    Both are sorted by name. What the policy does not select is left out.
    """
    claims = claim(desired, live)
    declared = sorted(desired.containers, key=lambda entry: entry.name)
    found = [
        standing
        for entry in declared
        if policy.selects(entry.name)
        for standing in _standings(entry, claims, policy.profile, desired, live.date)
    ]
    stray = sorted(claims.undeclared, key=lambda row: row.declared_name)
    found += [
        _standing(row, (Reason.NOT_IN_MANIFEST,), live.date)
        for row in stray
        if policy.selects(row.declared_name)
    ]
    rows = (row for row in claims.all_alive() if policy.selects(row.declared_name))
    names = {entry.name for entry in declared} | {row.declared_name for row in stray}
    return tuple(found), (*unknown_statuses(rows), *unmatched(names, policy))


def standings_of(entry: DesiredContainer, desired: Desired, live: LiveState, profile: Profile) -> Told:
    """What stands under one declared name, the container to use first: at least one standing."""
    claims = claim(desired, live)
    found = tuple(_standings(entry, claims, profile, desired, live.date))
    rows = (row for row in claims.alive.get(entry.name, ()) if row.id == found[0].container_id)
    return found, (*unknown_statuses(rows), *cautions(entry, found))


def without_files(entry: DesiredContainer) -> DesiredContainer:
    """A declaration whose files are nobody's question."""
    return entry if entry.files is None else replace(entry, files=None)


def cautions(entry: DesiredContainer, found: tuple[Standing, ...]) -> Iterator[Diagnostic]:
    """Warns of what may end the use of the container to use, the first one."""
    chosen, *others = found
    if others:
        which = "apply keeps this one"
        if not _certain(entry, chosen, others):
            which = "apply, which also compares their files, may keep another one"
        message = f"{len(found)} live containers are named {entry.name}; {which}"
        hint = "`reconciler list` shows them, and `reconciler plan` what becomes of each"
        yield Diagnostic(Severity.WARNING, DUPLICATE, message, hint=hint)
    if _replaced(chosen):
        fields = Reason.FIELD_CHANGED in chosen.reasons
        message = f"{entry.name} ({chosen.container_id}) is not as declared; a replace would end this id"
        hint = "`reconciler plan` shows what differs, and what apply does about it"
        yield Diagnostic(Severity.WARNING, FIELD_CHANGED if fields else STAMP_CHANGED, message, hint=hint)


def _certain(entry: DesiredContainer, chosen: Standing, others: list[Standing]) -> bool:
    """Tells whether files cannot change which copy is kept: nobody acts on them, or all else decides."""
    if entry.files is None or Ignorable.FILES in entry.ignore or _replaced(chosen):
        return True
    return all(_replaced(other) for other in others)


def _replaced(standing: Standing) -> bool:
    moved = Reason.FIELD_CHANGED in standing.reasons or Reason.STAMP_CHANGED in standing.reasons
    return moved and Reason.IGNORED not in standing.reasons


def _standings(
    entry: DesiredContainer, claims: Claims, profile: Profile, desired: Desired, date: int | None
) -> Iterator[Standing]:
    copies = claims.alive.get(entry.name, ())
    if not copies:
        yield _missing(entry, claims)
        return
    bare, owned = without_files(entry), desired.scope.prefix is not None
    ranked = rank(assess(bare, copy, profile, desired.scope.compare) for copy in copies)
    for place, found in enumerate(ranked):
        yield _standing(found.copy, tuple(_reasons(found, surplus=place > 0, owned=owned)), date)


def _missing(entry: DesiredContainer, claims: Claims) -> Standing:
    dead = claims.dead.get(entry.name)
    reasons = (Reason.LEFT_EXPIRED,) if left_expired(entry, claims) else ()
    return Standing(entry.name, dead[-1].status if dead else ABSENT, reasons=reasons)


def _standing(row: LiveContainer, reasons: tuple[Reason, ...], date: int | None) -> Standing:
    born = row.created_at if row.created_at > 0 else None
    return Standing(row.declared_name, row.status, row.id, born, row.last_active_at, date, reasons)


def _reasons(found: Assessment, *, surplus: bool, owned: bool) -> Iterator[Reason]:
    """The reasons that a plan would give for a copy, in the order in which a plan has them."""
    if surplus:
        yield Reason.DUPLICATE
    if found.fields.changes or found.fields.ignored:
        yield Reason.FIELD_CHANGED
    if found.stamp is Verdict.OTHER:
        yield Reason.STAMP_CHANGED
    if found.fields.ignored and found.action is not Action.REPLACE:
        yield Reason.IGNORED
    if surplus and not found.copy.recognised:
        yield Reason.UNVERIFIABLE
    if not owned and (surplus or found.action is Action.REPLACE):
        yield Reason.FOREIGN

"""What a plan says beside its changes: that a create is probably meant for something that is already there.

The API renames nothing, so a new name in a manifest is a new container, and what the old one held is lost
under prune. A mistyped name is the same, without anybody having meant it. Hints change nothing: they are
notes of the plan, outside of its digest, and only ever speak of containers that the set may know: those of
its scope, or for a set without prefix those of the account.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.model.diagnostics import Diagnostic, Severity
from reconciler.model.live import USER
from reconciler.model.plan import Action, Reason
from reconciler.model.stamp import stamp_of
from reconciler.planning.near_names import slips

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from reconciler.model.live import LiveContainer, LiveState
    from reconciler.model.plan import Change
    from reconciler.model.profile import Profile
    from reconciler.model.scope import Desired
    from reconciler.model.spec import ContainerSpec, DesiredContainer, FileSpec

MISTYPED = "looks-mistyped"
RENAMED = "looks-renamed"
MOST = 20
"""Hints of a plan; more are counted. Where there are so many, names follow a rule that nobody mistyped."""


class _Made(Struct, frozen=True):
    """A declared container that the plan creates."""

    change: Change
    entry: DesiredContainer


def hints(
    changes: Sequence[Change], desired: Desired, live: LiveState, profile: Profile
) -> tuple[Diagnostic, ...]:
    """Everything worth a note, by name of what is created; of many the first, and how many more there are."""
    created = [change for change in changes if change.action is Action.CREATE]
    strangers = _strangers(changes, desired, live) if created else {}
    if not strangers:
        return ()
    declared = desired.by_name()
    made = [_Made(change, declared[change.name]) for change in created]
    found = dict(_mistyped(made, strangers))
    left = [one for one in made if one.change.name not in found]
    if desired.scope.prefix is not None:  # without one nothing ever goes, and a look-alike is somebody else's
        found |= _renamed(left, strangers.values(), profile)
    told = [found[name] for name in sorted(found)]
    return (*told[:MOST], *_more(len(told) - MOST))


def _more(count: int) -> Iterator[Diagnostic]:
    if count > 0:
        what = "container looks" if count == 1 else "containers look"
        message = f"{count} more {what} like one that exists under another name"
        yield Diagnostic(Severity.NOTE, RENAMED, message)


def _strangers(changes: Iterable[Change], desired: Desired, live: LiveState) -> dict[str, LiveContainer]:
    """Live containers under names that no manifest declares, the oldest of each name."""
    if desired.scope.prefix is None:
        declared = desired.by_name()
        rows = [row for row in live.containers if not row.dead and row.declared_name not in declared]
    else:
        ours = {change.container_id for change in changes if _undeclared(change)}
        rows = [row for row in live.containers if row.id in ours]
    rows.sort(key=lambda row: (row.created_at, row.id), reverse=True)
    return {row.declared_name: row for row in rows}


def _undeclared(change: Change) -> bool:
    return Reason.NOT_IN_MANIFEST in change.reasons and Reason.FILTERED not in change.reasons


def _mistyped(
    made: Iterable[_Made], strangers: Mapping[str, LiveContainer]
) -> Iterator[tuple[str, Diagnostic]]:
    by_name = {one.change.name: one for one in made}
    for name, (slip, other) in slips(by_name, strangers).items():
        row = strangers[other]
        message = f"{name} would be created, and {other} ({row.id}) differs from it {slip.value}"
        hint = f"if that is the one that is meant, declare {other}: no container can be renamed"
        yield name, Diagnostic(Severity.NOTE, MISTYPED, message, by_name[name].change.source, hint)


def _renamed(
    made: Iterable[_Made], strangers: Iterable[LiveContainer], profile: Profile
) -> dict[str, Diagnostic]:
    """Pairs of the same fields, stamps and files, of one candidate each: of several nobody knows which."""
    alike: defaultdict[Hashable, tuple[list[_Made], list[LiveContainer]]] = defaultdict(lambda: ([], []))
    for one in made:
        alike[_fields(one.entry.spec, profile), stamp_of(one.entry.inputs)][0].append(one)
    for row in strangers:
        alike[_fields(row.spec, profile), row.stamp][1].append(row)
    found: dict[str, Diagnostic] = {}
    for new, old in alike.values():
        for one, row, known in _pairs(new, old):
            found[one.change.name] = _rename(one, row, known=known)
    return found


def _pairs(made: list[_Made], rows: list[LiveContainer]) -> Iterator[tuple[_Made, LiveContainer, bool]]:
    """Pairs, and whether files say so: equal ones, or unknown ones where there is but one candidate."""
    by_files: defaultdict[Hashable, tuple[list[_Made], list[LiveContainer]]] = defaultdict(lambda: ([], []))
    for one in made:
        by_files[_declared_files(one.entry)][0].append(one)
    for row in rows:
        by_files[_live_files(row)][1].append(row)
    unsure = by_files.pop(None, None)
    if unsure is not None and len(made) == len(rows) == 1:
        yield made[0], rows[0], False
    for new, old in by_files.values():
        if len(new) == len(old) == 1 and not _contradict(new[0].entry, old[0]):
            yield new[0], old[0], True


def _rename(one: _Made, row: LiveContainer, *, known: bool) -> Diagnostic:
    same = "the same fields and files" if known else "the same fields, its files were not compared"
    name, old = one.change.name, row.declared_name
    message = f"{name} looks like {_short(old)} ({row.id}) under another name: {same}"
    hint = f"a rename is a delete and a create; to keep what it holds, declare {_short(old)}"
    return Diagnostic(Severity.NOTE, RENAMED, message, one.change.source, hint)


def _short(name: str) -> str:
    """A live name may be of any length."""
    return name if len(name) <= 100 else f"{name[:99]}…"  # noqa: PLR2004 - the longest declared name


def _fields(spec: ContainerSpec, profile: Profile) -> Hashable:
    """What a container is asked to be or shows, defaults filled in; equal keys are equal containers."""
    expiry = spec.expires_after or profile.expires_after
    network = spec.network_policy or profile.network_policy
    domains = frozenset(domain.casefold() for domain in network.allowed_domains or ())
    return (spec.memory_limit or profile.memory_limit, expiry.minutes, network.type, domains)


def _declared_files(entry: DesiredContainer) -> Hashable:
    return None if entry.files is None else _sizes(file.spec for file in entry.files)


def _live_files(row: LiveContainer) -> Hashable:
    if not isinstance(row.files, tuple):
        return None
    return _sizes(file.spec for file in row.files if file.source == USER)


def _sizes(files: Iterable[FileSpec]) -> Hashable:
    return tuple(sorted((file.path, -1 if file.bytes is None else file.bytes) for file in files))


def _contradict(entry: DesiredContainer, row: LiveContainer) -> bool:
    """Tells whether files of equal names and sizes are known to hold something else."""
    declared = {file.spec.path: file.spec.sha256 for file in entry.files or ()}
    rows = row.files if isinstance(row.files, tuple) else ()
    return any(
        file.spec.sha256 is not None and declared.get(file.spec.path) not in (None, file.spec.sha256)
        for file in rows
        if file.source == USER
    )

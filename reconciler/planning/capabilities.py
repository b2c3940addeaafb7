"""What a target cannot do of what is declared, found before anything is sent.

What is known of a target stands in one table, `model.profile`; here it meets the manifests. A field that is
not declared asks for nothing, so it is never held against a target.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic, Severity
from reconciler.model.profile import BEYOND, Feature
from reconciler.model.spec import ALLOWLIST, StoredFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.diagnostics import Position
    from reconciler.model.profile import Gap, Profile
    from reconciler.model.scope import Desired
    from reconciler.model.spec import DesiredContainer


def unsupported(desired: Desired, profile: Profile) -> tuple[Diagnostic, ...]:
    """Everything about a set that its target cannot do, refuses, or does in silence otherwise."""
    return (
        *(found for entry in desired.containers for found in _of_one(entry, profile)),
        *_beyond_the_pool(desired, profile),
        *_short_lives(desired, profile),
    )


def _of_one(entry: DesiredContainer, profile: Profile) -> Iterator[Diagnostic]:
    for gap in profile.gaps:
        if gap.feature is Feature.FILE_ID:
            for number, file in enumerate(entry.files or ()):
                if isinstance(file.content, StoredFile):
                    yield _gap(entry, gap, profile, f"files.{number}.file_id")
        elif _asks(entry, gap.feature):
            yield _gap(entry, gap, profile, gap.feature.value)
    minutes = entry.spec.expires_after.minutes if entry.spec.expires_after else None
    if profile.idle is not None and minutes is not None and minutes > profile.idle.minutes:
        message = f"{profile.name} keeps an idle container for at most {profile.idle.minutes} minutes"
        at = _place(entry, "expires_after.minutes")
        yield Diagnostic(profile.idle.severity, BEYOND, f"{message}, found {minutes}", at)


def _gap(entry: DesiredContainer, gap: Gap, profile: Profile, path: str) -> Diagnostic:
    at = _place(entry, path)
    return Diagnostic(gap.severity, gap.code, f"{profile.name}: {gap.says}", at, gap.hint)


def _asks(entry: DesiredContainer, feature: Feature) -> bool:
    """Tells whether a container declares a feature.

    What the grammar does not take yet is declared by nobody; who adds it to `ContainerSpec` adds it here.
    """
    network = entry.spec.network_policy
    match feature:
        case Feature.MEMORY_LIMIT:
            return entry.spec.memory_limit is not None
        case Feature.NETWORK_POLICY:
            return network is not None
        case Feature.ALLOWLIST:
            return network is not None and network.type == ALLOWLIST
        case Feature.SKILLS:
            return bool(entry.inputs.skills)
        case Feature.DOMAIN_SECRETS:
            return bool(entry.inputs.secrets)
        case Feature.FILE_ID:
            return False


def _place(entry: DesiredContainer, path: str) -> Position:
    """Where a field stands, or the closest one around it."""
    positions = dict(entry.positions)
    while path not in positions and "." in path:
        path = path.rpartition(".")[0]
    return positions.get(path, entry.position)


def _beyond_the_pool(desired: Desired, profile: Profile) -> Iterator[Diagnostic]:
    """All containers of a tenancy share its memory; told once, where it is used up."""
    pool, needed, over = profile.memory_pool_gb, 0, None
    if pool is None:
        return
    for entry in desired.containers:
        needed += _gigabytes(entry.spec.memory_limit or profile.memory_limit)
        if over is None and needed > pool:
            over = entry
    if over is not None:
        yield Diagnostic(
            Severity.WARNING,  # a service request may have raised it, and nobody can ask
            BEYOND,
            f"{profile.name} gives all containers of a tenancy {pool} GB of memory together; these declare "
            f"{needed} GB, and {over.name} is the first that does not fit",
            _place(over, "memory_limit"),
            "declare smaller containers, or have the pool raised",
        )


def _gigabytes(memory_limit: str) -> int:
    digits = memory_limit.removesuffix("g")
    return int(digits) if digits.isdigit() else 0


def _short_lives(desired: Desired, profile: Profile) -> Iterator[Diagnostic]:
    if profile.lifetime_minutes is not None and desired.containers:
        yield Diagnostic(
            Severity.NOTE,
            "short-lived",
            f"{profile.name} deletes a container {profile.lifetime_minutes} minutes after its creation, "
            "however active it is",
            hint="apply again on a schedule shorter than that",
        )

"""Comparing the fields of a declared container with those of a live one, and naming them for plans.

An omitted field means the target's default: a live value equal to it, absent or null, is no difference;
any other is a change. A declared field that the live row does not show is `unverifiable`: shown, never a
change, and no failure. Domains are compared case-folded and unordered, as the API may normalise them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.model.plan import FieldChange, FieldValue
from reconciler.model.spec import ALLOWLIST
from reconciler.model.write_only import SECRETS, SKILLS

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from reconciler.model.profile import Profile
    from reconciler.model.spec import ContainerSpec, ExpiresAfter, NetworkPolicy
    from reconciler.model.write_only import WriteOnly

MEMORY = "memory_limit"
MINUTES = "expires_after.minutes"
ANCHOR = "expires_after.anchor"
NETWORK_TYPE = "network_policy.type"
DOMAINS = "network_policy.allowed_domains"


class Comparison(Struct, frozen=True, gc=False):
    """`changes` force a replace; `unverifiable` are paths of declared fields that the row does not show.

    `ignored` would force one if the manifest did not say to leave them; empty where there are changes, since
    a replace makes all of them right.
    """

    changes: tuple[FieldChange, ...] = ()
    unverifiable: tuple[str, ...] = ()
    ignored: tuple[FieldChange, ...] = ()


_SAME = Comparison()


def compare_fields(
    desired: ContainerSpec, live: ContainerSpec, profile: Profile, ignore: Container[str] = ()
) -> Comparison:
    """Compares every field but the name; drift of the top-level keys in `ignore` is no change."""
    if _to_the_letter(desired, live, profile):
        return _SAME
    changes: list[FieldChange] = []
    unverifiable: list[str] = []
    for path, wanted, shown, default in _pairs(desired, live, profile):
        expected = default if wanted is None else wanted
        if shown is None:
            if wanted is not None:
                unverifiable.append(path)
        elif _comparable(expected) != _comparable(shown):
            changes.append(FieldChange(path, shown, expected))
    if all(change.path.partition(".")[0] in ignore for change in changes):
        return Comparison((), tuple(unverifiable), tuple(changes))
    return Comparison(tuple(changes), tuple(unverifiable))


def _to_the_letter(desired: ContainerSpec, live: ContainerSpec, profile: Profile) -> bool:
    """Tells whether a row shows just what is declared or, of what is not, the default: most rows do."""
    expiry, network = desired.expires_after, desired.network_policy
    memory = desired.memory_limit
    if live.memory_limit != (profile.memory_limit if memory is None else memory):
        return False
    if live.expires_after != (profile.expires_after if expiry is None else expiry):
        return False
    if live.network_policy is None:
        return network is None
    return live.network_policy == (profile.network_policy if network is None else network)


def declared_inputs(inputs: WriteOnly) -> tuple[FieldChange, ...]:
    """The write-only inputs of a container as additions; of a secret never the value."""
    if not inputs:
        return ()
    rows = (
        (SKILLS, tuple(sorted(skill.shown for skill in inputs.skills))),
        (SECRETS, tuple(sorted(secret.shown for secret in inputs.secrets))),
    )
    return tuple(FieldChange(path, None, shown) for path, shown in rows if shown)


def declared_fields(spec: ContainerSpec) -> tuple[FieldChange, ...]:
    """The fields that creating this container sends, as additions."""
    network = spec.network_policy
    rows: list[tuple[str, FieldValue]] = [
        (MEMORY, spec.memory_limit),
        (MINUTES, spec.expires_after.minutes if spec.expires_after else None),
        (NETWORK_TYPE, network.type if network else None),
        (DOMAINS, network.allowed_domains if network else None),
    ]
    return tuple(FieldChange(path, None, value) for path, value in rows if value is not None)


Row = tuple[str, FieldValue, FieldValue, FieldValue]


def _pairs(desired: ContainerSpec, live: ContainerSpec, profile: Profile) -> Iterator[Row]:
    """Yields path, declared, live and default value of each field."""
    yield MEMORY, desired.memory_limit, live.memory_limit, profile.memory_limit
    yield from _expiry(desired.expires_after, live.expires_after, profile.expires_after)
    yield from _network(desired.network_policy, live.network_policy, profile.network_policy)


def _expiry(wanted: ExpiresAfter | None, shown: ExpiresAfter | None, default: ExpiresAfter) -> Iterator[Row]:
    yield (
        MINUTES,
        wanted.minutes if wanted else None,
        shown.minutes if shown else None,
        default.minutes,
    )
    yield (
        ANCHOR,
        wanted.anchor if wanted else None,
        shown.anchor if shown else None,
        default.anchor,
    )


def _network(
    wanted: NetworkPolicy | None, shown: NetworkPolicy | None, default: NetworkPolicy
) -> Iterator[Row]:
    yield NETWORK_TYPE, wanted.type if wanted else None, shown.type if shown else None, default.type
    if (wanted or default).type == ALLOWLIST:  # any other type says it all
        domains = wanted.allowed_domains if wanted else None
        yield DOMAINS, domains, _domains(shown), default.allowed_domains


def _domains(shown: NetworkPolicy | None) -> tuple[str, ...] | None:
    """Sorted, as manifests have them: a server may list them in another order every time."""
    if shown is None:
        return None
    if shown.type != ALLOWLIST:
        return ()
    return None if shown.allowed_domains is None else tuple(sorted(shown.allowed_domains))


def _comparable(value: FieldValue) -> object:
    if isinstance(value, tuple):
        return frozenset(item.casefold() for item in value)
    return value

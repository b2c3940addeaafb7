"""Which keys may stand in which mapping: those that are built, and those that wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_type_hints

from reconciler.manifest import grammar, grammar_inputs, grammar_scope

if TYPE_CHECKING:
    from collections.abc import Sequence

A_VARIABLE = "a variable"
"""The place of one declaration, which has no key of ours: its key is the variable's name."""

_VARIABLES = ("variables", A_VARIABLE)

_TYPES = {
    "": grammar.Manifest,
    A_VARIABLE: grammar.Variable,
    "scope": grammar_scope.Scope,
    "limits": grammar_scope.Limits,
    "defaults": grammar.Defaults,
    "containers": grammar.Container,
    "network_policy": grammar.NetworkPolicy,
    "expires_after": grammar.ExpiresAfter,
    "skills": grammar_inputs.SkillEntry,
    "domain_secrets": grammar_inputs.DomainSecretEntry,
    "value_from": grammar_inputs.ValueFrom,
    "files": grammar.FileEntry,
    "lifecycle": grammar.Lifecycle,
}

_KEYS = {place: frozenset(get_type_hints(kind)) for place, kind in _TYPES.items()}

_WAITING = {
    "lifecycle": {"keep_alive", "renew_before", "collect"},
}

OF_A_CONTAINER_ONLY = {"name", "files", "replicas"}
"""What `defaults` cannot hold."""

_SPOKEN = {
    "": "the document",
    "containers": "a container",
    "files": "a file",
    "skills": "a skill",
    "domain_secrets": "a domain secret",
}

Location = tuple[int | str, ...]
"""The keys and indexes that lead to a value, as pydantic writes them."""


def place_of(location: Sequence[int | str]) -> str:
    """The key that a mapping stands under, itself or in a list; empty for the document."""
    if len(location) == len(_VARIABLES) and location[0] == _VARIABLES[0]:
        return A_VARIABLE  # its name is the user's, and may be that of any key
    return next((part for part in reversed(location) if isinstance(part, str)), "")


def spoken(place: str) -> str:
    """A mapping at this place in words."""
    return _SPOKEN.get(place, place)


def known_keys(place: str) -> frozenset[str]:
    """The keys that a mapping at this place may have."""
    return _KEYS.get(place, frozenset())


def waits(place: str, key: str) -> bool:
    """Tells whether a key is designed and not built."""
    return key in _WAITING.get(place, ())

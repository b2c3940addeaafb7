"""The order of the grammar's keys in a laid-out manifest: what a reader asks first stands first.

Keys that are not in a table keep their places after those that are. The tables hold the whole designed
grammar, also what is not built yet; a test holds them against the one that is.
"""

from __future__ import annotations

_CONTAINER = (
    "name",
    "replicas",
    "memory_limit",
    "expires_after",
    "network_policy",
    "skills",
    "prune_files",
    "files",
    "lifecycle",
)
_NESTED = {
    ("expires_after",): ("anchor", "minutes"),
    ("network_policy",): ("type", "allowed_domains", "domain_secrets"),
    ("network_policy", "domain_secrets"): ("domain", "name", "value_from", "version"),
    ("network_policy", "domain_secrets", "value_from"): ("env", "file"),
    ("skills",): ("type", "skill_id", "version", "name", "description", "source"),
    ("files",): (
        "path",
        "source",
        "exclude",
        "content",
        "file_id",
        "bytes",
        "sha256",
        "sensitive",
    ),
    ("lifecycle",): (
        "prevent_destroy",
        "replace",
        "when_expired",
        "ignore",
        "keep_alive",
        "renew_before",
        "collect",
    ),
}

Place = tuple[str, ...]
"""The keys that lead to a mapping, without the indexes of lists."""

ORDER: dict[Place, tuple[str, ...]] = {
    (): ("version", "scope", "variables", "defaults", "containers"),
    ("scope",): ("prefix", "exclude", "prune", "sweep", "protect", "limits", "compare"),
    ("scope", "limits"): ("max_deletes", "max_delete_percent"),
    ("defaults",): _CONTAINER,
    ("containers",): _CONTAINER,
    **{(top, *below): keys for top in ("defaults", "containers") for below, keys in _NESTED.items()},
}


def rank(place: Place) -> dict[str, int]:
    """The position of each known key of a mapping; empty where any order is right."""
    return {key: number for number, key in enumerate(ORDER.get(place, ()))}

"""Rules between the keys of one mapping, each beside what a JSON Schema can say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.manifest import globs
from reconciler.manifest.findings import Problem
from reconciler.manifest.variables import NAME
from reconciler.model.spec import ALLOWLIST, DISABLED

if TYPE_CHECKING:
    from reconciler.manifest.grammar import FileEntry, NetworkPolicy

SCOPE: dict[str, Any] = {
    "if": {"not": {"required": ["prefix"]}},
    "then": {
        "properties": {"prune": {"const": False}, "sweep": {"const": False}, "exclude": {"maxItems": 0}},
    },
}

NETWORK_POLICY: dict[str, Any] = {
    "allOf": [
        {
            "if": {"properties": {"type": {"const": ALLOWLIST}}, "required": ["type"]},
            "then": {"required": ["allowed_domains"]},
        },
        {
            "if": {"properties": {"type": {"const": DISABLED}}, "required": ["type"]},
            "then": {"properties": {"allowed_domains": False, "domain_secrets": False}},
        },
    ],
}
"""Two conditions and no `else`, since the type may be a variable."""

_ORIGINS = ("source", "content", "file_id")
_OF_STORED = ("bytes", "sha256")

FILE: dict[str, Any] = {
    "if": {"required": ["content"]},
    "then": {
        "required": ["path"],
        "properties": dict.fromkeys(("source", "file_id", "exclude", *_OF_STORED), False),
    },
    "else": {
        "if": {"required": ["file_id"]},
        "then": {"required": ["path"], "properties": {"source": False, "exclude": False}},
        "else": {
            "required": ["source"],
            "properties": dict.fromkeys(_OF_STORED, False),
            "if": {"properties": {"source": {"pattern": globs.WILD.pattern}}, "required": ["source"]},
            "then": {"properties": {"path": False}},
        },
    },
}


def variables(schema: dict[str, Any]) -> None:
    """Says in a schema of a mapping what its keys are: pydantic would take any."""
    schema["patternProperties"] = {f"^{NAME}$": schema.pop("additionalProperties")}
    schema["additionalProperties"] = False


def network_policy(value: NetworkPolicy) -> Problem | None:
    """An allowlist lists something; a disabled network does not."""
    if value["type"] == ALLOWLIST and "allowed_domains" not in value:
        return Problem("missing-key", "missing key allowed_domains: an allowlist names at least one domain")
    for key in ("allowed_domains", "domain_secrets"):
        if value["type"] == DISABLED and key in value:
            message = f"{key} belongs to type: {ALLOWLIST}, found type: {DISABLED}"
            return Problem("conflicting-keys", message, key=key)
    return None


def file(value: FileEntry) -> Problem | None:
    """The bytes of a file come from one place, and it has a name."""
    origins = [key for key in _ORIGINS if key in value]
    if len(origins) > 1:
        found = "both" if len(origins) == len(_ORIGINS) - 1 else "all of them"
        wanted = " or ".join(origins)
        return Problem("conflicting-keys", f"expected {wanted}, found {found}", key=origins[1])
    if not origins:
        message = "missing key source, content or file_id: nothing says what is in the file"
        return Problem("missing-key", message)
    (origin,) = origins
    if origin != "source" and "path" not in value:
        return Problem("missing-key", f"missing key path: {origin} has no name of its own")
    return _out_of_place(value, origin)


def _out_of_place(value: FileEntry, origin: str) -> Problem | None:
    """Keys that belong to another origin than this one."""
    for key in _OF_STORED:
        if key in value and origin != "file_id":
            message = f"{key} belongs to file_id: of anything else it is known"
            return Problem("conflicting-keys", message, key=key)
    if origin != "source" and "exclude" in value:
        message = "exclude belongs to a glob or a folder as source"
        return Problem("conflicting-keys", message, key="exclude")
    if origin == "source" and "path" in value and globs.WILD.search(value["source"]):
        message = "path names one file, and source is a glob"
        return Problem("conflicting-keys", message, "leave path out: each file keeps its own name", "path")
    return None

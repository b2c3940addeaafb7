"""Digests: of a declared container's desired state, and of a whole plan.

A plan's digest covers the target, the scope, what the command line asked (what narrowed it, what may happen
to containers in use, what is allowed), the digest of every declared container, and the changes; not ids,
times, positions, cost, versions, what variables were set by, or how many containers others have. Two plans
that would do the same to the same account have the same digest, on any machine and in any run.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from msgspec.json import Encoder

from reconciler.model.asked_json import asked_values
from reconciler.model.spec import StoredFile, WhenExpired
from reconciler.model.stamp import stamp_of

if TYPE_CHECKING:
    from reconciler.model.plan import BusyGuard, Change, Plan
    from reconciler.model.scope import Desired, Scope
    from reconciler.model.spec import ContainerSpec, DesiredContainer, DesiredFile
    from reconciler.model.write_only import WriteOnly


_ENCODER = Encoder(order="sorted")


def desired_digests(desired: Desired) -> tuple[tuple[str, str], ...]:
    """Pairs every declared name with the digest of what it declares, sorted by name."""
    return tuple((entry.name, container_digest(entry)) for entry in desired.containers)


def container_digest(entry: DesiredContainer) -> str:
    """Digest of one declared container: its fields, its files' names, sizes and digests, its lifecycle."""
    files = None
    if entry.files is not None:
        files = sorted(map(_file_values, entry.files), key=itemgetter(0))
    return _sha256(
        {
            "spec": spec_values(entry.spec),
            "files": files,
            "prune_files": entry.prune_files,
            "replace": entry.replace.value,
            **_lifecycle_values(entry),
            **_input_values(entry.inputs),
        }
    )


def _file_values(file: DesiredFile) -> list[str | int | None]:
    values = [file.spec.path, file.spec.bytes, file.spec.sha256]
    return [*values, file.content.file_id] if isinstance(file.content, StoredFile) else values


def _input_values(inputs: WriteOnly) -> dict[str, Any]:
    """Write-only inputs as far as anybody may know them; left out where there are none, likewise.

    Where a secret comes from is part of it: without a version or a key nothing else tells one from another.
    """
    if not inputs:
        return {}
    stamp = stamp_of(inputs)
    return {
        "inputs": {
            "stamp": None if stamp is None else [stamp.version, stamp.digest],
            "skills": sorted(skill.shown for skill in inputs.skills),
            "secrets": sorted([secret.shown, secret.value_from.written] for secret in inputs.secrets),
        }
    }


def _lifecycle_values(entry: DesiredContainer) -> dict[str, Any]:
    """What is left at its default is left out: digests are older than these keys."""
    values: dict[str, Any] = {}
    if entry.prevent_destroy:
        values["prevent_destroy"] = True
    if entry.when_expired is not WhenExpired.RECREATE:
        values["when_expired"] = entry.when_expired.value
    if entry.ignore:
        values["ignore"] = [key.value for key in entry.ignore]
    return values


def plan_digest(plan: Plan) -> str:
    """Digest of a plan, `sha256:` and 64 hex digits; see the module's docstring."""
    covered: dict[str, Any] = {
        "target": [plan.target.url, plan.target.organization, plan.target.project],
        "scope": scope_values(plan.scope),
        "names": list(plan.names),
        "desired": [list(pair) for pair in plan.desired],
        "changes": [change_values(change) for change in plan.changes],
    }
    if plan.busy is not None:  # without it a plan keeps the digest that it had before there was one
        covered["busy"] = busy_values(plan.busy)
    if plan.asked:
        covered["asked"] = asked_values(plan.asked)
    return f"sha256:{_sha256(covered)}"


def change_values(change: Change) -> dict[str, Any]:
    """What a change does, without ids and positions."""
    return {
        "name": change.name,
        "actions": list(change.actions),
        "reasons": [reason.value for reason in change.reasons],
        "fields": [[field.path, field.before, field.after] for field in change.fields],
        "files": sorted(
            [file.operation.value, file.path, -1 if file.bytes is None else file.bytes, file.sha256 or ""]
            for file in change.files
        ),
    }


def busy_values(busy: BusyGuard) -> dict[str, Any]:
    """What is asked about containers in use, as plain values."""
    return {"window_seconds": busy.window, "allowed": busy.allowed}


def scope_values(scope: Scope) -> dict[str, Any]:
    """A scope as plain values, with the manifest's keys."""
    return {
        "prefix": scope.prefix,
        "exclude": list(scope.exclude),
        "prune": scope.prune,
        "sweep": scope.sweep,
        "compare": scope.compare.value,
        "limits": {
            "max_deletes": scope.limits.max_deletes,
            "max_delete_percent": scope.limits.max_delete_percent,
        },
        **({"protect": list(scope.protect)} if scope.protect else {}),
    }


def spec_values(spec: ContainerSpec) -> dict[str, Any]:
    """A container's fields as plain values; what is omitted is left out."""
    values: dict[str, Any] = {"name": spec.name}
    if spec.memory_limit is not None:
        values["memory_limit"] = spec.memory_limit
    if spec.expires_after is not None:
        values["expires_after"] = {"anchor": spec.expires_after.anchor, "minutes": spec.expires_after.minutes}
    if spec.network_policy is not None:
        values["network_policy"] = {"type": spec.network_policy.type}
        if spec.network_policy.allowed_domains is not None:
            values["network_policy"]["allowed_domains"] = list(spec.network_policy.allowed_domains)
    return values


def sorted_json(value: object) -> bytes:
    """JSON as digests are made of it: ASCII, with sorted keys and without white space.

    What the faster encoder writes otherwise (beyond ASCII), or not at all (halves of surrogate pairs), is
    written by the standard library.
    """
    with suppress(UnicodeEncodeError):
        if (written := _ENCODER.encode(value)).isascii():
            return written
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def _sha256(value: object) -> str:
    return hashlib.sha256(sorted_json(value)).hexdigest()

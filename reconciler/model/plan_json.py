"""Plans as JSON, both ways; the format is `schemas/plan.v1.json`, and changes only by a new version.

Reading is strict: whatever is not of the format's shape is refused, since a plan file is somebody's word.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from reconciler.model.diagnostics import Diagnostic, Position, Severity
from reconciler.model.digest import plan_digest, scope_values
from reconciler.model.errors import PlanMismatch
from reconciler.model.plan import (
    Action,
    Change,
    Cost,
    FieldChange,
    FieldValue,
    FileChange,
    FileOperation,
    Plan,
    Reason,
    Target,
)
from reconciler.model.scope import Limits, Scope
from reconciler.model.spec import Compare, ReplaceOrder

if TYPE_CHECKING:
    from collections.abc import Mapping

KIND = "reconciler/plan"
FORMAT_VERSION = "1.0"


def plan_values(plan: Plan) -> dict[str, Any]:
    """A plan as plain values in the format's order; `kind` comes first, by which a file is known."""
    return {
        "kind": KIND,
        "format_version": FORMAT_VERSION,
        "tool_version": plan.tool_version,
        "created_at": plan.created_at,
        "target": {
            "url": plan.target.url,
            "organization": plan.target.organization,
            "project": plan.target.project,
        },
        "scope": scope_values(plan.scope),
        "manifests": list(plan.manifests),
        "names": list(plan.names),
        "desired": dict(plan.desired),
        "digest": plan_digest(plan),
        "changes": [change_values(change) for change in plan.changes],
        "summary": {action.value: count for action, count in plan.summary.items()},
        "cost": {"requests": plan.cost.requests, "usd_per_hour": plan.cost.usd_per_hour},
        "dead_rows": plan.dead_rows,
        "diagnostics": [diagnostic_values(found) for found in plan.diagnostics],
    }


def change_values(change: Change) -> dict[str, Any]:
    """A change as plain values."""
    return {
        "name": change.name,
        "actions": list(change.actions),
        "reasons": [reason.value for reason in change.reasons],
        "container_id": change.container_id,
        "fields": [
            {"path": field.path, "before": field.before, "after": field.after} for field in change.fields
        ],
        "files": [
            {
                "operation": file.operation.value,
                "path": file.path,
                "bytes": file.bytes,
                "sha256": file.sha256,
                "file_id": file.file_id,
            }
            for file in change.files
        ],
        "source": position_values(change.source),
    }


def position_values(position: Position | None) -> dict[str, Any] | None:
    """A position as plain values."""
    if position is None:
        return None
    return {"file": position.file, "line": position.line, "column": position.column}


def diagnostic_values(found: Diagnostic) -> dict[str, Any]:
    """A diagnostic as plain values."""
    return {
        "severity": found.severity.value,
        "code": found.code,
        "message": found.message,
        "source": position_values(found.position),
        "hint": found.hint,
    }


def read_plan(text: str) -> Plan:
    """Reads a plan file.

    Raises:
        PlanMismatch: it is no plan of this format, or its contents do not hash to its digest.
    """
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PlanMismatch(f"the plan file is not JSON: {error}") from error
    if not isinstance(values, dict) or values.get("kind") != KIND:
        raise PlanMismatch(f'this is no plan file: its "kind" is not "{KIND}"')
    version = values.get("format_version")
    if not isinstance(version, str) or version.split(".")[0] != FORMAT_VERSION.split(".", maxsplit=1)[0]:
        raise PlanMismatch(f"this plan file is of a format that this version cannot read: {version!r:.40}")
    try:
        plan = _plan(values)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise PlanMismatch(f"the plan file is damaged: {error!r:.200}") from error
    if plan_digest(plan) != values.get("digest"):
        raise PlanMismatch(
            "the plan file's contents do not match its digest: it was changed after it was made",
            hint="make a new plan",
        )
    return plan


def _plan(values: Mapping[str, Any]) -> Plan:
    target = values["target"]
    return Plan(
        target=Target(_text(target["url"]), _optional(target["organization"]), _optional(target["project"])),
        scope=_scope(values["scope"]),
        changes=tuple(_change(change) for change in _items(values["changes"])),
        desired=tuple(sorted((_text(name), _text(digest)) for name, digest in values["desired"].items())),
        manifests=tuple(_text(path) for path in _items(values["manifests"])),
        names=tuple(_text(name) for name in _items(values["names"])),
        cost=Cost(_number(values["cost"]["requests"]), _amount(values["cost"]["usd_per_hour"])),
        dead_rows=_number(values["dead_rows"]),
        diagnostics=tuple(_diagnostic(found) for found in _items(values["diagnostics"])),
        created_at=_text(values["created_at"]),
        tool_version=_text(values["tool_version"]),
    )


def _scope(values: Mapping[str, Any]) -> Scope:
    limits = values["limits"]
    return Scope(
        prefix=_optional(values["prefix"]),
        exclude=tuple(_text(item) for item in _items(values["exclude"])),
        prune=_flag(values["prune"]),
        sweep=_flag(values["sweep"]),
        compare=Compare(values["compare"]),
        limits=Limits(_maybe_number(limits["max_deletes"]), _number(limits["max_delete_percent"])),
    )


def _change(values: Mapping[str, Any]) -> Change:
    action, order = _action(tuple(_items(values["actions"])))
    return Change(
        name=_text(values["name"]),
        action=action,
        reasons=tuple(Reason(reason) for reason in _items(values["reasons"])),
        container_id=_optional(values["container_id"]),
        fields=tuple(
            FieldChange(_text(field["path"]), _field(field["before"]), _field(field["after"]))
            for field in _items(values["fields"])
        ),
        files=tuple(_file(file) for file in _items(values["files"])),
        source=_position(values["source"]),
        order=order,
    )


def _action(actions: tuple[str, ...]) -> tuple[Action, ReplaceOrder]:
    match actions:
        case ("create", "delete"):
            return Action.REPLACE, ReplaceOrder.CREATE_FIRST
        case ("delete", "create"):
            return Action.REPLACE, ReplaceOrder.DELETE_FIRST
        case (single,) if single != Action.REPLACE:
            return Action(single), ReplaceOrder.CREATE_FIRST
    raise ValueError(f"unknown actions {actions!r:.80}")


def _file(values: Mapping[str, Any]) -> FileChange:
    return FileChange(
        FileOperation(values["operation"]),
        _text(values["path"]),
        _maybe_number(values["bytes"]),
        _optional(values["sha256"]),
        _optional(values["file_id"]),
    )


def _diagnostic(values: Mapping[str, Any]) -> Diagnostic:
    return Diagnostic(
        Severity(values["severity"]),
        _text(values["code"]),
        _text(values["message"]),
        _position(values["source"]),
        _optional(values["hint"]),
    )


def _position(values: Mapping[str, Any] | None) -> Position | None:
    if values is None:
        return None
    return Position(_text(values["file"]), _number(values["line"]), _number(values["column"]))


def _field(value: object) -> FieldValue:
    if isinstance(value, list):
        return tuple(_text(item) for item in value)
    if value is None or isinstance(value, str):
        return value
    return _number(value)


def _items(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"expected a list, found {value!r:.80}")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, found {value!r:.80}")
    return value


def _optional(value: object) -> str | None:
    return None if value is None else _text(value)


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"expected a whole number, found {value!r:.80}")
    return value


def _amount(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"expected an amount, found {value!r:.80}")
    return float(value)


def _maybe_number(value: object) -> int | None:
    return None if value is None else _number(value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"expected true or false, found {value!r:.80}")
    return value

"""Plans as JSON, both ways; the format is `schemas/plan.v1.json`, and changes only by a new version.

Reading is strict: whatever is not of the format's shape is refused, since a plan file is somebody's word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from reconciler.model.asked import Asked
from reconciler.model.asked_json import asked_values, read_asked
from reconciler.model.diagnostics import Diagnostic, Position, Severity
from reconciler.model.digest import busy_values, plan_digest, scope_values
from reconciler.model.errors import PlanMismatch
from reconciler.model.inputs import Inputs, inputs_values, read_inputs
from reconciler.model.json_values import (
    Damaged,
    amount,
    fields,
    flag,
    items,
    number,
    optional_number,
    optional_text,
    parsed,
    text,
    texts,
    word,
    written,
)
from reconciler.model.plan import (
    Action,
    Activity,
    BusyGuard,
    Change,
    Commit,
    Cost,
    FieldChange,
    FieldValue,
    FileChange,
    FileOperation,
    Flag,
    Plan,
    Reason,
    Target,
)
from reconciler.model.review import flags_of, told_by_fields
from reconciler.model.scope import Limits, Scope
from reconciler.model.spec import Compare, ReplaceOrder

if TYPE_CHECKING:
    from reconciler.model.json_values import Fields

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
        **({"inputs": inputs_values(plan.inputs)} if plan.inputs else {}),
        "names": list(plan.names),
        **({} if plan.busy is None else {"busy": busy_values(plan.busy)}),
        **({} if plan.commit is None else {"commit": plan.commit.id, "dirty": plan.commit.dirty}),
        **({"asked": asked_values(plan.asked)} if plan.asked else {}),
        "desired": dict(plan.desired),
        "digest": plan_digest(plan),
        "changes": [change_values(change) for change in plan.changes],
        "summary": {action.value: count for action, count in plan.summary.items()},
        "cost": cost_values(plan.cost),
        "dead_rows": plan.dead_rows,
        **({} if plan.others is None else {"others": plan.others}),
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
        **({"flags": [flag.value for flag in flags]} if (flags := flags_of(change)) else {}),
        **({} if change.activity is None else {"activity": activity_values(change.activity)}),
    }


def cost_values(cost: Cost) -> dict[str, Any]:
    """What applying costs, as plain values."""
    values: dict[str, Any] = {"requests": cost.requests, "usd_per_hour": cost.usd_per_hour}
    return {
        **values,
        "raised_usd_per_hour": cost.raised,
        "prices_of": cost.prices_of,
        "requests_made": cost.made,
        "requests_per_minute": cost.per_minute,
        "minutes": cost.minutes,
    }


def activity_values(activity: Activity) -> dict[str, int | None]:
    """Why a container counts as in use, as plain values."""
    return {"used_at": activity.used_at, "observed_at": activity.observed_at}


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


def read_plan(content: str) -> Plan:
    """Reads a plan file.

    Raises:
        PlanMismatch: it is no plan of this format, or its contents do not hash to its digest.
    """
    try:
        values = parsed(content)
    except Damaged as error:
        raise PlanMismatch(f"the plan file is damaged: {error}") from error
    except (ValueError, RecursionError) as error:
        raise PlanMismatch(f"the plan file is not JSON: {error}") from error
    if not isinstance(values, dict) or values.get("kind") != KIND:
        raise PlanMismatch(f'this is no plan file: its "kind" is not "{KIND}"')
    version = values.get("format_version")
    if not isinstance(version, str) or version.split(".")[0] != FORMAT_VERSION.split(".", maxsplit=1)[0]:
        raise PlanMismatch(
            f"this plan file is of a format that this version cannot read: {written(version, 40)}"
        )
    try:
        plan = _plan(fields(values))
    except Damaged as error:
        raise PlanMismatch(f"the plan file is damaged: {error}") from error
    except RecursionError as error:
        raise PlanMismatch("the plan file is damaged: it is nested too deeply") from error
    if plan_digest(plan) != values.get("digest"):
        raise PlanMismatch(
            "the plan file's contents do not match its digest: it was changed after it was made",
            hint="make a new plan",
        )
    return plan


def _plan(values: Fields) -> Plan:
    target, desired = fields(values["target"]), fields(values["desired"])
    return Plan(
        target=Target(
            text(target["url"]), optional_text(target["organization"]), optional_text(target["project"])
        ),
        scope=_scope(fields(values["scope"])),
        changes=tuple(_change(fields(change)) for change in items(values["changes"])),
        desired=tuple(sorted((name, text(digest)) for name, digest in desired.items())),
        manifests=texts(values["manifests"]),
        names=texts(values["names"]),
        cost=_cost(fields(values["cost"])),
        dead_rows=number(values["dead_rows"]),
        diagnostics=tuple(_diagnostic(fields(found)) for found in items(values["diagnostics"])),
        created_at=text(values["created_at"]),
        tool_version=text(values["tool_version"]),
        busy=_busy(fields(values["busy"])) if "busy" in values else None,
        commit=_commit(values) if "commit" in values else None,
        asked=read_asked(fields(values["asked"])) if "asked" in values else Asked(),
        others=number(values["others"]) if "others" in values else None,
        inputs=read_inputs(fields(values["inputs"])) if "inputs" in values else Inputs(),
    )


def _busy(values: Fields) -> BusyGuard:
    return BusyGuard(number(values["window_seconds"]), flag(values["allowed"]))


def _cost(values: Fields) -> Cost:
    """What earlier versions did not write is nothing."""
    return Cost(
        number(values["requests"]),
        amount(values["usd_per_hour"]),
        amount(values.get("raised_usd_per_hour", 0.0)),
        optional_text(values.get("prices_of")),
        optional_number(values.get("requests_made")),
        optional_number(values.get("requests_per_minute")),
    )


def _commit(values: Fields) -> Commit:
    dirty = values.get("dirty")
    return Commit(text(values["commit"]), None if dirty is None else flag(dirty))


def _scope(values: Fields) -> Scope:
    limits = fields(values["limits"])
    return Scope(
        prefix=optional_text(values["prefix"]),
        exclude=texts(values["exclude"]),
        prune=flag(values["prune"]),
        sweep=flag(values["sweep"]),
        compare=word(values["compare"], Compare, "comparison"),
        limits=Limits(optional_number(limits["max_deletes"]), number(limits["max_delete_percent"])),
        protect=texts(values["protect"]) if "protect" in values else (),
    )


def _change(values: Fields) -> Change:
    change = _told_change(values)
    stated = [word(flag, Flag, "flag") for flag in items(values.get("flags", []))]
    told = told_by_fields(change)
    return replace(change, unseen=tuple(flag for flag in Flag if flag in stated and flag not in told))


def _told_change(values: Fields) -> Change:
    action, order = _action(texts(values["actions"]))
    return Change(
        name=text(values["name"]),
        action=action,
        reasons=tuple(word(reason, Reason, "reason") for reason in items(values["reasons"])),
        container_id=optional_text(values["container_id"]),
        fields=tuple(_field(fields(field)) for field in items(values["fields"])),
        files=tuple(_file(fields(file)) for file in items(values["files"])),
        source=_position(values["source"]),
        order=order,
        activity=_activity(fields(values["activity"])) if "activity" in values else None,
    )


def _action(actions: tuple[str, ...]) -> tuple[Action, ReplaceOrder]:
    match actions:
        case ("create", "delete"):
            return Action.REPLACE, ReplaceOrder.CREATE_FIRST
        case ("delete", "create"):
            return Action.REPLACE, ReplaceOrder.DELETE_FIRST
        case (single,) if single in set(Action) - {Action.REPLACE}:
            return Action(single), ReplaceOrder.CREATE_FIRST
    raise Damaged(f"unknown actions {written(list(actions))}")


def _activity(values: Fields) -> Activity:
    return Activity(optional_number(values["used_at"]), optional_number(values["observed_at"]))


def _field(values: Fields) -> FieldChange:
    return FieldChange(text(values["path"]), _value(values["before"]), _value(values["after"]))


def _value(value: object) -> FieldValue:
    if isinstance(value, list):
        return texts(value)
    return value if value is None or isinstance(value, str) else number(value)


def _file(values: Fields) -> FileChange:
    return FileChange(
        word(values["operation"], FileOperation, "operation"),
        text(values["path"]),
        optional_number(values["bytes"]),
        optional_text(values["sha256"]),
        optional_text(values["file_id"]),
    )


def _diagnostic(values: Fields) -> Diagnostic:
    return Diagnostic(
        word(values["severity"], Severity, "severity"),
        text(values["code"]),
        text(values["message"]),
        _position(values["source"]),
        optional_text(values["hint"]),
    )


def _position(value: object) -> Position | None:
    if value is None:
        return None
    values = fields(value)
    return Position(text(values["file"]), number(values["line"]), number(values["column"]))

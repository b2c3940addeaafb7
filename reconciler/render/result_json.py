"""The result of a command as one JSON document; its shape is `schemas/result.v1.json`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from reconciler.model.plan_json import activity_values, diagnostic_values, plan_values
from reconciler.render.diagnostics_text import first_of
from reconciler.render.ledger_json import ledger_values, run_values

if TYPE_CHECKING:
    from reconciler.model.drift import DriftItem
    from reconciler.model.events import ChangeApplied, ChangeFailed, ChangeNotStarted, Failure
    from reconciler.model.formatted import FormattedFile
    from reconciler.model.outcome import Outcome
    from reconciler.model.plan import Change
    from reconciler.model.result import Result
    from reconciler.model.standing import Standing

KIND = "reconciler/result"
FORMAT_VERSION = "1.0"


def result_json(result: Result, most: int | None = None) -> str:
    """Writes the envelope; ASCII only, so that no terminal or log can be steered by it.

    Of its diagnostics at most so many are written, all of them for 0 and None.
    """
    document = json.dumps(result_values(result, most), indent=2, ensure_ascii=True)
    return document.replace("##", "\\u0023#")  # only texts hold it: in them `##[` is an order to CI systems


def result_values(result: Result, most: int | None = None) -> dict[str, Any]:
    """The envelope as plain values; optional parts are left out where there are none."""
    values: dict[str, Any] = {
        "kind": KIND,
        "format_version": FORMAT_VERSION,
        "command": result.command,
        "exit_code": int(result.exit_code),
    }
    if result.plan is not None:
        values["plan"] = plan_values(result.plan)
    if result.outcome is not None:
        values["outcome"] = _outcome(result.outcome)
    if result.items is not None:
        values["items"] = [_item(item) for item in result.items]
    if result.standings is not None:
        values["items"] = [_standing(standing) for standing in result.standings]
    if result.touched is not None:
        values["touched"] = result.touched
    if result.runs is not None:
        values["runs"] = [run_values(past) for past in result.runs]
    if result.ledger is not None:
        values["ledger"] = ledger_values(result.ledger)
    if result.explained is not None:
        values["explanations"] = [asdict(found) for found in result.explained]
    if result.formatted is not None:
        values["formatted"] = [_formatted(file) for file in result.formatted]
    if result.created is not None:
        values["created"] = list(result.created)
    shown, rest = first_of(result.diagnostics, most or None)
    values["diagnostics"] = [diagnostic_values(found) for found in shown]
    if rest:
        values["diagnostics_omitted"] = rest
    if result.error is not None:
        error = result.error
        values["error"] = {
            "code": error.code,
            "message": str(error),
            "hint": error.hint,
            "details": list(error.details),
        }
    return values


def _item(item: DriftItem) -> dict[str, Any]:
    values: dict[str, Any] = {"name": item.name, "cause": item.cause.value, "container_id": item.container_id}
    if item.activity is not None:
        values["activity"] = activity_values(item.activity)
    if item.left is not None:
        values["left"] = item.left.value
    return values


def _standing(standing: Standing) -> dict[str, Any]:
    return {
        "name": standing.name,
        "status": standing.status,
        "container_id": standing.container_id,
        "created_at": standing.created_at,
        "last_active_at": standing.last_active_at,
        "observed_at": standing.observed_at,
        "reasons": [reason.value for reason in standing.reasons],
    }


def _formatted(file: FormattedFile) -> dict[str, Any]:
    values: dict[str, Any] = {"path": file.path, "changed": file.changed}
    if file.diff is not None:
        values["diff"] = list(file.diff)
    if file.text is not None:
        values["text"] = file.text
    return values


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "applied": [_applied(event) for event in outcome.applied],
        "failed": [_failed(event) for event in outcome.failed],
        "not_started": [_not_started(event) for event in outcome.not_started],
        "under_way": [_change(change) for change in outcome.under_way],
        "swept": [row.container_id for row in outcome.swept if row.failure is None],
        "not_swept": [
            {"container_id": row.container_id, "error": _failure(row.failure)}
            for row in outcome.swept
            if row.failure is not None
        ],
        "doubled": list(outcome.doubled),
        "removed_doubles": list(outcome.removed),
        "closing_error": None if outcome.closing_failure is None else _failure(outcome.closing_failure),
        "requests": outcome.requests,
        "interrupted": outcome.interrupted,
    }


def _change(change: Change) -> dict[str, Any]:
    return {"name": change.name, "actions": list(change.actions)}


def _applied(event: ChangeApplied) -> dict[str, Any]:
    return {
        **_change(event.change),
        "container_id": event.container_id,
        "unverifiable": list(event.unverifiable),
    }


def _failed(event: ChangeFailed) -> dict[str, Any]:
    return {**_change(event.change), "error": _failure(event.failure), "done": list(event.done)}


def _not_started(event: ChangeNotStarted) -> dict[str, Any]:
    return {**_change(event.change), "because": event.because}


def _failure(failure: Failure) -> dict[str, Any]:
    return {"code": failure.code, "message": failure.message, "hint": failure.hint}

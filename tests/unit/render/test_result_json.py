"""The result as one JSON document, the same shape on every command and also on failure."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import replace
from support.builders import desired, entry, plan_of, state
from support.ledgers import FULL, RUN, SEEN, TARGET
from support.schemas import result_validator
from support.strategies import diagnostics, law, plans, texts

from reconciler.model.diagnostics import Diagnostic, Position, Severity
from reconciler.model.drift import Cause, DriftItem
from reconciler.model.errors import Refused
from reconciler.model.events import (
    ChangeApplied,
    ChangeFailed,
    ChangeNotStarted,
    ChangeStarted,
    Failure,
    RowSwept,
    RunFinished,
)
from reconciler.model.history import LedgerReport, PastRun, TargetReport
from reconciler.model.outcome import fold
from reconciler.model.plan import Action, Activity, Change, Plan, Reason
from reconciler.model.plan_json import plan_values, read_plan
from reconciler.model.result import Result
from reconciler.render.result_json import result_json

A = Change("ci-a", Action.REPLACE, (Reason.FIELD_CHANGED,), "cntr_0")


def values(result: Result) -> Any:
    """What a script reads."""
    return json.loads(result_json(result))


def test_the_smallest_result() -> None:
    assert values(Result("validate")) == {
        "kind": "reconciler/result",
        "format_version": "1.0",
        "command": "validate",
        "exit_code": 0,
        "diagnostics": [],
    }


def test_the_parts_come_in_the_order_of_the_format() -> None:
    plan = plan_of(desired(entry("ci-a")), state())
    whole = Result("apply", plan, fold([]), (), (), Refused("no"), runs=(), ledger=LedgerReport("x.db"))
    assert list(values(whole)) == [
        "kind", "format_version", "command", "exit_code", "plan", "outcome", "items",
        "runs", "ledger", "diagnostics", "error",
    ]  # fmt: skip


def test_an_error_is_part_of_the_document_with_its_exit_code() -> None:
    found = values(Result("apply", error=Refused("no", hint="ask", details=("a", "b"))))
    assert found["exit_code"] == 4
    assert found["error"] == {"code": "refused", "message": "no", "hint": "ask", "details": ["a", "b"]}


def test_an_outcome_is_told_change_by_change() -> None:
    outcome = fold(
        [
            ChangeApplied(A, "cntr_1", ("memory_limit",)),
            ChangeFailed(A, Failure("api", "it broke", "wait"), ("CreateContainer",)),
            ChangeNotStarted(A, "interrupted"),
            ChangeStarted(A),
            RowSwept("cntr_2"),
            RowSwept("cntr_3", Failure("api", "no")),
            RunFinished(7),
        ]
    )
    name = {"name": "ci-a", "actions": ["create", "delete"]}
    found = values(Result("apply", outcome=outcome))
    assert found["exit_code"] == 6
    assert found["outcome"] == {
        "applied": [{**name, "container_id": "cntr_1", "unverifiable": ["memory_limit"]}],
        "failed": [
            {
                **name,
                "error": {"code": "api", "message": "it broke", "hint": "wait"},
                "done": ["CreateContainer"],
            }
        ],
        "not_started": [{**name, "because": "interrupted"}],
        "under_way": [name],
        "swept": ["cntr_2"],
        "not_swept": [{"container_id": "cntr_3", "error": {"code": "api", "message": "no", "hint": None}}],
        "doubled": [],
        "removed_doubles": [],
        "closing_error": None,
        "requests": 7,
        "interrupted": False,
    }


def test_drift_is_a_list_of_items_and_an_empty_one_where_there_is_none() -> None:
    found = values(Result("drift", items=(DriftItem("ci-a", Cause.REMOVED),), signal=True))
    assert (found["exit_code"], found["items"]) == (
        2,
        [{"name": "ci-a", "cause": "removed", "container_id": None}],
    )
    assert values(Result("drift", items=()))["items"] == []
    busy = DriftItem("ci-a", Cause.FIELDS, "cntr_1", Activity(60, 100))
    assert values(Result("drift", items=(busy,)))["items"] == [
        {
            "name": "ci-a",
            "cause": "fields",
            "container_id": "cntr_1",
            "activity": {"used_at": 60, "observed_at": 100},
        }
    ]


def test_diagnostics_have_their_place() -> None:
    where = Diagnostic(Severity.ERROR, "doubled-name", "twice", Position("a.yaml", 3, 5), "rename it")
    found = values(Result("validate", diagnostics=(where,)))
    assert found["exit_code"] == 3
    assert found["diagnostics"] == [
        {
            "severity": "error",
            "code": "doubled-name",
            "message": "twice",
            "source": {"file": "a.yaml", "line": 3, "column": 5},
            "hint": "rename it",
        }
    ]


def test_runs_and_the_ledger_are_of_the_published_shape() -> None:
    target = {"url": "https://api.openai.com/v1", "organization": "org-a", "project": "proj-a"}
    about = TargetReport(TARGET, 4.5, FULL.intents, FULL.births, (SEEN,), tombstones=2, touches=1, runs=3)
    runs = (PastRun(TARGET, RUN), PastRun(TARGET, replace(RUN, digest="")))
    found = values(Result("history", runs=runs, ledger=LedgerReport("x.db", 9, 1, (about,))))
    result_validator().validate(found)
    assert found["runs"][0] == {
        "target": target,
        "started_at": "2026-11-22T03:00:00Z",
        "seconds": 1.5,
        "command": "apply",
        "scope": "ci-",
        "exit_code": 6,
        "applied": 3,
        "failed": 2,
        "undone": 1,
        "requests": 12,
        "digest": "sha256:00",
        "tool_version": "0.1.0",
    }
    assert found["runs"][1]["digest"] is None
    assert found["ledger"] == {
        "path": "x.db",
        "size": 9,
        "version": 1,
        "local_files": 0,
        "targets": [
            {
                "target": target,
                "lag_seen": 4.5,
                "intents": [{"name": "ci-a", "date": 100}, {"name": "ci-b", "date": None}],
                "births": [
                    {"id": "cntr_1", "name": "ci-c", "date": 101},
                    {"id": "cntr_2", "name": "ci-d", "date": None},
                ],
                "prefixes": [{"prefix": "ci-", "exclude": ["ci-other-", "ci-x-"], "seen_at": SEEN.seen_at}],
                "tombstones": 2,
                "touches": 1,
                "observations": 0,
                "own_touch": "unknown",
                "distrusted": False,
                "digests": 0,
                "runs": 3,
            }
        ],
    }


@given(plans)
@law
def test_the_plan_in_a_result_is_a_plan_file(plan: Plan) -> None:
    assert read_plan(json.dumps(values(Result("plan", plan))["plan"])) == plan
    assert values(Result("plan", plan))["plan"] == json.loads(json.dumps(plan_values(plan)))


@given(texts, diagnostics)
@law
def test_no_text_can_steer_a_terminal_or_break_the_encoding(text: str, found: Diagnostic) -> None:
    written = result_json(
        Result(text, items=(DriftItem(text, Cause.FIELDS, text),), diagnostics=(found,), error=Refused(text))
    )
    assert written.isascii()
    assert written.replace("\n", "").isprintable()
    assert json.loads(written)["error"]["message"] == text


@pytest.mark.parametrize("text", ["\x1b[2J", "\ud800", "\u202e", "x" * 1_000_000])
def test_hostile_text_comes_through_whole(text: str) -> None:
    assert values(Result("plan", error=Refused(text)))["error"]["message"] == text

"""What an apply came to, for people: what was done, what was not and why, and that a re-run goes on."""

from __future__ import annotations

import pytest

from reconciler.model.diagnostics import Diagnostic, Position, Severity
from reconciler.model.drift import Cause, DriftItem
from reconciler.model.events import (
    ChangeApplied,
    ChangeFailed,
    ChangeNotStarted,
    ChangeStarted,
    DoublesSeen,
    Event,
    Failure,
    RowSwept,
    RunFinished,
    RunStarted,
    Waiting,
)
from reconciler.model.outcome import fold
from reconciler.model.plan import Action, Activity, Change, Reason
from reconciler.render.diagnostics_text import diagnostic_lines
from reconciler.render.drift_text import drift_lines
from reconciler.render.outcome_text import outcome_lines, progress_line
from reconciler.render.paint import Paint

EVIL = "\x1b[2J\nci-a\u202e"
EVIL_SHOWN = r"\x1b[2J\nci-a\u202e"
PLAIN = Paint()


def change(action: Action = Action.CREATE, name: str = "ci-a", container_id: str | None = None) -> Change:
    return Change(name, action, (Reason.ABSENT,), container_id)


BROKEN = Failure("rate-limited", "too many requests", "wait a minute")


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (ChangeApplied(change(), "cntr_1"), "created ci-a (cntr_1)"),
        (
            ChangeApplied(change(), "cntr_1", ("memory_limit", "network_policy.type")),
            "created ci-a (cntr_1); the server does not show memory_limit, network_policy.type",
        ),
        (ChangeApplied(change(Action.REPLACE, container_id="cntr_0"), "cntr_1"), "replaced ci-a (cntr_1)"),
        (ChangeApplied(change(Action.SYNC), "cntr_1"), "synced ci-a (cntr_1)"),
        (ChangeApplied(change(Action.DELETE, container_id="cntr_0"), None), "deleted ci-a (cntr_0)"),
        (ChangeFailed(change(), BROKEN), "failed create ci-a: too many requests (wait a minute)"),
        (
            ChangeNotStarted(change(Action.DELETE), "create of ci-a failed"),
            "not started delete ci-a: create of ci-a failed",
        ),
        (RowSwept("cntr_1"), "swept cntr_1"),
        (RowSwept("cntr_1", Failure("api", "no")), "not swept cntr_1: no"),
        (DoublesSeen(("ci-a", "ci-b")), "doubled ci-a, ci-b: see `reconciler plan`"),
        (DoublesSeen(()), None),
        (DoublesSeen((), removed=("cntr_2",)), None),
        (Waiting(9.6, EVIL), f"waiting 10 s: {EVIL_SHOWN}"),
        (
            ChangeApplied(change(), "cntr_1", (f"files[{EVIL}].bytes",)),
            f"created ci-a (cntr_1); the server does not show files[{EVIL_SHOWN}].bytes",
        ),
        (ChangeStarted(change()), None),
        (RunStarted(1), None),
        (RunFinished(1), None),
        (ChangeApplied(change(name=EVIL), EVIL), f"created {EVIL_SHOWN} ({EVIL_SHOWN})"),
        (
            ChangeFailed(change(name=EVIL), Failure("x", EVIL, EVIL)),
            f"failed create {EVIL_SHOWN}: {EVIL_SHOWN} ({EVIL_SHOWN})",
        ),
        (ChangeNotStarted(change(name=EVIL), EVIL), f"not started create {EVIL_SHOWN}: {EVIL_SHOWN}"),
        (RowSwept(EVIL), f"swept {EVIL_SHOWN}"),
        (DoublesSeen((EVIL,)), f"doubled {EVIL_SHOWN}: see `reconciler plan`"),
    ],
)
def test_progress_is_one_line_for_each_finished_change(event: Event, line: str | None) -> None:
    assert progress_line(event, PLAIN) == line


def outcome(*events: Event) -> list[str]:
    """The lines of what these events come to."""
    return list(outcome_lines(fold(events), PLAIN))


def test_an_apply_that_is_done_is_one_line() -> None:
    assert outcome(
        ChangeApplied(change(), "cntr_1"),
        ChangeApplied(change(name="ci-b"), "cntr_2"),
        ChangeApplied(change(Action.SYNC), "cntr_3"),
        RunFinished(9),
    ) == ["Applied: 2 created, 0 replaced, 1 synced, 0 deleted; 9 requests."]


def test_what_failed_is_listed_with_its_reason_and_how_far_it_came() -> None:
    assert outcome(
        ChangeFailed(change(), BROKEN, ("CreateContainer", "UploadFile")),
        ChangeNotStarted(change(Action.DELETE), "create of ci-a failed"),
        RunFinished(4),
    ) == [
        "failed create ci-a after creating it, an upload: too many requests (wait a minute)",
        "not started delete ci-a: create of ci-a failed",
        (
            "Applied: 0 created, 0 replaced, 0 synced, 0 deleted, 2 not done; 4 requests. "
            "Apply again to go on from here."
        ),
    ]


def test_what_was_cut_off_is_named() -> None:
    assert outcome(ChangeStarted(change()), RunFinished(1, interrupted=True)) == [
        "cut off create ci-a: whether it happened is unknown",
        (
            "Interrupted: 0 created, 0 replaced, 0 synced, 0 deleted, 1 not done; 1 requests. "
            "Apply again to go on from here."
        ),
    ]


def test_rows_that_could_not_be_swept_are_counted_and_fail_nothing() -> None:
    events = (RowSwept("cntr_1"), RowSwept("cntr_2", BROKEN), RunFinished(2))
    assert outcome(*events) == [
        "Applied: 0 created, 0 replaced, 0 synced, 0 deleted, 1 swept, 1 not swept; 2 requests."
    ]


def test_doubles_and_an_unread_closing_list_are_told() -> None:
    found = outcome(DoublesSeen(("ci-a", EVIL), Failure("api", EVIL)), RunFinished(2))
    assert found[:2] == [
        f"doubled ci-a, {EVIL_SHOWN}: more live copies than were created; see `reconciler plan`",
        f"the closing list could not be read: {EVIL_SHOWN}",
    ]


def test_what_a_gateway_made_twice_and_is_gone_again_is_told() -> None:
    found = outcome(DoublesSeen((), removed=("cntr_1", "cntr_2")), RunFinished(2))
    tail = "of what was just created: a gateway repeated a create, or another run made it too"
    assert found[0] == f"removed 2 empty younger copies {tail}"
    assert outcome(DoublesSeen((), removed=("cntr_1",)))[0] == f"removed 1 empty younger copy {tail}"


@pytest.mark.parametrize(
    ("count", "tail"), [(10, "ci-8, ci-9"), (11, "ci-8, ci-9 and 1 more"), (9999, "and 9989 more")]
)
def test_many_doubles_are_counted_where_a_line_would_have_no_end(count: int, tail: str) -> None:
    seen = DoublesSeen(tuple(f"ci-{number}" for number in range(count)))
    (line, _) = outcome(seen, RunFinished(2))
    assert line.startswith("doubled ci-0, ci-1, ")
    assert line.endswith(f"{tail}: more live copies than were created; see `reconciler plan`")
    progress = progress_line(seen, PLAIN) or ""
    assert progress.endswith(f"{tail}: see `reconciler plan`")
    assert len(progress) < 200


def test_diagnostics_are_lines_that_an_editor_can_follow() -> None:
    found = (
        Diagnostic(Severity.ERROR, "some-code", EVIL, Position("a\nb.yaml", 3, 5), EVIL),
        Diagnostic(Severity.WARNING, "other-code", "a message"),
        Diagnostic(Severity.NOTE, "third", "x" * 10_000),
    )
    lines = list(diagnostic_lines(found, PLAIN))
    assert lines[:3] == [
        rf"a\nb.yaml:3:5: {EVIL_SHOWN} [some-code]",
        f"    hint: {EVIL_SHOWN}",
        "warning: a message [other-code]",
    ]
    assert len(lines[3]) < 500


def test_drift_is_a_line_for_each_thing_and_a_count() -> None:
    items = (
        DriftItem("ci-a", Cause.FIELDS, "cntr_1"),
        DriftItem("ci-a", Cause.FILES_ADDED, "cntr_1"),
        DriftItem(EVIL, Cause.EXPIRED),
    )
    assert list(drift_lines(items, PLAIN)) == [
        "fields ci-a  cntr_1",
        "files-added ci-a  cntr_1",
        f"expired {EVIL_SHOWN}",
        "Drift: 3 in 2 containers.",
    ]
    busy = DriftItem("ci-a", Cause.FIELDS, "cntr_1", Activity(60, 100))
    assert next(drift_lines((busy,), PLAIN)) == "fields ci-a  cntr_1  (used 40 s ago)"
    assert list(drift_lines(items[:1], PLAIN))[-1] == "Drift: 1 in 1 container."
    assert list(drift_lines((), PLAIN)) == ["No drift."]


def test_what_no_answer_showed_is_never_applied_in_silence() -> None:
    lines = list(outcome_lines(fold([ChangeApplied(change(), "cntr_1", ("memory_limit",))]), PLAIN))
    assert lines[0] == "unverifiable ci-a; the server does not show memory_limit"

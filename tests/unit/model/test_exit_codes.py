"""One table of exit codes, complete; and what an apply and a command come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.model import errors
from reconciler.model.diagnostics import Diagnostic, Severity
from reconciler.model.drift import QUIET_CAUSES, Cause
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
)
from reconciler.model.exit_codes import MEANINGS, ExitCode
from reconciler.model.outcome import Outcome, fold
from reconciler.model.plan import Action, Change, Reason
from reconciler.model.result import Result

if TYPE_CHECKING:
    from reconciler.model.errors import ReconcilerError

A = Change("ci-a", Action.CREATE, (Reason.ABSENT,))
B = Change("ci-b", Action.DELETE, (Reason.NOT_IN_MANIFEST,), "cntr_b")
BROKEN = Failure("api", "it broke")


def test_every_exit_code_has_its_number_and_a_meaning() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "DONE": 0,
        "ERROR": 1,
        "CHANGES": 2,
        "INVALID": 3,
        "REFUSED": 4,
        "STALE_PLAN": 5,
        "PARTIAL": 6,
        "LOCKED": 7,
        "USAGE": 64,
        "INTERRUPTED": 130,
    }
    assert list(MEANINGS) == list(ExitCode)
    assert all(MEANINGS.values())
    assert len(set(MEANINGS.values())) == len(MEANINGS)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.ReconcilerError, ExitCode.ERROR),
        (errors.UsageError, ExitCode.USAGE),
        (errors.InvalidInput, ExitCode.INVALID),
        (errors.Refused, ExitCode.REFUSED),
        (errors.PlanMismatch, ExitCode.STALE_PLAN),
        (errors.LocalFileError, ExitCode.ERROR),
        (errors.ApiError, ExitCode.ERROR),
        (errors.EmulatorFailed, ExitCode.ERROR),
    ],
)
def test_every_error_knows_its_exit_code(error: type[ReconcilerError], code: ExitCode) -> None:
    raised = error("what happened", hint="what to do", details=("more",))
    assert Result("plan", error=raised).exit_code is code
    assert (str(raised), raised.hint, raised.details) == ("what happened", "what to do", ("more",))


def test_a_failed_and_a_waiting_change_make_an_apply_partial() -> None:
    assert fold([ChangeFailed(A, BROKEN)]).exit_code is ExitCode.PARTIAL
    assert fold([ChangeNotStarted(A, "interrupted")]).exit_code is ExitCode.PARTIAL


def test_an_apply_that_leaves_a_copy_too_many_is_not_done() -> None:
    assert fold([ChangeApplied(A, "cntr_1"), DoublesSeen(("ci-a",))]).exit_code is ExitCode.PARTIAL


def test_a_run_that_ended_in_the_middle_of_a_change_is_not_done() -> None:
    assert fold([ChangeStarted(A)]).exit_code is ExitCode.PARTIAL


def test_an_interrupted_run_says_so_whatever_else_happened() -> None:
    events: list[Event] = [ChangeFailed(A, BROKEN), RunFinished(3, interrupted=True)]
    assert fold(events).exit_code is ExitCode.INTERRUPTED


@pytest.mark.parametrize(
    "events",
    [
        [],
        [RunStarted(0), RunFinished(0)],
        [ChangeStarted(A), ChangeApplied(A, "cntr_1"), RunFinished(2)],
        [RowSwept("cntr_1", BROKEN)],  # best effort, no change of the plan
        [DoublesSeen((), BROKEN)],
        [DoublesSeen((), removed=("cntr_2",))],
    ],
)
def test_an_apply_without_a_failed_change_is_done(events: list[Event]) -> None:
    assert fold(events).exit_code is ExitCode.DONE


def test_the_fold_keeps_everything_that_happened_in_its_order() -> None:
    events: list[Event] = [
        RunStarted(4),
        ChangeStarted(A),
        ChangeStarted(B),
        ChangeApplied(A, "cntr_new"),
        ChangeFailed(B, BROKEN, ("DeleteContainer",)),
        ChangeNotStarted(B, "failed before"),
        ChangeStarted(A),
        RowSwept("cntr_dead"),
        RowSwept("cntr_dead2", BROKEN),
        DoublesSeen(("ci-a",), BROKEN),
        RunFinished(17),
    ]
    assert fold(events) == Outcome(
        applied=(ChangeApplied(A, "cntr_new"),),
        failed=(ChangeFailed(B, BROKEN, ("DeleteContainer",)),),
        not_started=(ChangeNotStarted(B, "failed before"),),
        under_way=(A,),
        swept=(RowSwept("cntr_dead"), RowSwept("cntr_dead2", BROKEN)),
        doubled=("ci-a",),
        closing_failure=BROKEN,
        requests=17,
        interrupted=False,
    )


def test_equal_changes_are_told_apart_while_under_way() -> None:
    twin = Change("ci-b", Action.DELETE, (Reason.NOT_IN_MANIFEST,), "cntr_b")
    found = fold([ChangeStarted(B), ChangeStarted(twin), ChangeApplied(twin, None)])
    assert len(found.under_way) == 1
    assert found.under_way[0] is B


def _finding(severity: Severity) -> Diagnostic:
    return Diagnostic(severity, "some-code", "a message")


def test_an_error_outweighs_findings_an_outcome_and_a_signal() -> None:
    found = Result(
        "apply",
        outcome=fold([ChangeFailed(A, BROKEN)]),
        diagnostics=(_finding(Severity.ERROR),),
        error=errors.Refused("no"),
        signal=True,
    )
    assert found.exit_code is ExitCode.REFUSED


def test_only_errors_among_findings_are_invalid_input() -> None:
    notes = (_finding(Severity.WARNING), _finding(Severity.NOTE))
    assert Result("validate", diagnostics=notes).exit_code is ExitCode.DONE
    assert Result("validate", diagnostics=(*notes, _finding(Severity.ERROR))).exit_code is ExitCode.INVALID


def test_the_signal_for_pending_changes_is_asked_for() -> None:
    assert Result("plan", signal=True).exit_code is ExitCode.CHANGES
    assert Result("plan").exit_code is ExitCode.DONE


def test_an_apply_exits_with_its_outcome_and_not_with_the_signal() -> None:
    assert Result("apply", outcome=Outcome(), signal=True).exit_code is ExitCode.DONE
    assert Result("apply", outcome=Outcome(interrupted=True)).exit_code is ExitCode.INTERRUPTED


def test_what_happens_every_day_is_quiet() -> None:
    assert {Cause.EXPIRED, Cause.UNMANAGED} == QUIET_CAUSES

"""A run is noted at its end, whatever that is, with the exit code that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.builders import desired, entry, plan_of, state
from support.clocks import FakeClock
from support.ledgers import TARGET, remembering

from reconciler import __version__
from reconciler.control.account import Account
from reconciler.control.history import LONGEST_SCOPE, Attempt, recorded, scope_text
from reconciler.control.passes import Prepared
from reconciler.ledger.report import read_runs
from reconciler.ledger.store import Place
from reconciler.model.digest import plan_digest
from reconciler.model.errors import ApiError, ReconcilerError, Refused
from reconciler.model.events import (
    ChangeApplied,
    ChangeFailed,
    ChangeNotStarted,
    ChangeStarted,
    Event,
    Failure,
)
from reconciler.model.history import Run
from reconciler.model.outcome import Outcome, fold
from reconciler.model.plan import Action, Change, Reason
from reconciler.model.profile import OPENAI
from reconciler.model.result import Result

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

A = Change("ci-a", Action.CREATE, (Reason.ABSENT,))
PLAN = plan_of(desired(entry("ci-a")), state())
PREPARED = Prepared(PLAN, desired(entry("ci-a")), state(), (), requests=3)


def noted(path: Path, work: Callable[[Attempt], None], expected: type[BaseException] | None = None) -> Run:
    """The one run that is in the ledger after some work of 2.5 seconds."""
    clock = FakeClock()
    with remembering(path) as ledger:
        account = Account("http://x", "key", TARGET, OPENAI, clock, ledger)

        def run() -> None:
            with recorded(account, "apply", ("ci-", ("ci-a",))) as attempt:
                clock.slept.append(2.5)
                work(attempt)

        if expected is None:
            run()
        else:
            with pytest.raises(expected):
                run()
    (past,) = read_runs(Place(path), 10)
    assert past.target == TARGET
    return past.run


def test_a_run_that_was_carried_out(tmp_path: Path) -> None:
    events: list[Event] = [
        ChangeApplied(A, "cntr_1"),
        ChangeApplied(A, "cntr_2"),
        ChangeFailed(A, Failure("api", "no")),
        ChangeNotStarted(A, "interrupted"),
        ChangeStarted(A),
    ]
    outcome = fold(events)

    def work(attempt: Attempt) -> None:
        attempt.prepared = PREPARED
        attempt.result = Result("apply", plan=PLAN, outcome=outcome)

    run = noted(tmp_path / "ledger.db", work)
    assert run == Run(
        run.started_at, 2.5, "apply", "ci-", 6, 2, 1, 2, 3, plan_digest(PLAN), __version__
    )  # fmt: skip
    assert run.started_at.endswith("Z")


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (Result("apply", plan=PLAN, outcome=Outcome()), 0),
        (Result("apply", plan=PLAN, outcome=Outcome(interrupted=True)), 130),
        (Result("apply", plan=PLAN, error=Refused("no")), 4),
    ],
)
def test_the_exit_code_is_that_of_the_result(tmp_path: Path, result: Result, code: int) -> None:
    def work(attempt: Attempt) -> None:
        attempt.result = result

    assert noted(tmp_path / "ledger.db", work).exit_code == code


@pytest.mark.parametrize(
    ("error", "code"),
    [(ApiError("no"), 1), (Refused("no"), 4), (KeyboardInterrupt(), 130), (ZeroDivisionError(), 1)],
)
def test_an_error_that_passes_is_noted_and_goes_on(
    tmp_path: Path, error: ReconcilerError | BaseException, code: int
) -> None:
    def work(attempt: Attempt) -> None:
        attempt.prepared = PREPARED
        raise error

    run = noted(tmp_path / "ledger.db", work, type(error))
    assert (run.exit_code, run.requests, run.digest) == (code, 3, plan_digest(PLAN))


def test_a_run_that_is_killed_stands_without_an_end(tmp_path: Path) -> None:
    """Whoever looks at three in the morning sees that it began."""
    path = tmp_path / "ledger.db"

    def work(attempt: Attempt) -> None:
        del attempt
        [under_way] = read_runs(Place(path), 9)
        assert under_way.run.exit_code is None
        assert under_way.run.command == "apply"

    assert noted(path, work).exit_code == 0, "and is one run, not two, once it ends"


def test_a_run_that_made_no_plan_has_no_digest(tmp_path: Path) -> None:
    def work(attempt: Attempt) -> None:
        raise ApiError(f"nothing of {attempt}")

    assert noted(tmp_path / "ledger.db", work, ApiError).digest == ""


def test_a_scope_in_one_line() -> None:
    assert scope_text("ci-", ("ci-a",)) == "ci-"
    assert scope_text(None, ("a", "b")) == "a, b"
    names = tuple(f"name-{number:03}" for number in range(300))
    text = scope_text(None, names)
    assert text.startswith("name-000, name-001, ")
    assert text.endswith(", … (300 names)")
    assert len(text) <= LONGEST_SCOPE
    assert len(scope_text(None, tuple("x" * 100 + str(number) for number in range(99)))) <= LONGEST_SCOPE

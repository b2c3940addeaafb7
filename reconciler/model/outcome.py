"""The fold: from the stream of events to what an apply came to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce

from msgspec import Struct
from msgspec.structs import replace

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
from reconciler.model.exit_codes import ExitCode
from reconciler.model.plan import Change


class Outcome(Struct, frozen=True):
    """What became of each change of a plan, and of the run.

    `under_way` holds changes that were begun and not finished: empty, unless the run was cut off.
    `doubled`, `removed` (ids of doubles that are deleted) and `closing_failure` come from the closing list;
    none is a failed change. What is doubled and stays is billed until a run or a person resolves it, so an
    apply that leaves it is not done.
    """

    applied: tuple[ChangeApplied, ...] = ()
    failed: tuple[ChangeFailed, ...] = ()
    not_started: tuple[ChangeNotStarted, ...] = ()
    under_way: tuple[Change, ...] = ()
    swept: tuple[RowSwept, ...] = ()
    doubled: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    closing_failure: Failure | None = None
    requests: int = 0
    interrupted: bool = False

    @property
    def changes(self) -> Iterator[Change]:
        """Yields every change that something became of, each the very value of the plan."""
        yield from (event.change for event in self.applied)
        yield from (event.change for event in self.failed)
        yield from (event.change for event in self.not_started)
        yield from self.under_way

    @property
    def exit_code(self) -> ExitCode:
        """The only place that turns what happened into an exit code."""
        if self.interrupted:
            return ExitCode.INTERRUPTED
        if self.failed or self.not_started or self.under_way or self.doubled:
            return ExitCode.PARTIAL
        return ExitCode.DONE


def fold(events: Iterable[Event]) -> Outcome:
    """Folds a whole stream."""
    return reduce(step, events, Outcome())


def step(outcome: Outcome, event: Event) -> Outcome:
    """Adds one event."""
    match event:
        case ChangeApplied():
            return replace(_finish(outcome, event.change), applied=(*outcome.applied, event))
        case ChangeFailed():
            return replace(_finish(outcome, event.change), failed=(*outcome.failed, event))
        case ChangeNotStarted():
            return replace(outcome, not_started=(*outcome.not_started, event))
        case RowSwept():
            return replace(outcome, swept=(*outcome.swept, event))
        case DoublesSeen():
            return replace(outcome, doubled=event.names, removed=event.removed, closing_failure=event.failure)
        case RunFinished():
            return replace(outcome, requests=event.requests, interrupted=event.interrupted)
        case ChangeStarted():
            return replace(outcome, under_way=(*outcome.under_way, event.change))
        case RunStarted() | Waiting():
            return outcome


def _finish(outcome: Outcome, finished: Change) -> Outcome:
    """By identity: an event carries the very value of the plan, and comparing whole changes is slower."""
    return replace(outcome, under_way=tuple(change for change in outcome.under_way if change is not finished))

"""What an apply came to, for people, and a line for each change while it happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.events import (
    ChangeApplied,
    ChangeFailed,
    ChangeNotStarted,
    DoublesSeen,
    RowSwept,
    Waiting,
)
from reconciler.model.plan import Action, Change
from reconciler.render.escape import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.events import Event, Failure
    from reconciler.model.outcome import Outcome
    from reconciler.render.paint import Paint

_STEPS = {
    "CreateContainer": "creating it",
    "CheckFiles": "looking at its files",
    "UploadFile": "an upload",
    "VerifyUploads": "verifying the uploads",
    "VerifyContent": "verifying a copied file",
    "DeleteFile": "deleting a file",
    "VerifyInPlace": "looking at its files again",
    "ReadKept": "reading the kept copy",
    "DeleteContainer": "deleting it",
    "ConfirmDeleted": "seeing it gone",
}
"""What a person calls the steps."""

MOST_NAMES = 10
"""Names that one line shows."""

_DONE = {
    Action.CREATE: "created",
    Action.REPLACE: "replaced",
    Action.SYNC: "synced",
    Action.DELETE: "deleted",
}


def progress_line(event: Event, paint: Paint) -> str | None:
    """One line for a finished change, None for events that people need not see."""
    match event:
        case ChangeApplied(change, container_id, unverifiable):
            about = container_id or change.container_id
            suffix = f" ({safe(about, 60)})" if about else ""
            done = paint("green", _DONE.get(change.action, change.action.value))
            return f"{done} {safe(change.name)}{suffix}{_unverifiable(unverifiable)}"
        case ChangeFailed(change, failure):
            return f"{paint('red', 'failed')} {_what(change)}: {failure_text(failure)}"
        case ChangeNotStarted(change, because):
            return f"{paint('yellow', 'not started')} {_what(change)}: {safe(because)}"
        case RowSwept(container_id, None):
            return f"{paint('green', 'swept')} {safe(container_id, 60)}"
        case RowSwept(container_id, failure):
            return f"{paint('yellow', 'not swept')} {safe(container_id, 60)}: {failure_text(failure)}"
        case Waiting(seconds, because):
            return f"{paint('dim', 'waiting')} {seconds:.0f} s: {safe(because, 400)}"
        case DoublesSeen(names, _, _) if names:
            return f"{paint('yellow', 'doubled')} {_listed(names)}: see `reconciler plan`"
        case _:
            return None


def outcome_lines(outcome: Outcome, paint: Paint) -> Iterator[str]:
    """Yields what was done, and what was not with the reason; a re-run goes on from there."""
    for applied in outcome.applied:
        if applied.unverifiable:
            name = safe(applied.change.name)
            yield f"{paint('yellow', 'unverifiable')} {name}{_unverifiable(applied.unverifiable)}"
    for failed in outcome.failed:
        done = (
            f" after {', '.join(safe(_STEPS.get(step, step)) for step in failed.done)}" if failed.done else ""
        )
        yield f"{paint('red', 'failed')} {_what(failed.change)}{done}: {failure_text(failed.failure)}"
    for waiting in outcome.not_started:
        yield f"{paint('yellow', 'not started')} {_what(waiting.change)}: {safe(waiting.because)}"
    for change in outcome.under_way:
        yield f"{paint('red', 'cut off')} {_what(change)}: whether it happened is unknown"
    yield from _closing(outcome, paint)
    yield _total(outcome)


def _closing(outcome: Outcome, paint: Paint) -> Iterator[str]:
    """Yields what the closing list came to."""
    if outcome.doubled:
        seen = f"{_listed(outcome.doubled)}: more live copies than were created; see `reconciler plan`"
        yield f"{paint('yellow', 'doubled')} {seen}"
    if outcome.removed:
        yield f"{paint('yellow', 'removed')} {_removed(len(outcome.removed))}"
    if outcome.closing_failure is not None:
        yield f"the closing list could not be read: {failure_text(outcome.closing_failure)}"


def failure_text(failure: Failure | None) -> str:
    """An error with its hint, on one line."""
    if failure is None:
        return ""
    hint = f" ({safe(failure.hint, 400)})" if failure.hint else ""
    return f"{safe(failure.message, 600)}{hint}"


def _listed(names: tuple[str, ...]) -> str:
    """The first names and how many more there are; JSON has them all."""
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(map(safe, names[:MOST_NAMES])) + more


def _removed(count: int) -> str:
    """Whose these copies were nobody can tell: the list shows neither who made one nor why."""
    copies = "1 empty younger copy" if count == 1 else f"{count} empty younger copies"
    return f"{copies} of what was just created: a gateway repeated a create, or another run made it too"


def _total(outcome: Outcome) -> str:
    counts = dict.fromkeys(_DONE, 0)
    for applied in outcome.applied:
        counts[applied.change.action] += 1
    done = ", ".join(f"{count} {_DONE[action]}" for action, count in counts.items())
    swept = sum(row.failure is None for row in outcome.swept)
    parts = [done]
    if swept:
        parts.append(f"{swept} swept")
    if swept < len(outcome.swept):
        parts.append(f"{len(outcome.swept) - swept} not swept")
    undone = len(outcome.failed) + len(outcome.not_started) + len(outcome.under_way)
    if undone:
        parts.append(f"{undone} not done")
    head = "Interrupted" if outcome.interrupted else "Applied"
    tail = " Apply again to go on from here." if undone or outcome.interrupted else ""
    return f"{head}: {', '.join(parts)}; {outcome.requests} requests.{tail}"


def _unverifiable(paths: tuple[str, ...]) -> str:
    return f"; the server does not show {', '.join(map(safe, paths))}" if paths else ""


def _what(change: Change) -> str:
    return f"{change.action.value} {safe(change.name)}"

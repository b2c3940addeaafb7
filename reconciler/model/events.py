"""What happens while a plan is carried out, as a stream of values; totals and output are folds over it."""

from __future__ import annotations

from msgspec import Struct

from reconciler.model.plan import Change


class Failure(Struct, frozen=True):
    """An error as a value: `code` is kebab-case, `message` unescaped; never a secret."""

    code: str
    message: str
    hint: str | None = None


class RunStarted(Struct, frozen=True):
    """`changes` of the plan are about to be carried out."""

    changes: int


class ChangeStarted(Struct, frozen=True):
    """The first request of a change is about to be sent."""

    change: Change


class ChangeApplied(Struct, frozen=True):
    """A change is complete and verified; `container_id` is the container that now stands, if any does.

    `unverifiable` are fields that were sent and that no answer shows: nobody can say they were heeded.
    """

    change: Change
    container_id: str | None
    unverifiable: tuple[str, ...] = ()


class ChangeFailed(Struct, frozen=True):
    """A change stopped half-way. `done` names the steps that were completed before."""

    change: Change
    failure: Failure
    done: tuple[str, ...] = ()


class ChangeNotStarted(Struct, frozen=True):
    """A change was not begun: an earlier link of its chain failed, or the run was interrupted."""

    change: Change
    because: str


class RowSwept(Struct, frozen=True):
    """A dead row was deleted, or is `failure`'s; neither is a change of the plan."""

    container_id: str
    failure: Failure | None = None


class Waiting(Struct, frozen=True):
    """Nothing is sent for `seconds`; `because` says why, for whoever watches."""

    seconds: float
    because: str


class DoublesSeen(Struct, frozen=True):
    """The closing list shows more live copies of a created name than were made: the next plan's `duplicate`.

    `failure` says why the list could not be read, where it could not. `removed` are ids of empty younger
    copies that are deleted: a gateway repeated a create, or another run made the same.
    """

    names: tuple[str, ...]
    failure: Failure | None = None
    removed: tuple[str, ...] = ()


class RunFinished(Struct, frozen=True):
    """The stream ends here. `requests` counts everything sent for it, retries included."""

    requests: int
    interrupted: bool = False


Event = (
    RunStarted
    | ChangeStarted
    | ChangeApplied
    | ChangeFailed
    | ChangeNotStarted
    | RowSwept
    | Waiting
    | DoublesSeen
    | RunFinished
)

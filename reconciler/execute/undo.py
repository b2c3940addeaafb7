"""What is said and done when a change stopped half-way: no failure may cost the copy that still stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.api.errors import QuotaExceeded
from reconciler.execute.errors import Interrupted
from reconciler.model.errors import ApiError
from reconciler.model.steps import ConfirmDeleted, DeleteContainer

if TYPE_CHECKING:
    from reconciler.api.writer import Writer
    from reconciler.execute.chain_run import ChainRun
    from reconciler.execute.journal import Journal
    from reconciler.model.errors import ReconcilerError
    from reconciler.model.steps import Link

REPLACE_CREATE_FIRST = ("create", "delete")
TOO_MANY = 429
REPLACE_DELETE_FIRST = ("delete", "create")


async def undone(run: ChainRun, link: Link, error: ReconcilerError, writer: Writer, journal: Journal) -> str:
    """Takes the new copy of a failed replace away, and returns what to add to the failure's message."""
    if _new_copy_is_useless(run, link, error):
        return await _removed(run.state.container, link.change.container_id, writer, journal)
    if link.change.actions == REPLACE_DELETE_FIRST and ConfirmDeleted.__name__ in run.done:
        return _deleted_first(run, link)
    return ""


def advice(link: Link, error: ReconcilerError) -> str | None:
    """The hint of a failure; where the account has no room for two copies, one can go first.

    A 429 speaks of money or of requests, and a place that becomes free helps with neither.
    """
    full = isinstance(error, QuotaExceeded) and error.status != TOO_MANY
    if full and link.change.actions == REPLACE_CREATE_FIRST:
        return "the account has no room for both copies: set lifecycle.replace: delete_first"
    return error.hint


def _deleted_first(run: ChainRun, link: Link) -> str:
    """The old copy is gone already: what stands in its place."""
    new = run.state.container_id
    gone = f"; the old copy of {run.chain.name} was deleted first (lifecycle.replace: delete_first)"
    if new not in (None, link.change.container_id):
        return f"{gone}, and the new one {new} is not complete"
    return gone if run.unknown is not None else f"{gone}, and none stands in its place"


def _new_copy_is_useless(run: ChainRun, link: Link, error: ReconcilerError) -> bool:
    """The old copy stands and stays, so the new one only costs money.

    Not when interrupted: then nothing more is begun, and the next apply completes the new copy.
    """
    new = run.state.container_id
    return (
        link.change.actions == REPLACE_CREATE_FIRST
        and new not in (None, link.change.container_id)
        and DeleteContainer.__name__ not in run.done
        and not isinstance(run.step, (DeleteContainer, ConfirmDeleted))
        and not isinstance(error, Interrupted)
    )


async def _removed(new: str, old: str | None, writer: Writer, journal: Journal) -> str:
    try:
        if old is None or await writer.gone(old):
            return f"; the old copy is gone by now, so the new copy {new} stays, the next apply completes it"
        await writer.delete_container(new)
        if not await writer.gone(new):
            return f"; the new copy {new} was deleted and is still there, the next apply resolves it"
    except ApiError as failed:
        return f"; the new copy {new} could not be removed ({failed}), the next apply completes it"
    journal.buried(new)
    return f"; the new copy {new} was removed, the old one stays"

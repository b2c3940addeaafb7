"""Settling writes whose fate is unknown: one look for all of them, after the list had time to show them.

Sending a create again because its reply was lost doubles it; looking before sending it again is as bad when
the look comes at once, since the list lags behind creates (in a simulation both doubled 109 of 300 creates).
So nobody waits inside a chain: the other chains go on, then, at least the list's lag after the last such
write, one list is made for all of them, newest first, down to the server's time before the run (less two
seconds, both being whole seconds). A match has the exact live name, an id that was neither there before nor
is ours already, and shows what was sent; the lowest (created_at, id) is kept. Its `created_at` proves nothing
besides: a gateway's `Date` may be ahead of it, and what was there before is known by its id. Where nothing
matches the write is sent again, in a bounded number of rounds. That gave no doubles at 1.01 requests a
create. Time is the server's `Date`: with a local clock 30 seconds ahead, looking only at "newer" rows doubled
again. A write may still land after any look; the next plan's rule for copies closes that.

Uploads are settled likewise, for each container, by name and size among ids not seen before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.api.newest import newest
from reconciler.api.parallel import each
from reconciler.execute.shown import hidden, is_what_was_sent
from reconciler.model.errors import ApiError
from reconciler.model.live import ASSISTANT
from reconciler.model.steps import PAGE, CreateContainer, UploadFile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.api.writer import Writer
    from reconciler.execute.chain_run import ChainRun
    from reconciler.execute.journal import Journal
    from reconciler.model.live import LiveContainer, LiveFile

MAX_ROUNDS = 3
"""Looks before a write of unknown fate is a failed change."""


async def settle(waiting: Iterable[ChainRun], writer: Writer, journal: Journal, *, parallelism: int) -> bool:
    """Completes the writes that turn out to have happened; the others are left to be sent again.

    A list that lacks a container of ours which exists, although the lag has passed, proves nothing: it is a
    cached one, or the lag is longer than was known. Creates go on waiting then.

    Args:
        waiting: chains that stand at a create or an upload of unknown fate.
        writer: the account.
        journal: what was there before, and what this run made already.
        parallelism: containers looked into at once.

    Returns:
        Whether the look could settle creates; a list that is too old is no round.
    """
    stands = [(run, run.step) for run in waiting]
    creates = [run for run, step in stands if isinstance(step, CreateContainer)]
    fresh = await _settle_creates(creates, writer, journal)
    uploads = [(run, step) for run, step in stands if isinstance(step, UploadFile)]

    async def upload(stand: tuple[ChainRun, UploadFile]) -> None:
        await _settle_upload(*stand, writer)

    await each(uploads, upload, parallelism=parallelism)
    return fresh


async def _settle_creates(waiting: list[ChainRun], writer: Writer, journal: Journal) -> bool:
    if not waiting:
        return True
    known = journal.known
    limit = PAGE - 1 - journal.looks % (PAGE // 2)  # a gateway that caches lists answers another query anew
    expected = len(waiting) + len(journal.created)
    try:
        rows = await newest(writer, journal.floor, journal.before, expected, limit=limit)
        missing = journal.overdue(rows)
        if missing is not None and not await writer.gone(missing.id) and journal.late(missing):
            return False
    except ApiError as error:
        for run in waiting:
            run.unknown = error
        return True
    journal.looked(rows)
    for run in waiting:
        step = run.step
        if isinstance(step, CreateContainer):
            found = [row for row in rows if row.id not in known and _matches(row, step, journal)]
            _take(run, step, min(found, key=lambda row: (row.created_at, row.id), default=None))
    return True


def _matches(row: LiveContainer, step: CreateContainer, journal: Journal) -> bool:
    return row.name == step.name and not row.dead and is_what_was_sent(step.spec, row.spec, journal.profile)


def _take(run: ChainRun, step: CreateContainer, found: LiveContainer | None) -> None:
    run.unknown = None
    if found is not None:
        run.state.container_id, run.state.created_at = found.id, found.created_at
        run.state.unverifiable = hidden(step.spec, found.spec)
        run.complete_step()


async def _settle_upload(run: ChainRun, step: UploadFile, writer: Writer) -> None:
    try:
        rows = (await writer.files(run.state.container)).rows
    except ApiError as error:
        run.unknown = error
        return
    run.unknown = None
    known = {row.id for row in run.state.rows} | set(run.state.uploaded.values())
    found = [row for row in rows if row.id not in known and _is_upload(row, step)]
    if found:
        first = min(found, key=lambda row: (row.created_at, row.id))
        run.state.uploaded[step.file.spec.path] = first.id
        run.state.sent[step.file.spec.path] = step.file.spec  # not as `answered`, so no digest is learned
        run.complete_step()


def _is_upload(row: LiveFile, step: UploadFile) -> bool:
    wanted = step.file.spec
    return (
        row.spec.path == wanted.path
        and row.source != ASSISTANT
        and (wanted.bytes is None or row.spec.bytes in (None, wanted.bytes))
    )

"""A whole run: chains side by side, deletes of undeclared names after them, then sweep and closing list.

Events leave through a queue, so that whoever listens, slowly or not at all, never holds up a chain.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct, field

from reconciler.api.errors import NotFound, fate_unknown
from reconciler.api.parallel import each
from reconciler.execute.chain import run_step
from reconciler.execute.chain_run import ChainRun
from reconciler.execute.closing import closing_list
from reconciler.execute.errors import Interrupted, NotShownYet
from reconciler.execute.journal import Journal
from reconciler.execute.settle import MAX_ROUNDS, settle
from reconciler.execute.undo import advice, undone
from reconciler.ledger.ledger import Ledger
from reconciler.model.errors import ApiError, ReconcilerError
from reconciler.model.events import (
    ChangeApplied,
    ChangeFailed,
    ChangeNotStarted,
    ChangeStarted,
    Event,
    Failure,
    RowSwept,
    RunFinished,
    RunStarted,
    Waiting,
)
from reconciler.model.plan import Action
from reconciler.model.profile import GENERIC, Profile
from reconciler.model.spec import ReplaceOrder
from reconciler.model.steps import (
    ConfirmDeleted,
    CreateContainer,
    DeleteContainer,
    DeleteFile,
    UploadFile,
    VerifyUploads,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from reconciler.api.writer import Writer
    from reconciler.model.clock import Clock
    from reconciler.model.live import LiveState
    from reconciler.model.steps import Chain, Link, Step
    from reconciler.model.stop import Stop

UNKNOWN = "; whether it happened is unknown, the next apply looks before it acts"

WRITES = (CreateContainer, UploadFile, DeleteContainer, DeleteFile)

WAIT_SLICE_SECONDS = 0.5
"""How soon an interrupt is noticed while waiting for the list."""


class Work(Struct, frozen=True):
    """What is to be done: chains, ids of dead rows to sweep, and what was there before.

    `order` says whether the deletes of undeclared names come after all chains or, for accounts at their
    quota, before them. `owned` are the declared live names, in a set that owns them.
    `profile` says what omitted fields mean.
    """

    chains: tuple[Chain, ...]
    before: LiveState
    sweep: tuple[str, ...] = ()
    order: ReplaceOrder = ReplaceOrder.CREATE_FIRST
    owned: frozenset[str] = frozenset()
    ledger: Ledger = field(default_factory=Ledger)
    profile: Profile = GENERIC


async def execute(
    work: Work, writer: Writer, clock: Clock, stop: Stop, *, parallelism: int
) -> AsyncIterator[Event]:
    """Carries work out and yields events as they happen; a failed change never stops the others."""
    events: asyncio.Queue[Event | None] = asyncio.Queue()
    run = _Run(work, writer, clock, stop, events.put_nowait)
    task = asyncio.create_task(run.all(parallelism))
    task.add_done_callback(lambda _: events.put_nowait(None))
    try:
        while (event := await events.get()) is not None:
            yield event
    finally:
        if not task.done():
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    task.result()


class _Run:
    def __init__(
        self, work: Work, writer: Writer, clock: Clock, stop: Stop, tell: Callable[[Event], None]
    ) -> None:
        self._work = work
        self._writer = writer
        self._clock = clock
        self._stop = stop
        self._tell = tell
        self._sent_before = writer.requests
        self._last_unknown = 0.0
        self._journal = Journal(work.ledger, writer, work.before, work.profile)

    async def all(self, parallelism: int) -> None:
        """Runs everything; the order of the phases is the order of the lines."""
        self._journal.begin(self._work.chains)
        self._tell(RunStarted(sum(len(chain.links) for chain in self._work.chains)))
        first = [ChainRun.of(chain) for chain in self._work.chains if not chain.last]
        last = [ChainRun.of(chain) for chain in self._work.chains if chain.last]
        phases = (last, first) if self._work.order is ReplaceOrder.DELETE_FIRST else (first, last)
        for phase in phases:
            await self._phase(phase, parallelism)
        await each(self._work.sweep, self._sweep, parallelism=parallelism)
        if self._journal.created and not self._stop.requested:
            self._tell(await closing_list(self._writer, self._journal, self._work.owned, self._list_lags))
        requests = self._writer.requests - self._sent_before
        self._tell(RunFinished(requests, interrupted=self._stop.requested))

    async def _phase(self, runs: list[ChainRun], parallelism: int) -> None:
        """Advances chains to their ends; what waits for a write of unknown fate is settled in rounds."""
        await each(runs, self._advance, parallelism=parallelism)
        rounds = 0
        while rounds < MAX_ROUNDS:
            waiting = [run for run in runs if run.unknown is not None]
            if not waiting or not await self._lag_passed(len(waiting)):
                break
            rounds += await settle(waiting, self._writer, self._journal, parallelism=parallelism)
            await each([run for run in waiting if run.unknown is None], self._resume, parallelism=parallelism)
        for run in runs:
            if run.unknown is not None and run.link is not None:
                await self._fail(run, run.link, run.unknown, UNKNOWN)

    async def _lag_passed(self, writes: int) -> bool:
        """Waits until the list had time to show the last write of unknown fate; False when interrupted."""
        left = self._lag_left()
        if left > 0 and not self._stop.requested:
            what = "1 write" if writes == 1 else f"{writes} writes"
            self._tell(Waiting(left, f"what became of {what} without an answer shows by then"))
        await self._pause(left)
        return not self._stop.requested

    async def _list_lags(self, seconds: float) -> bool:
        self._tell(Waiting(seconds, "the list does not show yet what was made, nor what was made twice"))
        await self._pause(seconds)
        return not self._stop.requested

    async def _pause(self, seconds: float) -> None:
        """Waits, unless the run is asked to stop."""
        until = self._clock.monotonic() + seconds
        while not self._stop.requested and (left := until - self._clock.monotonic()) > 0:
            await self._clock.sleep(min(left, WAIT_SLICE_SECONDS))

    def _lag_left(self) -> float:
        return self._last_unknown + self._journal.lag - self._clock.monotonic()

    async def _resume(self, run: ChainRun) -> None:
        """Goes on with a chain whose write was settled, one way or the other."""
        if run.link is not None and run.done:
            self._note(run, run.link.steps[len(run.done) - 1])
        await self._advance(run)

    async def _advance(self, run: ChainRun) -> None:
        while (link := run.link) is not None:
            if not run.begun and self._stop.requested:
                self._leave(run, "interrupted")
                return
            if not run.begun:
                run.begun = True
                self._tell(ChangeStarted(link.change))
            try:
                await self._steps(run)
            except ReconcilerError as error:
                await self._fail(run, link, error)
                return
            if run.unknown is not None:
                return
            self._applied(run, link)

    def _applied(self, run: ChainRun, link: Link) -> None:
        if link.change.action is Action.DELETE:
            self._tell(ChangeApplied(link.change, None))
        else:
            self._journal.left(run.state.container_id, complete=True)
            self._tell(ChangeApplied(link.change, run.state.container_id, run.state.unverifiable))
        run.complete_link()

    async def _steps(self, run: ChainRun) -> None:
        """Does the steps of one link; returns early where a write's fate is unknown."""
        while (step := run.step) is not None:
            if self._stop.requested:
                raise Interrupted("interrupted before it was complete", hint="apply again to complete it")
            self._about_to(run, step)
            try:
                await run_step(step, run.state, self._writer)
            except ReconcilerError as error:
                if (wait := self._patience(run, error)) > 0:
                    await self._pause(wait)
                    continue
                if self._fate_unknown(run, step, error):
                    return
                raise
            run.complete_step()
            self._note(run, step)

    def _about_to(self, run: ChainRun, step: Step) -> None:
        """Has a write noted when it is sent, and not while it waits for its turn."""
        run.state.sending = None
        if isinstance(step, CreateContainer):
            run.state.sending = partial(self._journal.intend, step)
        elif isinstance(step, UploadFile):
            run.state.sending = partial(self._journal.sending, run.state.container, step.file.spec.path)
        elif isinstance(step, DeleteContainer):
            self._journal.doomed(step.container_id)

    def _fate_unknown(self, run: ChainRun, step: Step, error: ReconcilerError) -> bool:
        """Leaves a write that may have happened for the look at the list; one that did not is forgotten."""
        repeatable = isinstance(step, (CreateContainer, UploadFile))
        if repeatable and isinstance(error, ApiError) and fate_unknown(error):
            run.unknown = error
            self._last_unknown = self._clock.monotonic()
            return True
        if isinstance(step, UploadFile):
            self._journal.sent(run.state.container, step.file.spec.path)
        if isinstance(step, CreateContainer):
            if run.state.container_id in (None, run.chain.container_id):
                self._journal.refused(step)
            else:  # it exists, and is not what was asked for
                self._note_created(run, step)
        return False

    def _patience(self, run: ChainRun, error: ReconcilerError) -> float:
        """Seconds until a step is tried again, 0 for never: what was just written may not show yet.

        A 404 on an id that this run was just given, an upload that is not listed, a deleted container that
        is still there: each is lag until the lag has passed, and nothing was carried out by the step.
        """
        if isinstance(error, NotShownYet):
            since = run.wrote_at
        else:
            since = run.made_at if type(error) is NotFound else None
        if since is None:
            return 0.0
        run.tries += 1
        left = since + self._journal.lag - self._clock.monotonic()
        return max(0.0, min(left, WAIT_SLICE_SECONDS * (1 << run.tries - 1)))

    def _note(self, run: ChainRun, step: Step) -> None:
        """Notes what a completed step proves."""
        self._note_created(run, step)
        if isinstance(step, WRITES):
            run.wrote_at = self._clock.monotonic()
        if isinstance(
            step, VerifyUploads
        ):  # until they are listed, the next run must not take them for missing
            self._journal.verified(step, run.state)
        if not isinstance(step, (DeleteContainer, ConfirmDeleted)):
            self._journal.did(run.state.container_id)
        if isinstance(step, ConfirmDeleted):
            self._journal.buried(step.container_id)

    def _note_created(self, run: ChainRun, step: Step) -> None:
        """Remembers a container from the moment it is known to be ours."""
        if isinstance(step, CreateContainer) and run.state.container not in self._journal.created:
            self._journal.made(step, run.state)
            run.made_at = self._clock.monotonic()

    async def _fail(self, run: ChainRun, link: Link, error: ReconcilerError, besides: str = "") -> None:
        self._journal.left(run.state.container_id, complete=False)
        message = f"{error}{besides}{await undone(run, link, error, self._writer, self._journal)}"
        failure = Failure(error.code, message, advice(link, error))
        self._tell(ChangeFailed(link.change, failure, tuple(run.done)))
        run.complete_link()
        self._leave(run, f"{link.change.action} of {run.chain.name} failed")

    def _leave(self, run: ChainRun, because: str) -> None:
        """Names the changes of a chain that are not begun any more."""
        for link in run.chain.links[run.link_number :]:
            self._tell(ChangeNotStarted(link.change, because))
        run.end()

    async def _sweep(self, container_id: str) -> None:
        if self._stop.requested:
            return
        try:
            await self._writer.delete_container(container_id)
        except ReconcilerError as error:
            self._tell(RowSwept(container_id, Failure(error.code, str(error), error.hint)))
        else:
            self._tell(RowSwept(container_id))

"""A whole run: chains side by side, deletes of undeclared names after them, then sweep and closing list.

Events leave through a queue, so that whoever listens, slowly or not at all, never holds up a chain.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.api.errors import NotFound, fate_unknown
from reconciler.api.parallel import each
from reconciler.execute.chain import run_step
from reconciler.execute.chain_run import ChainRun
from reconciler.execute.closing import Created, closing_list
from reconciler.execute.errors import Interrupted
from reconciler.execute.settle import LAG_SECONDS, MAX_ROUNDS, Before, settle
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
)
from reconciler.model.plan import Action
from reconciler.model.spec import ReplaceOrder
from reconciler.model.steps import ConfirmDeleted, CreateContainer, DeleteContainer, UploadFile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from reconciler.api.writer import Writer
    from reconciler.model.clock import Clock
    from reconciler.model.live import LiveState
    from reconciler.model.steps import Chain, Link
    from reconciler.model.stop import Stop

UNKNOWN = "; whether it happened is unknown, the next apply looks before it acts"

WAIT_SLICE_SECONDS = 0.5
"""How soon an interrupt is noticed while waiting for the list."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done: chains, ids of dead rows to sweep, and what was there before.

    `order` says whether the deletes of undeclared names come after all chains or, for accounts at their
    quota, before them.
    """

    chains: tuple[Chain, ...]
    before: LiveState
    sweep: tuple[str, ...] = ()
    order: ReplaceOrder = ReplaceOrder.CREATE_FIRST


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
        self._created: dict[str, Created] = {}
        self._sent_before = writer.requests
        self._last_unknown = 0.0
        self._before = Before(frozenset(row.id for row in work.before.containers), work.before.date)

    async def all(self, parallelism: int) -> None:
        """Runs everything; the order of the phases is the order of the lines."""
        self._tell(RunStarted(sum(len(chain.links) for chain in self._work.chains)))
        first = [ChainRun.of(chain) for chain in self._work.chains if not chain.last]
        last = [ChainRun.of(chain) for chain in self._work.chains if chain.last]
        phases = (last, first) if self._work.order is ReplaceOrder.DELETE_FIRST else (first, last)
        for phase in phases:
            await self._phase(phase, parallelism)
        await each(self._work.sweep, self._sweep, parallelism=parallelism)
        if self._created and not self._stop.requested:
            created = tuple(self._created.values())
            self._tell(await closing_list(self._writer, created, self._before.ids, self._before.date))
        requests = self._writer.requests - self._sent_before
        self._tell(RunFinished(requests, interrupted=self._stop.requested))

    async def _phase(self, runs: list[ChainRun], parallelism: int) -> None:
        """Advances chains to their ends; what waits for a write of unknown fate is settled in rounds."""
        await each(runs, self._advance, parallelism=parallelism)
        for _ in range(MAX_ROUNDS):
            waiting = [run for run in runs if run.unknown is not None]
            if not waiting or not await self._lag_passed():
                break
            await settle(waiting, self._writer, self._before, frozenset(self._created))
            await each([run for run in waiting if run.unknown is None], self._resume, parallelism=parallelism)
        for run in runs:
            if run.unknown is not None and run.link is not None:
                await self._fail(run, run.link, run.unknown, UNKNOWN)

    async def _lag_passed(self) -> bool:
        """Waits until the list had time to show the last write of unknown fate; False when interrupted."""
        while not self._stop.requested:
            left = self._last_unknown + LAG_SECONDS - self._clock.monotonic()
            if left <= 0:
                return True
            await self._clock.sleep(min(left, WAIT_SLICE_SECONDS))
        return False

    async def _resume(self, run: ChainRun) -> None:
        """Goes on with a chain whose write was settled, one way or the other."""
        self._note_created(run)
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
            if link.change.action is Action.DELETE:
                self._tell(ChangeApplied(link.change, None))
            else:
                self._tell(ChangeApplied(link.change, run.state.container_id, run.state.unverifiable))
            run.complete_link()

    async def _steps(self, run: ChainRun) -> None:
        """Does the steps of one link; returns early where a write's fate is unknown."""
        while (step := run.step) is not None:
            if self._stop.requested:
                raise Interrupted("interrupted before it was complete", hint="apply again to complete it")
            try:
                await run_step(step, run.state, self._writer)
            except ApiError as error:
                if self._too_young(run, error):
                    await self._clock.sleep(WAIT_SLICE_SECONDS)
                    continue
                if not isinstance(step, (CreateContainer, UploadFile)) or not fate_unknown(error):
                    raise
                run.unknown = error
                self._last_unknown = self._clock.monotonic()
                return
            run.complete_step()
            self._note_created(run)

    def _too_young(self, run: ChainRun, error: ApiError) -> bool:
        """A 404 on an id that this run was just given is lag; nothing was carried out."""
        young = run.made_at is not None and self._clock.monotonic() - run.made_at < LAG_SECONDS
        return young and type(error) is NotFound

    def _note_created(self, run: ChainRun) -> None:
        """Remembers a container from the moment it is known to be ours."""
        if run.link is None or not run.done:
            return
        step = run.link.steps[len(run.done) - 1]
        if isinstance(step, CreateContainer) and run.state.container not in self._created:
            made = Created(run.state.container, step.name, run.state.created_at or 0)
            self._created[made.id] = made
            run.made_at = self._clock.monotonic()

    async def _fail(self, run: ChainRun, link: Link, error: ReconcilerError, besides: str = "") -> None:
        message = f"{error}{besides}{await self._removed(run, link, error)}"
        failure = Failure(error.code, message, error.hint)
        self._tell(ChangeFailed(link.change, failure, tuple(run.done)))
        run.complete_link()
        self._leave(run, f"{link.change.action} of {run.chain.name} failed")

    async def _removed(self, run: ChainRun, link: Link, error: ReconcilerError) -> str:
        """Takes the new copy of a failed replace away again, so that only the old one stands.

        Not when interrupted: then nothing more is begun, and the next apply completes the new copy.
        """
        change = link.change
        new = run.state.container_id
        if (
            change.actions != ("create", "delete")
            or new in (None, change.container_id)
            or DeleteContainer.__name__ in run.done
            or isinstance(run.step, (DeleteContainer, ConfirmDeleted))
            or isinstance(error, Interrupted)
        ):
            return ""
        try:
            await self._writer.delete_container(new or "")
        except ApiError as failed:
            return f"; the new copy {new} could not be removed ({failed}), the next apply completes it"
        return f"; the new copy {new} was removed, the old one stays"

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

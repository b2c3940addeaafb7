"""A whole run: chains side by side, deletes of undeclared names after them, then sweep and closing list.

Events leave through a queue, so that whoever listens, slowly or not at all, never holds up a chain.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.api.parallel import each
from reconciler.execute.chain import ChainState, run_step
from reconciler.execute.closing import Created, closing_list
from reconciler.execute.errors import Interrupted
from reconciler.model.errors import ReconcilerError
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
from reconciler.model.spec import ReplaceOrder
from reconciler.model.steps import CreateContainer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from reconciler.api.writer import Writer
    from reconciler.model.live import LiveState
    from reconciler.model.steps import Chain, Link, Step
    from reconciler.model.stop import Stop


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


async def execute(work: Work, writer: Writer, stop: Stop, *, parallelism: int) -> AsyncIterator[Event]:
    """Carries work out and yields events as they happen; a failed change never stops the others."""
    events: asyncio.Queue[Event | None] = asyncio.Queue()
    run = _Run(work, writer, stop, events)
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
    def __init__(self, work: Work, writer: Writer, stop: Stop, events: asyncio.Queue[Event | None]) -> None:
        self._work = work
        self._writer = writer
        self._stop = stop
        self._events = events
        self._created: list[Created] = []
        self._sent_before = writer.requests

    async def all(self, parallelism: int) -> None:
        """Runs everything; the order of the phases is the order of the lines."""
        self._events.put_nowait(RunStarted(sum(len(chain.links) for chain in self._work.chains)))
        first = [chain for chain in self._work.chains if not chain.last]
        last = [chain for chain in self._work.chains if chain.last]
        phases = (last, first) if self._work.order is ReplaceOrder.DELETE_FIRST else (first, last)
        for phase in phases:
            await each(phase, self._chain, parallelism=parallelism)
        await each(self._work.sweep, self._sweep, parallelism=parallelism)
        if self._created and not self._stop.requested:
            known = frozenset(row.id for row in self._work.before.containers)
            seen = await closing_list(self._writer, tuple(self._created), known, self._work.before.date)
            self._events.put_nowait(seen)
        requests = self._writer.requests - self._sent_before
        self._events.put_nowait(RunFinished(requests, interrupted=self._stop.requested))

    async def _chain(self, chain: Chain) -> None:
        state = ChainState(chain.name, chain.container_id)
        broken: str | None = None
        for link in chain.links:
            if self._stop.requested:
                broken = broken or "interrupted"
            if broken is not None:
                self._events.put_nowait(ChangeNotStarted(link.change, broken))
            elif not await self._link(link, state):
                broken = f"{link.change.action} of {chain.name} failed"

    async def _link(self, link: Link, state: ChainState) -> bool:
        """Runs one change; tells whether it is complete."""
        self._events.put_nowait(ChangeStarted(link.change))
        done: list[str] = []
        try:
            for step in link.steps:
                await self._step(step, state)
                done.append(type(step).__name__)
        except ReconcilerError as error:
            failure = Failure(error.code, str(error), error.hint)
            self._events.put_nowait(ChangeFailed(link.change, failure, tuple(done)))
            return False
        self._events.put_nowait(ChangeApplied(link.change, state.container_id))
        return True

    async def _step(self, step: Step, state: ChainState) -> None:
        if self._stop.requested:
            raise Interrupted("interrupted before it was complete", hint="apply again to complete it")
        await run_step(step, state, self._writer)
        if isinstance(step, CreateContainer):
            self._created.append(Created(state.container, step.name, state.created_at or 0))

    async def _sweep(self, container_id: str) -> None:
        if self._stop.requested:
            return
        try:
            await self._writer.delete_container(container_id)
        except ReconcilerError as error:
            failure = Failure(error.code, str(error), error.hint)
            self._events.put_nowait(RowSwept(container_id, failure))
        else:
            self._events.put_nowait(RowSwept(container_id))

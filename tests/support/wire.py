"""Whole runs in virtual time, one request at a time, in an order that is drawn: what happens can be repeated.

Everything that our code sends goes through `Wire`: it waits there until every run waits, then one of the
waiting requests is carried out on the real server over real HTTP, and its answer handed back. Time passes
only where nobody has anything to send, or by a drawn latency. A run is cut off at a request: before it is
sent, or after the server carried it out; from then on it sends nothing, notes nothing, and cleans up nothing.
"""

from __future__ import annotations

import asyncio
import heapq
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from reconciler.api.library import Library
from reconciler.model.stop import Stop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence

    from support.servers import Server

SETTLED = 40
"""Turns of the event loop after which every task without input or output has come to wait."""

MOST_REQUESTS = 3000
"""More than any run here sends in one go: a run that goes on for ever is a failure, no hang."""


class Killed(BaseException):
    """Stands for a process that is gone: nothing catches it, nothing is cleaned up."""


@dataclass(frozen=True)
class Cut:
    """How a run ends early, at its request number `at`.

    `how`: "before" and "after" kill it before that request is sent, or when it was carried out and not yet
    answered; "stop" asks for an orderly end, "cancel" asks twice. `flush`: what else the killed one had
    under way is carried out all the same.
    """

    how: str
    at: int
    flush: bool = False


@dataclass(eq=False)
class Process:
    """One run. `watch` sees every request before it is carried out, and may assert."""

    name: str
    cut: Cut | None = None
    watch: Callable[[httpx2.Request], None] = lambda _: None
    on_kill: Callable[[], None] = lambda: None
    stop: Stop = field(default_factory=Stop)
    task: asyncio.Task[Any] | None = None
    sent: int = 0
    dead: bool = False


@dataclass(eq=False)
class _Pending:
    process: Process
    request: httpx2.Request
    answer: asyncio.Future[httpx2.Response]


_process: ContextVar[Process] = ContextVar("process")


class Wire:
    """A server, a clock that is its and ours, and what waits for either."""

    def __init__(self, server: Server, seed: int = 0, latency: float = 0.0) -> None:
        self._server = server
        self._random = Random(seed)  # noqa: S311 - an order, no secret
        self._latency = latency
        self._now = 0.0
        self._pending: list[_Pending] = []
        self._sleeping: list[tuple[float, int, Process, asyncio.Future[None]]] = []
        self._number = 0
        # a connection for each request: which of the kept ones the server has closed is a matter of real time
        self._inner = httpx2.HTTPTransport(limits=httpx2.Limits(max_keepalive_connections=0))
        self.failure: BaseException | None = None

    def monotonic(self) -> float:
        """Seconds of virtual time."""
        return self._now

    def chance(self) -> float:
        """Drawn like everything else."""
        return self._random.random()

    async def sleep(self, seconds: float) -> None:
        """Waits until virtual time has come that far."""
        process = _process.get()
        if process.dead:
            raise Killed
        self._number += 1
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleeping, (self._now + seconds, self._number, process, woken))
        await woken

    async def send(self, request: httpx2.Request) -> httpx2.Response:
        """Waits for a turn and for the answer."""
        process = _process.get()
        if process.dead:
            raise Killed
        plain = httpx2.Request(
            request.method, request.url, headers=request.headers, content=await request.aread()
        )
        pending = _Pending(process, plain, asyncio.get_running_loop().create_future())
        self._pending.append(pending)
        return await pending.answer

    def run(self, works: Mapping[Process, Coroutine[Any, Any, Any]]) -> list[Any]:
        """Runs works side by side to their ends; returns what each returned or raised.

        Raises:
            AssertionError: what somebody asserted on the way.
        """

        async def one(process: Process, work: Coroutine[Any, Any, Any]) -> Any:
            _process.set(process)
            return await work

        async def main() -> list[Any]:
            tasks = []
            for process, work in works.items():
                process.task = asyncio.create_task(one(process, work))
                tasks.append(process.task)
            await self._drive(tasks)
            return await asyncio.gather(*tasks, return_exceptions=True)

        with self._patched():
            done = asyncio.run(main())
        if self.failure is not None:
            raise self.failure
        return done

    @contextmanager
    def _patched(self) -> Iterator[None]:
        """Transports made meanwhile send through here."""

        def through_here(base_url: str, headers: Mapping[str, str]) -> Library:
            library = Library(base_url, headers)
            library._client._transport = _Gate(self)
            return library

        with self._inner, pytest.MonkeyPatch.context() as patch:
            patch.setattr("reconciler.api.connection.new_transport", through_here)
            yield

    async def _drive(self, tasks: Sequence[asyncio.Task[Any]]) -> None:
        for _ in range(MOST_REQUESTS):
            for _ in range(SETTLED):
                await asyncio.sleep(0)
            if all(task.done() for task in tasks):
                return
            self._pending = [one for one in self._pending if not one.answer.done()]
            self._sleeping = [one for one in self._sleeping if not one[3].done()]
            heapq.heapify(self._sleeping)
            if self.failure is not None:
                self._end(tasks)
            elif self._pending:
                self._turn(self._pending.pop(self._random.randrange(len(self._pending))))
            elif self._sleeping:
                self._pass(self._sleeping[0][0] - self._now)
        self.failure = self.failure or AssertionError("a run that does not end")
        self._end(tasks)

    def _end(self, tasks: Sequence[asyncio.Task[Any]]) -> None:
        for task in tasks:
            task.cancel()

    def _turn(self, pending: _Pending) -> None:
        process, cut = pending.process, pending.process.cut
        process.sent += 1
        due = cut is not None and process.sent == cut.at
        try:
            process.watch(pending.request)
        except AssertionError as failed:
            self.failure = failed
            return
        if due and cut is not None and cut.how == "before":
            self._kill(pending, flush=cut.flush)
            return
        if due and cut is not None and cut.how in ("stop", "cancel"):
            process.stop.request()
        before = self._random.uniform(0, self._latency)
        self._pass(before)
        answer, error = self._exchange(pending.request)
        self._pass(self._random.uniform(0, self._latency))
        if due and cut is not None and cut.how == "after":
            self._kill(pending, flush=cut.flush)
        elif due and cut is not None and cut.how == "cancel" and process.task is not None:
            process.task.cancel()
        elif error is not None:
            pending.answer.set_exception(error)
        elif answer is not None:
            pending.answer.set_result(answer)

    def _exchange(self, request: httpx2.Request) -> tuple[httpx2.Response | None, Exception | None]:
        try:
            inner = self._inner.handle_request(request)
        except httpx2.TransportError as error:
            return None, error
        chunks: list[bytes] = []
        broken: Exception | None = None
        try:
            chunks.extend(inner.iter_raw())
        except httpx2.TransportError as error:
            broken = error
        inner.close()
        return httpx2.Response(inner.status_code, headers=inner.headers, stream=_Body(chunks, broken)), None

    def _kill(self, pending: _Pending, *, flush: bool) -> None:
        process = pending.process
        process.dead = True
        process.on_kill()
        lost = [one for one in self._pending if one.process is process]
        if flush:
            for one in lost:
                self._exchange(one.request)
        for one in (pending, *lost):
            if not one.answer.done():
                one.answer.set_exception(Killed())
        for _, _, sleeper, woken in self._sleeping:
            if sleeper is process and not woken.done():
                woken.set_exception(Killed())

    def _pass(self, seconds: float) -> None:
        """Lets time pass on both sides, and wakes whoever waited for it."""
        if seconds > 0:
            self._now += seconds
            self._server.advance(seconds)
        for when, _, _, woken in sorted(self._sleeping, key=lambda one: one[:2]):
            if when <= self._now + 1e-9 and not woken.done():
                woken.set_result(None)


class _Gate(httpx2.AsyncBaseTransport):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await self._wire.send(request)


class _Body(httpx2.AsyncByteStream):
    """What came of a body, and how it ended."""

    def __init__(self, chunks: Sequence[bytes], broken: Exception | None) -> None:
        self._chunks = chunks
        self._broken = broken

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            yield chunk
        if self._broken is not None:
            raise self._broken

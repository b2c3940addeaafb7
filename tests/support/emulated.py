"""Our client and our passes against a real emulator, on a clock that stands still."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from support.clocks import FakeClock
from support.servers import API_KEY

from reconciler.api.bounds import Bounds
from reconciler.api.connection import Connection, Endpoint
from reconciler.api.writer import Writer
from reconciler.control.account import Account, Speed
from reconciler.control.passes import Compare, Options, Prepared, Strategy, carry_out, prepare
from reconciler.ledger.ledger import Ledger
from reconciler.ledger.store import Place
from reconciler.model.plan import Target
from reconciler.model.profile import OPENAI
from reconciler.model.stop import Stop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

    from support.servers import Server

    from reconciler.model.clock import Clock
    from reconciler.model.events import Event
    from reconciler.model.outcome import Outcome
    from reconciler.model.scope import Desired

NOW = 1_790_000_000
"""The second at which emulators of properties stand still."""

_T = TypeVar("_T")


@dataclass
class Client:
    """Our writer against a server; `slept` holds the waits between attempts."""

    server: Server
    key: str = API_KEY
    organization: str | None = None
    project: str | None = None
    slept: list[float] = field(default_factory=list)
    bounds: Bounds = field(default_factory=Bounds)

    @asynccontextmanager
    async def writer(self) -> AsyncIterator[Writer]:
        """Opens the account."""
        clock = FakeClock()
        clock.slept = self.slept
        endpoint = Endpoint(self.server.base_url, self.key, self.organization, self.project)
        connection = Connection(endpoint, clock, bounds=self.bounds)
        try:
            yield Writer(connection, clock)
        finally:
            await connection.close()

    def run(self, work: Callable[[Writer], Awaitable[_T]]) -> _T:
        """Does something with the writer and returns what comes of it."""

        async def within() -> _T:
            async with self.writer() as writer:
                return await work(writer)

        return asyncio.run(within())


def freeze(server: Server) -> None:
    """Makes it `NOW` on the server, for good."""
    server.control("POST", "/clock", {"now": NOW, "freeze": True})


def account_of(server: Server, ledger: Ledger | None = None, clock: Clock | None = None) -> Account:
    """The account of a server for whole passes."""
    clock = clock or FakeClock()
    return Account(server.base_url, API_KEY, TARGET, OPENAI, clock, ledger or Ledger())


TARGET = Target("emulator:tests")


@contextmanager
def remembering(server: Server, folder: Path) -> Iterator[Account]:
    """The account with a ledger that stays, in a folder."""
    ledger = Ledger.at(Place(folder / "ledger.db"), TARGET, pytest.fail)
    try:
        yield account_of(server, ledger)
    finally:
        ledger.close()


class Unlimited(Compare):
    """Plans without limits: a law about what is sent is not one about what is refused."""


UNLIMITED = Unlimited()


def planned(
    server: Server,
    desired: Desired,
    *,
    parallelism: int = 4,
    strategy: Strategy = UNLIMITED,
    account: Account | None = None,
    exclusive: bool = False,
) -> Prepared:
    """Observes and plans, as `plan` does; as `apply` does, with the lock held, where it is `exclusive`."""
    options = Options(speed=Speed(parallelism), exclusive=exclusive)
    return asyncio.run(prepare(desired, (), account or account_of(server), options, strategy))


@dataclass(frozen=True)
class Ran:
    """What carrying a plan out came to, and every event on the way."""

    outcome: Outcome
    events: tuple[Event, ...]

    @property
    def failures(self) -> list[str]:
        """The failed changes, a line each: `sync ci-a: server-error`."""
        return sorted(
            f"{event.change.action.value} {event.change.name}: {event.failure.code}"
            for event in self.outcome.failed
        )

    @property
    def applied(self) -> list[str]:
        """The applied changes, a line each."""
        return sorted(f"{event.change.action.value} {event.change.name}" for event in self.outcome.applied)


def carried_out(
    server: Server,
    prepared: Prepared,
    *,
    parallelism: int = 4,
    stop: Stop | None = None,
    listen: Callable[[Event], Any] | None = None,
    account: Account | None = None,
) -> Ran:
    """Executes a plan, as `apply` does; `listen` hears the events as they come."""
    events: list[Event] = []

    def hear(event: Event) -> None:
        events.append(event)
        if listen is not None:
            listen(event)

    work = carry_out(prepared, account or account_of(server), Speed(parallelism), stop or Stop(), hear)
    outcome = asyncio.run(work)
    return Ran(outcome, tuple(events))


def applied(server: Server, desired: Desired, *, parallelism: int = 4, account: Account | None = None) -> Ran:
    """A whole pass."""
    prepared = planned(server, desired, parallelism=parallelism, account=account, exclusive=True)
    return carried_out(server, prepared, parallelism=parallelism, account=account)

"""The account that a command works on: where it is, who asks, and what is known of it offline."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct, field

from reconciler.ledger.ledger import Ledger
from reconciler.model.errors import InvalidInput
from reconciler.model.plan import Target
from reconciler.model.redacted import Redacted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from reconciler.api.reader import Reader
    from reconciler.api.writer import Writer
    from reconciler.model.clock import Clock
    from reconciler.model.events import Waiting
    from reconciler.model.profile import Profile

DEFAULT_BASE_URL = "https://api.openai.com/v1"


class Speed(Struct, frozen=True):
    """How hard an account may be worked: requests at once, and a minute (None: learned from refusals)."""

    parallelism: int = 16
    rpm: int | None = None


def nobody(waiting: Waiting) -> None:
    """Hears of waits, and does nothing."""
    del waiting


class Account(Redacted, frozen=True):
    """An endpoint with its identity for plans, its profile, and what earlier runs remember of it.

    `listen` is told of waits that are long enough to be wondered about.
    """

    told: ClassVar[tuple[str, ...]] = ("base_url", "target", "profile", "clock", "ledger", "listen")
    base_url: str
    api_key: str
    target: Target
    profile: Profile
    clock: Clock
    ledger: Ledger = field(default_factory=Ledger)
    listen: Callable[[Waiting], None] = nobody

    @asynccontextmanager
    async def reader(self, speed: Speed) -> AsyncIterator[Reader]:
        """Opens the account for reading; what it yields has no way to write."""
        from reconciler.api.reader import Reader  # noqa: PLC0415 - loads the HTTP client

        async with self._connected(speed) as connection:
            yield Reader(connection, self.clock)

    @asynccontextmanager
    async def writer(self, speed: Speed) -> AsyncIterator[Writer]:
        """Opens the account for writing."""
        from reconciler.api.writer import Writer  # noqa: PLC0415 - loads the HTTP client

        async with self._connected(speed) as connection:
            yield Writer(connection, self.clock)

    @asynccontextmanager
    async def _connected(self, speed: Speed):  # type: ignore[no-untyped-def]  # noqa: ANN202 - its type would load httpx
        from reconciler.api.connection import Connection, Endpoint  # noqa: PLC0415 - loads the HTTP client
        from reconciler.api.limiter import Limiter  # noqa: PLC0415 - as above

        endpoint = Endpoint(self.base_url, self.api_key, self.target.organization, self.target.project)
        limiter = Limiter(self.clock, speed.parallelism, rpm=speed.rpm)
        connection = Connection(endpoint, self.clock, limiter=limiter, listener=self.listen)
        try:
            yield connection
        finally:
            await connection.close()


def account_from(
    environment: Mapping[str, str],
    base_url: str | None,
    clock: Clock,
    profile: Profile,
    *,
    allow_insecure: bool,
) -> Account:
    """The account that the environment and the command line name; nothing is contacted.

    Raises:
        InvalidInput: the key is missing or impossible, or the base URL cannot be used.
    """
    from reconciler.api.urls import check_base_url  # noqa: PLC0415 - where an account is opened

    named = base_url or environment.get("OPENAI_BASE_URL") or DEFAULT_BASE_URL
    url = check_base_url(named, allow_insecure=allow_insecure)
    organization = environment.get("OPENAI_ORG_ID", "").strip() or None
    project = environment.get("OPENAI_PROJECT_ID", "").strip() or None
    key = environment.get("OPENAI_API_KEY", "").strip()
    if not key:
        raise InvalidInput(
            "no API key", hint="set OPENAI_API_KEY, or try the built-in emulator with --emulator"
        )
    values = {"OPENAI_API_KEY": key, "OPENAI_ORG_ID": organization, "OPENAI_PROJECT_ID": project}
    for name, value in values.items():
        if value is not None and not (value.isascii() and value.isprintable()):
            raise InvalidInput(f"{name} holds characters that no HTTP header may hold")
    return Account(url, key, Target(url, organization, project), profile, clock)


def emulated(base_url: str, api_key: str, identity: str, clock: Clock, profile: Profile) -> Account:
    """The account of a built-in emulator; its identity is its data's, not its port's."""
    return Account(base_url, api_key, Target(f"emulator:{identity}"), profile, clock)

"""How an account is reached: what `--base-url`, `--emulator` and their like say, for every way in."""

from __future__ import annotations

from contextlib import closing, contextmanager
from os import PathLike  # noqa: TC003 - as in the model: help() asks for it
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from msgspec.structs import replace

from reconciler.ledger.places import ledger_file
from reconciler.ledger.store import Part, Place, Store
from reconciler.model.errors import EmulatorFailed, UsageError
from reconciler.model.profile import GENERIC, OPENAI, PROFILES, Profile, profile_for
from reconciler.model.redacted import Redacted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from reconciler.control.account import Account, Speed
    from reconciler.model.events import Waiting

DEFAULT_DATA = ".reconciler/emulator.db"
NO_LEDGER = "none"
"""The place of a ledger that remembers nothing."""

EMULATOR_KEY = "emulator"
"""Any non-empty bearer token is accepted by the built-in emulator."""


class Access(Redacted, frozen=True, kw_only=True):
    """Where an account is, who asks, and how hard it may be worked.

    What is None is read from the environment (`OPENAI_BASE_URL`, `OPENAI_API_KEY`, `OPENAI_ORG_ID`,
    `OPENAI_PROJECT_ID`) or is the default. `emulator` runs the built-in emulator instead, which needs no key:
    True keeps its data in `.reconciler/emulator.db`, a path in that file. `provider` says what the target is
    (openai, azure, oci, litellm, generic), otherwise guessed from the URL. `ledger` is the file of what runs
    remember, `"none"` for nothing. `parallelism` counts requests at once, `rpm` those of a minute.
    """

    told: ClassVar[tuple[str, ...]] = (
        "base_url",
        "organization",
        "project",
        "provider",
        "emulator",
        "ledger",
        "allow_insecure_http",
        "parallelism",
        "rpm",
    )
    base_url: str | None = None
    api_key: str | None = None
    organization: str | None = None
    project: str | None = None
    provider: str | None = None
    emulator: bool | str | PathLike[str] = False
    ledger: str | PathLike[str] | None = None
    allow_insecure_http: bool = False
    parallelism: int = 16
    rpm: int | None = None

    @property
    def speed(self) -> Speed:
        """How hard the account may be worked."""
        from reconciler.control.account import Speed  # noqa: PLC0415 - `validate` opens no account

        return Speed(self.parallelism, self.rpm)

    def check(self) -> None:
        """Refuses what cannot be meant together.

        Raises:
            UsageError: it cannot.
        """
        if self.base_url == "":
            raise UsageError("the base URL is empty: a variable that is not set?")
        if self.emulator and self.base_url:
            raise UsageError("an emulator and a base URL exclude each other")
        if self.provider is not None and self.provider not in PROFILES:
            raise UsageError(f"expected a provider of {', '.join(PROFILES)}, found {self.provider}")
        if self.parallelism < 1 or (self.rpm is not None and self.rpm < 1):
            raise UsageError("parallelism and rpm count requests, at least one")
        self.ledger_place({})

    def ledger_place(self, environment: Mapping[str, str]) -> Place | None:
        """Where the ledger is kept; None where nothing is to be remembered.

        Raises:
            UsageError: a folder cannot be a ledger.
        """
        if self.ledger is None:
            return Place(ledger_file(environment), own=True)
        if self.ledger == NO_LEDGER:
            return None
        if Path(self.ledger).is_dir():
            raise UsageError(f"ledger {self.ledger}: expected a file, found a folder")
        return Place(Path(self.ledger))

    def profile(self, environment: Mapping[str, str]) -> Profile:
        """What is known of the target before anything is contacted."""
        if self.provider is not None:
            return PROFILES[self.provider]
        if self.emulator:
            return OPENAI
        url = self.base_url or environment.get("OPENAI_BASE_URL")
        try:
            return profile_for(urlsplit(url).hostname or "") if url else OPENAI
        except ValueError:
            return OPENAI  # an impossible URL is refused when it is used


@contextmanager
def remembering(
    access: Access, environment: Mapping[str, str], *, warn: Callable[[str], None]
) -> Iterator[Store | None]:
    """Yields the ledger's file, None where nothing is to be remembered; it is closed at the end."""
    place = access.ledger_place(environment)
    if place is None:
        yield None
        return
    with closing(Store(place, warn)) as store:
        yield store


@contextmanager
def opened(
    access: Access,
    environment: Mapping[str, str],
    *,
    warn: Callable[[str], None],
    listen: Callable[[Waiting], None],
    store: Store | None = None,
) -> Iterator[Account]:
    """Yields the account with its ledger, which is closed at the end.

    Args:
        access: which account.
        environment: where to look for what `access` leaves open.
        warn: told of what is wrong with this machine's ledger, once.
        listen: told of waits that are long enough to be wondered about.
        store: the ledger's file, where it is open already (`remembering`).

    Raises:
        InvalidInput: no key, or a base URL that cannot be used.
        EmulatorFailed: the emulator cannot start.
    """
    from reconciler.ledger.ledger import Ledger  # noqa: PLC0415 - as above

    place = access.ledger_place(environment)
    file = Store(place, warn) if store is None and place is not None else store
    with _account(access, environment) as account, closing(Ledger(Part(file, account.target))) as ledger:
        yield replace(account, ledger=ledger, listen=listen)


@contextmanager
def _account(access: Access, environment: Mapping[str, str]) -> Iterator[Account]:
    """Yields the account; one of an emulator runs for as long as it is used."""
    from reconciler.control.account import account_from, emulated  # noqa: PLC0415 - as above
    from reconciler.control.clock import RealClock  # noqa: PLC0415 - as above

    profile = access.profile(environment)
    if not access.emulator:
        given = {
            "OPENAI_API_KEY": access.api_key,
            "OPENAI_ORG_ID": access.organization,
            "OPENAI_PROJECT_ID": access.project,
        }
        known = {**environment, **{name: value for name, value in given.items() if value is not None}}
        insecure = access.allow_insecure_http
        yield account_from(known, access.base_url, RealClock(), profile, allow_insecure=insecure)
        return
    from reconciler.emulator import EmulatorError, profile_settings, start  # noqa: PLC0415 - loads the HTTP server

    data = Path(DEFAULT_DATA if access.emulator is True else access.emulator)
    like = OPENAI if profile is GENERIC else profile  # the emulator has no server of which nothing is known
    try:
        emulator = start(profile_settings(like.name, data=data))
    except (EmulatorError, OSError) as error:
        raise EmulatorFailed(f"the emulator cannot start: {error}") from error
    with emulator:
        yield emulated(emulator.base_url, EMULATOR_KEY, emulator.identity, RealClock(), profile)

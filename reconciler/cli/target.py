"""From options and environment to the account that a command works on."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reconciler.cli.arguments import DEFAULT_DATA
from reconciler.control.account import DEFAULT_BASE_URL, account_from, emulated
from reconciler.control.clock import RealClock
from reconciler.ledger.ledger import Ledger
from reconciler.ledger.places import ledger_file
from reconciler.ledger.store import Place
from reconciler.model.errors import EmulatorFailed, UsageError
from reconciler.model.profile import GENERIC, OPENAI, PROFILES, Profile, profile_for

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from reconciler.cli.console import Console
    from reconciler.control.account import Account

NO_LEDGER = "none"
"""What `--ledger` takes for: remember nothing."""

EMULATOR_KEY = "emulator"
"""Any non-empty bearer token is accepted by the built-in emulator."""


def check_options(options: argparse.Namespace) -> None:
    """Refuses options that contradict one another.

    Raises:
        UsageError: two options cannot be meant together.
    """
    if options.base_url == "":
        raise UsageError("--base-url is empty: a variable that is not set?")
    if options.emulator and options.base_url:
        raise UsageError("--emulator and --base-url exclude each other")
    if options.emulator_data and not options.emulator:
        raise UsageError("--emulator-data needs --emulator")
    if getattr(options, "allow_busy", False) and options.busy_window is None:
        raise UsageError("--allow-busy needs --busy-window: without it nobody asks who uses a container")
    if getattr(options, "no_delete", False) and options.replace:
        raise UsageError("--no-delete and --replace exclude each other: a replace deletes the old container")
    ledger_place(options)


def ledger_place(options: argparse.Namespace) -> Place | None:
    """Where the ledger is kept; None where nothing is to be remembered.

    Raises:
        UsageError: a folder cannot be a ledger.
    """
    if options.ledger is None:
        return Place(ledger_file(os.environ), own=True)
    if options.ledger == NO_LEDGER:
        return None
    if Path(options.ledger).is_dir():
        raise UsageError(f"--ledger {options.ledger}: expected a file, found a folder")
    return Place(Path(options.ledger))


def profile_of(options: argparse.Namespace) -> Profile:
    """What is known of the target before anything is contacted."""
    if options.provider is not None:
        return PROFILES[options.provider]
    if getattr(options, "emulator", False):
        return OPENAI
    url = options.base_url or os.environ.get("OPENAI_BASE_URL") or DEFAULT_BASE_URL
    try:
        return profile_for(urlsplit(url).hostname or "")
    except ValueError:
        return OPENAI  # an impossible URL is refused when it is used


@contextmanager
def opened(options: argparse.Namespace, console: Console) -> Iterator[Account]:
    """Yields the account with its ledger, which is closed at the end; waits and warnings go to the console.

    Raises:
        InvalidInput: no key, or a base URL that cannot be used.
        EmulatorFailed: the emulator cannot start.
    """
    place = ledger_place(options)
    with _account(options) as account:
        ledger = Ledger() if place is None else Ledger.at(place, account.target, console.warn)
        with closing(ledger):
            yield replace(account, ledger=ledger, listen=console.progress)


@contextmanager
def _account(options: argparse.Namespace) -> Iterator[Account]:
    """Yields the account; with `--emulator`, runs the emulator for as long as it is used."""
    if not options.emulator:
        yield account_from(
            os.environ,
            options.base_url,
            RealClock(),
            profile_of(options),
            allow_insecure=options.allow_insecure_http,
        )
        return
    from reconciler.emulator import EmulatorError, profile_settings, start  # noqa: PLC0415 - loads the HTTP server

    data = Path(options.emulator_data or DEFAULT_DATA)
    profile = profile_of(options)
    like = OPENAI if profile is GENERIC else profile  # the emulator has no server of which nothing is known
    try:
        emulator = start(profile_settings(like.name, data=data))
    except (EmulatorError, OSError) as error:
        raise EmulatorFailed(f"the emulator cannot start: {error}") from error
    with emulator:
        yield emulated(emulator.base_url, EMULATOR_KEY, emulator.identity, RealClock(), profile)

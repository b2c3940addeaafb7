"""From options and environment to the account that a command works on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from reconciler.control import access
from reconciler.control.access import Access
from reconciler.control.clock import wall
from reconciler.ledger.forms import Forms
from reconciler.model.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from contextlib import AbstractContextManager

    from reconciler.cli.console import Console
    from reconciler.control.account import Account
    from reconciler.ledger.local_files import LocalFiles
    from reconciler.ledger.store import Place, Store
    from reconciler.model.profile import Profile


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


def access_of(options: argparse.Namespace) -> Access:
    """What the options of a command say about its account; some commands have only a few of them."""
    return Access(
        base_url=getattr(options, "base_url", None),
        provider=getattr(options, "provider", None),
        emulator=(options.emulator_data or True) if getattr(options, "emulator", False) else False,
        ledger=getattr(options, "ledger", None),
        allow_insecure_http=getattr(options, "allow_insecure_http", False),
    )


def ledger_place(options: argparse.Namespace) -> Place | None:
    """Where the ledger is kept; None where nothing is to be remembered.

    Raises:
        UsageError: a folder cannot be a ledger.
    """
    return access_of(options).ledger_place(os.environ)


def profile_of(options: argparse.Namespace) -> Profile:
    """What is known of the target before anything is contacted."""
    return access_of(options).profile(os.environ)


def remembering(options: argparse.Namespace, console: Console) -> AbstractContextManager[Store | None]:
    """The file of the ledger, which is closed at the end; warnings go to the console."""
    return access.remembering(access_of(options), os.environ, warn=console.warn)


def forms_of(store: Store | None) -> Forms | None:
    """What is remembered of manifests."""
    return None if store is None else Forms(store, wall())


def prints_of(store: Store | None) -> LocalFiles | None:
    """What is remembered of local files."""
    from reconciler.ledger.local_files import LocalFiles  # noqa: PLC0415 - `validate` reads no contents

    return None if store is None else LocalFiles(store, wall())


def opened(
    options: argparse.Namespace, console: Console, store: Store | None
) -> AbstractContextManager[Account]:
    """The account with its ledger, which is kept in an open file; waits go to the console.

    Raises:
        InvalidInput: no key, or a base URL that cannot be used.
        EmulatorFailed: the emulator cannot start.
    """
    return access.opened(
        access_of(options), os.environ, warn=console.warn, listen=console.progress, store=store
    )

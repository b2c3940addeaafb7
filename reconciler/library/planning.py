"""`plan` and `drift`: what would change, and what moved; neither has any way to change it."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from msgspec.structs import replace

from reconciler.control.access import Access, opened, remembering
from reconciler.control.checkout import commit_of
from reconciler.control.clock import wall
from reconciler.control.manifests import state_of
from reconciler.control.overlap import check_overlap
from reconciler.control.passes import Compare, Converge, prepare
from reconciler.control.requested import check_requested
from reconciler.control.secrets import Purpose, Values
from reconciler.ledger.local_files import LocalFiles
from reconciler.library.loading import loaded_of
from reconciler.library.options import Options
from reconciler.library.running import outside_of_loops
from reconciler.model.diagnostics import Diagnostic
from reconciler.planning.drift import drift_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.control.passes import Strategy
    from reconciler.ledger.store import Store
    from reconciler.library.loading import Manifests
    from reconciler.manifest import Loaded
    from reconciler.model.drift import DriftItem
    from reconciler.model.events import Event
    from reconciler.model.plan import Plan


def plan(
    manifests: Manifests | Loaded,
    access: Access | None = None,
    *,
    variables: Mapping[str, str] | None = None,
    options: Options | None = None,
    listen: Callable[[Event], None] | None = None,
    warn: Callable[[str], None] | None = None,
) -> Plan:
    """Tells what would change and why, and changes nothing; what a guard forbids is in the plan, too.

    Args:
        manifests: files and folders, or what `load` gave.
        access: the account; None for the one that the environment names.
        variables: text for variables; never with what `load` gave.
        options: what is selected, and what may happen to it.
        listen: told of waits.
        warn: told of what is wrong with this machine's ledger, once.

    Raises:
        InvalidManifests: there are errors in the manifests; nothing was contacted.
        ApiError: the account could not be read whole.
        ReconcilerError: see `reconciler.model.errors` for the others.
    """
    return outside_of_loops(
        lambda: _planned(Converge(), manifests, variables, access, options, listen=listen, warn=warn)
    )


def drift(
    manifests: Manifests | Loaded,
    access: Access | None = None,
    *,
    variables: Mapping[str, str] | None = None,
    options: Options | None = None,
    listen: Callable[[Event], None] | None = None,
    warn: Callable[[str], None] | None = None,
) -> tuple[DriftItem, ...]:
    """Tells what moved since the last apply, of every cause; nothing is changed. See `plan`."""
    return drift_of(
        outside_of_loops(
            lambda: _planned(Compare(), manifests, variables, access, options, listen=listen, warn=warn)
        )
    )


def _planned(
    strategy: Strategy,
    manifests: Manifests | Loaded,
    variables: Mapping[str, str] | None,
    access: Access | None,
    options: Options | None,
    *,
    listen: Callable[[Event], None] | None,
    warn: Callable[[str], None] | None,
) -> Plan:
    access, options = checked(access, options)
    loaded = loaded_of(manifests, variables, options)
    asked = options.of_pass(access.speed, loaded.reading)
    profile, warn = access.profile(os.environ), warn or ignore
    with remembering(access, os.environ, warn=warn) as store:
        prints, values = prints_of(store), Values(Purpose.COMPARE, os.environ)
        desired, found = state_of(
            loaded, profile, asked.policies, prints, strict=options.strict, values=values
        )
        check_requested(asked, desired)
        asked = replace(asked, commit=commit_of(desired.manifests))
        with opened(access, os.environ, warn=warn, listen=listen or ignore, store=store) as account:
            made = asyncio.run(prepare(desired, found, account, asked, strategy)).plan
            seen = (*made.diagnostics, *check_overlap(account, desired.scope))
    return replace(made, diagnostics=tuple(sorted(seen, key=Diagnostic.sort_key)))


def checked(access: Access | None, options: Options | None) -> tuple[Access, Options]:
    """Both with their defaults.

    Raises:
        UsageError: something in them cannot be meant.
    """
    access, options = access or Access(), options or Options()
    access.check()
    options.check()
    return access, options


def prints_of(store: Store | None) -> LocalFiles | None:
    """What is remembered of local files."""
    return None if store is None else LocalFiles(store, wall())


def ignore(said: object) -> None:
    """Hears of something, and does nothing."""
    del said

"""`reconciler list` and `resolve`: what stands under declared names, by the container list alone."""

from __future__ import annotations

import os
from shlex import quote
from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.api.errors import ProtocolError
from reconciler.cli.input_options import given_by
from reconciler.cli.interrupts import run_until_signal
from reconciler.cli.selection import reading_of, refuse_plans, speed_of
from reconciler.cli.target import check_options, forms_of, opened, prints_of, profile_of, remembering
from reconciler.control.overlap import check_overlap
from reconciler.control.requested import declared_as
from reconciler.control.secrets import Purpose, Values
from reconciler.control.standing import declared_set, look, nothing_alive
from reconciler.model.asked import Asked
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.errors import UsageError
from reconciler.model.result import Result
from reconciler.planning.policy import Policy
from reconciler.planning.standing import all_standings, standings_of
from reconciler.render.escape import safe
from reconciler.render.target_text import target_text

if TYPE_CHECKING:
    import argparse

    from reconciler.cli.console import Console
    from reconciler.model.live import LiveState
    from reconciler.model.plan import Target
    from reconciler.model.profile import Profile
    from reconciler.model.scope import Desired


class _Looked(Struct, frozen=True):
    """A set, the account as it was seen, and what is worth knowing of either."""

    desired: Desired
    live: LiveState
    target: Target
    profile: Profile
    found: tuple[Diagnostic, ...]
    overlaps: tuple[Diagnostic, ...]


def list_names(options: argparse.Namespace, console: Console) -> Result:
    """`reconciler list`."""
    seen = _look(options, console)
    asked = Asked(exclude=tuple(options.exclude))
    policy = Policy(seen.profile, names=tuple(options.name), asked=asked)
    standings, told = all_standings(seen.desired, seen.live, policy)
    found = _sorted(*seen.overlaps, *told, *seen.found)
    return Result("list", diagnostics=found, touched=seen.live.touched, standings=standings)


def resolve(options: argparse.Namespace, console: Console) -> Result:
    """`reconciler resolve`."""
    if not options.wanted:
        raise UsageError("NAME is empty: a variable that is not set?")
    seen = _look(options, console, options.wanted)
    entry = declared_as(options.wanted, seen.desired)
    standings, told = standings_of(entry, seen.desired, seen.live, seen.profile)
    chosen = standings[0]
    error = None
    if chosen.container_id is None:
        error = nothing_alive(chosen, target_text(seen.target), _apply(options))
    else:
        _check_id(chosen.container_id)
    return Result(
        "resolve",
        diagnostics=_sorted(*told, *seen.found),
        error=error,
        touched=seen.live.touched,
        standings=(chosen,),
    )


def _look(options: argparse.Namespace, console: Console, wanted: str | None = None) -> _Looked:
    """Loads the manifests and lists the account; a wanted name that is not declared is told before."""
    check_options(options)
    refuse_plans(options)
    with remembering(options, console) as store:
        desired, found = declared_set(
            options.paths,
            profile_of(options),
            prints_of(store),
            reading=reading_of(options),
            given=given_by(options),
            strict=options.strict,
            forms=forms_of(store),
            values=Values(Purpose.COMPARE, os.environ),
        )
        if wanted is not None:
            declared_as(wanted, desired)
        with opened(options, console, store) as account:
            live = run_until_signal(look(desired, account, speed_of(options)))
            overlaps = check_overlap(account, desired.scope)
            return _Looked(desired, live, account.target, account.profile, found, overlaps)


def _sorted(*found: Diagnostic) -> tuple[Diagnostic, ...]:
    return tuple(sorted(found, key=Diagnostic.sort_key))


def _check_id(container_id: str) -> None:
    """Refuses to print what whoever reads it would take for another id, or for more than one.

    Raises:
        ProtocolError: the id holds blanks or what a terminal acts on.
    """
    if safe(container_id) != container_id or container_id.split() != [container_id]:
        raise ProtocolError(f"the server sent an id that cannot be printed as one word: {container_id!r:.80}")


def _apply(options: argparse.Namespace) -> str:
    """The `apply` of the same manifests on the same account; the text of a variable may be a secret."""
    words = ["reconciler apply", *map(quote, options.paths)]
    words += [f"--var {quote(name)}=..." for name, _ in options.var]
    words += [f"--var-file {quote(path)}" for path in options.var_file]
    words += ["--emulator"] if options.emulator else []
    for option in ("base", "emulator_data", "base_url"):
        value = getattr(options, option)
        words += [f"--{option.replace('_', '-')} {quote(value)}"] if value else []
    return " ".join(words)

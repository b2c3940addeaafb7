"""`reconciler history`, `ledger show` and `ledger clear`: what is remembered, and how it is forgotten.

They contact nothing, and work on the whole file, whatever accounts it is about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli.target import ledger_place
from reconciler.ledger.clear import clear, clear_prefix
from reconciler.ledger.report import read_report, read_runs
from reconciler.model.diagnostics import Diagnostic, Severity
from reconciler.model.errors import UsageError
from reconciler.model.result import Result

if TYPE_CHECKING:
    import argparse

    from reconciler.cli.console import Console
    from reconciler.ledger.store import Place
    from reconciler.model.history import LedgerReport

NAMED = 10
"""How many forgotten creates a warning names."""


def history(options: argparse.Namespace, console: Console) -> Result:
    """`reconciler history`."""
    del console
    return Result(options.command, runs=read_runs(_place(options), options.limit))


def show_ledger(options: argparse.Namespace, console: Console) -> Result:
    """`reconciler ledger show`."""
    del console
    return Result(options.command, ledger=read_report(_place(options)))


def clear_ledger(options: argparse.Namespace, console: Console) -> Result:
    """`reconciler ledger clear`."""
    del console
    place = _place(options)
    if options.prefix is not None:
        return Result(options.command, ledger=clear_prefix(place, options.prefix))
    forgotten = clear(place)
    return Result(options.command, ledger=forgotten, diagnostics=_lost(forgotten))


def _place(options: argparse.Namespace) -> Place:
    place = ledger_place(options)
    if place is None:
        raise UsageError(f"`{options.command}` needs a ledger, and `--ledger none` is none")
    return place


def _lost(forgotten: LedgerReport) -> tuple[Diagnostic, ...]:
    """Warns about what no later run can find out."""
    names = [intent.name for target in forgotten.targets for intent in target.intents]
    if forgotten.damaged:
        text = "whether it knew of creates whose fate is unknown cannot be told; the next apply does not"
    elif names:
        what = "a create" if len(names) == 1 else f"{len(names)} creates"
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        text = f"the next apply cannot know of {what} whose fate is unknown: {', '.join(names[:NAMED])}{more}"
    else:
        return ()
    hint = "where one happened after all, the next plan shows a copy too many (`duplicate`)"
    return (Diagnostic(Severity.WARNING, "forgotten-intents", text, hint=hint),)

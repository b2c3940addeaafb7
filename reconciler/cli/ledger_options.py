"""The options of `reconciler history` and `reconciler ledger`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli.arguments import Parser, add_command, add_ledger_file, add_output, whole

if TYPE_CHECKING:
    import argparse

DEFAULT_LIMIT = 20


def add_history(commands: argparse._SubParsersAction[Parser]) -> None:
    """`reconciler history`."""
    parser = add_command(
        commands, "history", "list the runs that could change something", "reconciler history --limit 5"
    )
    parser.add_argument(
        "--limit",
        metavar="N",
        type=_limit,
        default=DEFAULT_LIMIT,
        help="how many, the last ones first (default: %(default)s)",
    )
    add_ledger_file(parser)
    add_output(parser)


def add_ledger(commands: argparse._SubParsersAction[Parser]) -> None:
    """`reconciler ledger show` and `reconciler ledger clear`; each is known to the rest by both words."""
    parser = add_command(
        commands, "ledger", "show or clear what runs remember of accounts", "reconciler ledger show"
    )
    actions = parser.add_subparsers(dest="command", metavar="ACTION", required=True, parser_class=Parser)
    show = add_command(actions, "show", "show what is remembered", "reconciler ledger show --format json")
    show.set_defaults(command="ledger show")
    add_ledger_file(show)
    add_output(show)
    clear = add_command(
        actions,
        "clear",
        "forget everything, or one scope",
        "reconciler ledger clear --prefix ci-old-",
    )
    clear.set_defaults(command="ledger clear")
    clear.add_argument(
        "--prefix", metavar="PREFIX", help="only this scope, so that others may overlap with it"
    )
    add_ledger_file(clear)
    add_output(clear)


def _limit(text: str) -> int:
    return whole(text, 1, 1_000_000)

"""Where each command lives; what one imports is loaded by it alone."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from reconciler.cli.console import Console
    from reconciler.model.result import Result

COMMANDS = {
    "init": "starting:init",
    "validate": "validating:validate",
    "fmt": "layout:fmt",
    "plan": "commands:plan",
    "drift": "commands:drift",
    "list": "listing:list_names",
    "resolve": "listing:resolve",
    "apply": "changes:apply",
    "destroy": "changes:destroy",
    "show": "commands:show",
    "explain": "explaining:explain",
    "history": "ledger:history",
    "ledger show": "ledger:show_ledger",
    "ledger clear": "ledger:clear_ledger",
}
"""The module in this package and the function of each command."""


def command_of(name: str) -> Callable[[argparse.Namespace, Console], Result]:
    """The command of this name: it turns options into one `Result`."""
    module, function = COMMANDS[name].split(":")
    found = getattr(import_module(f"reconciler.cli.{module}"), function)
    return cast("Callable[[argparse.Namespace, Console], Result]", found)

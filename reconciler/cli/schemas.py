"""`reconciler schema`: the published schemas, for editors and for whoever reads our JSON.

What is printed is the schema itself and nothing around it, so there is no --format.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from reconciler.cli.arguments import add_command

if TYPE_CHECKING:
    import argparse

    from reconciler.cli.arguments import Parser

NAMES = ("manifest", "plan", "result", "container")
"""Each in its first version."""


def add_schema(commands: argparse._SubParsersAction[Parser]) -> None:
    """The grammar of the command."""
    parser = add_command(
        commands,
        "schema",
        "print a JSON Schema: of manifests, saved plans, results, or containers as policies see them",
        "reconciler schema manifest",
    )
    parser.add_argument(
        "name", metavar="NAME", nargs="?", choices=NAMES, default=NAMES[0], help=", ".join(NAMES)
    )


def print_schema(options: argparse.Namespace) -> int:
    """Prints one and returns the exit code."""
    from reconciler.cli.console import Console, OutputClosed  # noqa: PLC0415 - the grammar alone needs none
    from reconciler.manifest import published  # noqa: PLC0415 - as above

    console = Console(os.environ, colour=False, form="text")
    try:
        console.out(published(f"{options.name}.v1.json").splitlines())
    except OutputClosed as error:
        console.err(f"reconciler: {error}")
        return int(error.exit_code)
    return 0

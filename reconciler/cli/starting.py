"""`reconciler init`: its grammar, and what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli.arguments import Parser, add_command, add_output

if TYPE_CHECKING:
    import argparse

    from reconciler.cli.console import Console
    from reconciler.model.result import Result


def add_init(commands: argparse._SubParsersAction[Parser]) -> None:
    """The grammar of `init`."""
    parser = add_command(
        commands,
        "init",
        "write a first manifest that validates, and explains itself",
        "reconciler init manifests\n         reconciler plan manifests --emulator",
    )
    parser.add_argument(
        "folder", metavar="DIR", nargs="?", default=".", help="where to, made if it is not there (default: .)"
    )
    add_output(parser)


def init(options: argparse.Namespace, console: Console) -> Result:
    """`reconciler init`."""
    from reconciler.control.starting import start  # noqa: PLC0415 - the grammar alone needs none of it
    from reconciler.model.result import Result  # noqa: PLC0415 - as above
    from reconciler.render.escape import safe  # noqa: PLC0415 - as above

    created = start(options.folder)
    console.err(f"next: reconciler plan {safe(options.folder)} --emulator")
    return Result("init", created=created)

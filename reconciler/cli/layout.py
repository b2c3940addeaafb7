"""`reconciler fmt`: its grammar, and what it does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from reconciler.cli.arguments import Parser, add_command, add_output, add_paths
from reconciler.model.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from reconciler.cli.console import Console
    from reconciler.model.result import Result


def add_fmt(commands: argparse._SubParsersAction[Parser]) -> None:
    """The grammar of `fmt`."""
    parser = add_command(
        commands,
        "fmt",
        "lay manifests out in one way, comments and quotes kept",
        "reconciler fmt manifests\n         reconciler fmt --check --diff manifests",
    )
    add_paths(parser, "manifest or folder of manifests; - alone reads one and writes it to stdout")
    parser.add_argument(
        "--check", action="store_true", help="change nothing; exit with 2 where a file would change"
    )
    parser.add_argument("--diff", action="store_true", help="change nothing; show what would change")
    add_output(parser)


def fmt(options: argparse.Namespace, console: Console) -> Result:
    """`reconciler fmt`."""
    from reconciler.cli.selection import refuse_plans  # noqa: PLC0415 - the grammar alone needs none of it
    from reconciler.control.layout import STDIN, Layout, lay_out_files, lay_out_text  # noqa: PLC0415 - as above
    from reconciler.model.result import Result  # noqa: PLC0415 - as above

    del console
    refuse_plans(options)
    what = Layout(write=not (options.check or options.diff), diff=options.diff)
    if STDIN not in options.paths:
        files = lay_out_files(options.paths, what)
    elif len(options.paths) > 1:
        raise UsageError("- stands alone: what is read from standard input is written to standard output")
    else:
        files = (lay_out_text(sys.stdin.buffer.read(), what),)
    signal = options.check and any(file.changed for file in files)
    return Result("fmt", formatted=files, signal=signal)

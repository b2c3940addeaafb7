"""One way in and one way out: parse, run the command, print its result, return its exit code."""

from __future__ import annotations

import os
import sys
from itertools import pairwise
from typing import TYPE_CHECKING

from reconciler import __version__

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from reconciler.cli.arguments import CommandLineError
    from reconciler.cli.console import Console
    from reconciler.model.result import Result


def run(arguments: Sequence[str]) -> int:
    """Runs one command line and returns its exit code."""
    if list(arguments) == ["--version"]:  # what asks every program for it should not wait for a grammar
        sys.stdout.write(f"reconciler {__version__}\n")
        return 0
    from reconciler.cli.arguments import CommandLineError  # noqa: PLC0415 - see above
    from reconciler.cli.parser import build  # noqa: PLC0415 - as above

    try:
        options = build().parse_args(arguments)
    except CommandLineError as error:
        return _misused(error, arguments)
    if options.command == "emulator":
        from reconciler.cli.emulator import serve  # noqa: PLC0415 - loaded once it is asked for

        return serve(options)
    if options.command == "schema":
        from reconciler.cli.schemas import print_schema  # noqa: PLC0415 - as above

        return print_schema(options)
    from reconciler.cli.console import Console  # noqa: PLC0415 - `--version` and `--help` end above
    from reconciler.cli.output import finish  # noqa: PLC0415 - as above

    console = Console(
        os.environ, colour=not options.no_color, form=options.format, most=options.max_diagnostics
    )
    return finish(_result(options, console), console)


def _result(options: argparse.Namespace, console: Console) -> Result:
    from reconciler.cli.interrupts import Interrupted, ignore_signals  # noqa: PLC0415 - as above
    from reconciler.cli.table import command_of  # noqa: PLC0415 - `--version` and `--help` end before
    from reconciler.control.manifests import InvalidManifests  # noqa: PLC0415 - as above
    from reconciler.model.errors import ReconcilerError  # noqa: PLC0415 - as above
    from reconciler.model.result import Result  # noqa: PLC0415 - as above

    try:
        return command_of(options.command)(options, console)
    except InvalidManifests as error:
        return Result(options.command, diagnostics=error.diagnostics)
    except ReconcilerError as error:
        return Result(options.command, error=error)
    except KeyboardInterrupt:  # outside of the network core, where nothing is ever changed
        return Result(options.command, error=Interrupted("interrupted; nothing was changed"))
    finally:
        ignore_signals()


def _misused(error: CommandLineError, arguments: Sequence[str]) -> int:
    """Reports a wrong command line, in the format that was asked for too."""
    from reconciler.cli.arguments import FORMS  # noqa: PLC0415 - as above
    from reconciler.cli.forms import written  # noqa: PLC0415 - as above
    from reconciler.model.errors import UsageError  # noqa: PLC0415 - as above
    from reconciler.model.result import Result  # noqa: PLC0415 - as above
    from reconciler.render.escape import safe  # noqa: PLC0415 - as above

    sys.stderr.write(f"{error.usage}{error.prog}: error: {safe(str(error), 400)}\n")
    command = error.prog.partition(" ")[2] or error.prog
    result = Result(command, error=UsageError(str(error)))
    for form in FORMS:
        if f"--format={form}" in arguments or ("--format", form) in pairwise(arguments):
            sys.stdout.writelines(f"{line}\n" for line in written(result, form))
    return int(result.exit_code)

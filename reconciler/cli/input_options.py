"""What manifests are given: variables, and the folder of a manifest from standard input."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from reconciler.cli.arguments import file_name

if TYPE_CHECKING:
    from reconciler.cli.arguments import Parser
    from reconciler.manifest.given import Given


def add_inputs(parser: Parser) -> None:
    """What sets variables, and where sources of standard input lie."""
    group = parser.add_argument_group(
        "variables",
        "The first that has a variable counts: --var, --var-file, RECONCILER_VAR_name, its default.",
    )
    group.add_argument(
        "--var",
        metavar="NAME=TEXT",
        type=_variable,
        action="append",
        default=[],
        help="text for ${NAME} (repeatable)",
    )
    group.add_argument(
        "--var-file",
        metavar="FILE",
        type=file_name,
        action="append",
        default=[],
        help="YAML file of variables, `NAME: text` (repeatable, the last one counts)",
    )
    group.add_argument(
        "--base", metavar="DIR", help="folder that sources of a manifest from standard input are relative to"
    )


def given_by(options: argparse.Namespace) -> Given:
    """What the command line, the environment and standard input give."""
    from reconciler.manifest.given import Given  # noqa: PLC0415 - `--help` has nothing to give

    stdin = getattr(sys.stdin, "buffer", None)
    return Given(tuple(options.var), tuple(options.var_file), os.environ, stdin, options.base)


def _variable(text: str) -> tuple[str, str]:
    """A name and its text. No message repeats either: a text may be a secret."""
    name, equals, value = text.partition("=")
    if not (name and equals):
        message = "expected NAME=TEXT, such as region=eu"
        raise argparse.ArgumentTypeError(message)
    return name, value

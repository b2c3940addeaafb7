"""The options of `reconciler list` and `reconciler resolve`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli.arguments import (
    Parser,
    add_command,
    add_names,
    add_output,
    add_paths,
    add_reading,
    add_strict,
    add_target,
)
from reconciler.cli.input_options import add_inputs

if TYPE_CHECKING:
    import argparse


def add_list(commands: argparse._SubParsersAction[Parser]) -> None:
    """The grammar of `list`."""
    parser = add_command(
        commands,
        "list",
        "list declared names with the ids of their containers, and what else lives in the scope",
        "reconciler list manifests\n         reconciler list manifests --name 'ci-*' --format json",
    )
    add_paths(parser)
    add_inputs(parser)
    add_strict(parser)
    add_names(parser)
    _finish(parser)


def add_resolve(commands: argparse._SubParsersAction[Parser]) -> None:
    """The grammar of `resolve`."""
    parser = add_command(
        commands,
        "resolve",
        "print the id of the container to use for one declared name; exit with 1 where none is alive",
        "reconciler resolve ci-analysis manifests\n"
        '         ID=$(reconciler resolve ci-analysis manifests) && echo "$ID"',
    )
    parser.add_argument("wanted", metavar="NAME", help="the declared name of one container")
    add_paths(parser)
    add_inputs(parser)
    add_strict(parser)
    _finish(parser)


def _finish(parser: Parser) -> None:
    add_target(parser)
    add_reading(parser)
    add_output(parser)

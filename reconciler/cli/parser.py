"""The grammar of the command line. Usage errors end with 64: 2 means that changes are pending."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler import __version__
from reconciler.cli.arguments import (
    Parser,
    add_busy_window,
    add_command,
    add_guards,
    add_ledger_file,
    add_lock,
    add_names,
    add_output,
    add_paths,
    add_policy,
    add_provider,
    add_reading,
    add_refresh,
    add_selection,
    add_skip_blocked,
    add_strict,
    add_target,
    bare_parser,
    file_name,
    port,
)
from reconciler.cli.emulator_options import add_emulator_options
from reconciler.cli.input_options import add_inputs
from reconciler.cli.layout import add_fmt
from reconciler.cli.ledger_options import add_history, add_ledger
from reconciler.cli.listing_options import add_list, add_resolve
from reconciler.cli.review_options import add_conditions, add_max_cost
from reconciler.cli.schemas import add_schema
from reconciler.cli.starting import add_init

if TYPE_CHECKING:
    import argparse

EXIT_CODES = """\
exit codes:
  0 done or nothing to do    1 error                 2 changes pending (drift, --detailed-exitcode)
  3 invalid manifest or key  4 refused               5 the saved plan no longer covers what would be done
  6 applied in part          7 locked by another run 64 usage                130 interrupted
"""


def build() -> Parser:
    """Builds the whole parser."""
    parser = bare_parser(
        prog="reconciler",
        description="Keeps OpenAI-compatible containers equal to YAML manifests.",
        epilog=f"example: reconciler plan examples/quickstart --emulator\n\n{EXIT_CODES}",
    )
    parser.add_argument("--version", action="version", version=f"reconciler {__version__}")
    commands = parser.add_subparsers(
        dest="command",
        metavar="COMMAND",
        required=True,
        parser_class=Parser,
        prog=parser.prog,  # else it is formatted, for which argparse loads three compressors
    )
    add_init(commands)
    _validate(commands)
    add_fmt(commands)
    _plan(commands)
    _apply(commands)
    _show(commands)
    _drift(commands)
    add_list(commands)
    add_resolve(commands)
    _destroy(commands)
    add_history(commands)
    add_ledger(commands)
    _explain(commands)
    add_schema(commands)
    _emulator(commands)
    return parser


def _validate(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = add_command(
        commands,
        "validate",
        "check manifests offline, all problems at once",
        "reconciler validate examples/quickstart\n"
        "         reconciler validate manifests --provider azure --policy policies\n"
        "         reconciler validate manifests --format github --strict",
    )
    add_paths(parser)
    add_inputs(parser)
    add_strict(parser)
    parser.add_argument("--base-url", metavar="URL", help="the target whose limits are checked")
    add_provider(parser)
    add_policy(parser)
    add_reading(parser)
    add_ledger_file(parser)
    add_output(parser, "sarif", "github")


def _plan(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = add_command(
        commands,
        "plan",
        "show what would change and why",
        "reconciler plan manifests -o change.plan.json --detailed-exitcode\n"
        "         reconciler plan manifests --policy policies --policy budget.json",
    )
    add_paths(parser)
    add_inputs(parser)
    add_strict(parser)
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=file_name, help="save the plan, for `apply FILE`"
    )
    parser.add_argument(
        "--detailed-exitcode", action="store_true", help="exit with 2 where changes are pending"
    )
    add_policy(parser)
    add_max_cost(parser)
    add_selection(parser)
    add_guards(parser)
    add_refresh(parser)
    add_target(parser)
    add_reading(parser)
    add_output(parser)


def _apply(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = add_command(
        commands,
        "apply",
        "carry out what plan shows, from manifests or from a saved plan",
        "reconciler apply manifests --auto-approve",
    )
    add_paths(
        parser,
        "manifest, folder of manifests, - for standard input, or one saved plan (followed by - where it was "
        "made with that, and by manifests of it that lie elsewhere)",
    )
    add_inputs(parser)
    add_strict(parser)
    parser.add_argument("--auto-approve", action="store_true", help="do not ask before changing anything")
    add_conditions(parser)
    add_max_cost(parser)
    add_lock(parser)
    add_policy(parser)
    add_selection(parser)
    add_guards(parser)
    add_skip_blocked(parser)
    add_refresh(parser)
    add_target(parser)
    add_reading(parser)
    add_output(parser)


def _show(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = add_command(commands, "show", "render a saved plan", "reconciler show change.plan.json")
    parser.add_argument("plan", metavar="PLANFILE", help="a file written by `plan -o`")
    add_output(parser)


def _drift(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = add_command(
        commands,
        "drift",
        "tell what moved since the last apply, changing nothing",
        "reconciler drift manifests --fail-on expired",
    )
    add_paths(parser)
    add_inputs(parser)
    add_strict(parser)
    parser.add_argument(
        "--fail-on",
        metavar="CAUSE",
        action="append",
        default=[],
        choices=("expired", "unmanaged"),
        help="exit with 2 on this cause too: expired, unmanaged (repeatable)",
    )
    add_names(parser)
    add_busy_window(parser, "mark what moved in containers that others used within this time, such as 10m")
    add_refresh(parser)
    add_target(parser)
    add_reading(parser)
    add_output(parser)


def _destroy(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = add_command(
        commands,
        "destroy",
        "delete the declared containers, and undeclared ones in scope under prune",
        "reconciler destroy manifests --auto-approve",
    )
    add_paths(parser)
    add_inputs(parser)
    add_strict(parser)
    parser.add_argument("--auto-approve", action="store_true", help="do not ask before deleting anything")
    add_lock(parser)
    add_selection(parser)
    add_skip_blocked(parser)
    add_target(parser)
    add_reading(parser)
    add_output(parser)


def _explain(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = add_command(
        commands,
        "explain",
        "say in plain words what a code means: of a problem, a reason, an error, an exit",
        "reconciler explain duplicate-key\n         reconciler explain exit-codes",
    )
    parser.add_argument(
        "code", metavar="CODE", nargs="?", help="a code, or exit-codes (default: list every code)"
    )
    add_output(parser)


def _emulator(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = add_command(
        commands,
        "emulator",
        "serve the API on this machine, for trying plans and testing clients",
        "reconciler emulator --port 8080 --data emulator.db",
    )
    parser.add_argument("--port", type=port, default=8080, help="port, 0 for any (default: %(default)s)")
    add_emulator_options(parser)

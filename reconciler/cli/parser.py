"""The grammar of the command line. Usage errors end with 64: 2 means that changes are pending."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, NoReturn

from reconciler import __version__
from reconciler.cli.emulator_options import add_emulator_options

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_DATA = ".reconciler/emulator.db"
DEFAULT_PARALLELISM = 16
MOST_PARALLELISM = 1000
LONGEST_WINDOW = 365 * 24 * 3600
"""Seconds of a busy window."""

_UNITS = {"s": 1, "m": 60, "h": 3600}

EXIT_CODES = """\
exit codes:
  0 done or nothing to do    1 error                 2 changes pending (drift, --detailed-exitcode)
  3 invalid manifest or key  4 refused               5 the saved plan no longer covers what would be done
  6 applied in part          7 locked by another run 64 usage                130 interrupted
"""


class CommandLineError(Exception):
    """The command line is wrong; `usage` is what to print before the message."""

    def __init__(self, message: str, usage: str, prog: str) -> None:
        super().__init__(message)
        self.usage = usage
        self.prog = prog


class Parser(argparse.ArgumentParser):
    """argparse that raises instead of exiting with 2."""

    def error(self, message: str) -> NoReturn:
        """Raises `CommandLineError`."""
        raise CommandLineError(message, self.format_usage(), self.prog)

    def parse_known_args(  # type: ignore[override]  # argparse's two overloads, of which this is what is used
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Refuses what is unknown at once: handed on, a command's options end with the usage of the root."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found, []


def build() -> Parser:
    """Builds the whole parser."""
    parser = _parser(
        prog="reconciler",
        description="Keeps OpenAI-compatible containers equal to YAML manifests.",
        epilog=f"example: reconciler plan examples/quickstart --emulator\n\n{EXIT_CODES}",
    )
    parser.add_argument("--version", action="version", version=f"reconciler {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    _validate(commands)
    _plan(commands)
    _apply(commands)
    _show(commands)
    _drift(commands)
    _destroy(commands)
    _emulator(commands)
    return parser


def _parser(**options: str) -> Parser:
    return Parser(
        **options,  # type: ignore[arg-type]  # prog, description and epilog, all text
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _add(commands: argparse._SubParsersAction[Parser], name: str, what: str, example: str) -> Parser:
    return commands.add_parser(
        name,
        help=what,
        description=f"{what[0].upper()}{what[1:]}.",
        epilog=f"example: {example}",
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _validate(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = _add(
        commands,
        "validate",
        "check manifests offline, all problems at once",
        "reconciler validate examples/quickstart",
    )
    _paths(parser)
    parser.add_argument("--base-url", metavar="URL", help="the target whose limits are checked")
    _output(parser)


def _plan(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = _add(
        commands,
        "plan",
        "show what would change and why",
        "reconciler plan manifests -o change.plan.json --detailed-exitcode",
    )
    _paths(parser)
    parser.add_argument("-o", "--output", metavar="FILE", type=_file, help="save the plan, for `apply FILE`")
    parser.add_argument(
        "--detailed-exitcode", action="store_true", help="exit with 2 where changes are pending"
    )
    _selection(parser)
    _target(parser)
    _output(parser)


def _apply(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = _add(
        commands,
        "apply",
        "carry out what plan shows, from manifests or from a saved plan",
        "reconciler apply manifests --auto-approve",
    )
    _paths(parser, "manifest, folder of manifests, or one saved plan")
    parser.add_argument("--auto-approve", action="store_true", help="do not ask before changing anything")
    _lock(parser)
    _selection(parser)
    _target(parser)
    _output(parser)


def _show(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = _add(commands, "show", "render a saved plan", "reconciler show change.plan.json")
    parser.add_argument("plan", metavar="PLANFILE", help="a file written by `plan -o`")
    _output(parser)


def _drift(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = _add(
        commands,
        "drift",
        "tell what moved since the last apply, changing nothing",
        "reconciler drift manifests --fail-on expired",
    )
    _paths(parser)
    parser.add_argument(
        "--fail-on",
        metavar="CAUSE",
        action="append",
        default=[],
        choices=("expired", "unmanaged"),
        help="exit with 2 on this cause too: expired, unmanaged (repeatable)",
    )
    _names(parser)
    _busy_window(parser, "mark what moved in containers that others used within this time, such as 10m")
    _target(parser)
    _output(parser)


def _destroy(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = _add(
        commands,
        "destroy",
        "delete the declared containers, and undeclared ones in scope under prune",
        "reconciler destroy manifests --auto-approve",
    )
    _paths(parser)
    parser.add_argument("--auto-approve", action="store_true", help="do not ask before deleting anything")
    _lock(parser)
    _selection(parser)
    _target(parser)
    _output(parser)


def _emulator(commands: argparse._SubParsersAction[Parser]) -> None:
    parser = _add(
        commands,
        "emulator",
        "serve the API on this machine, for trying plans and testing clients",
        "reconciler emulator --port 8080 --data emulator.db",
    )
    parser.add_argument("--port", type=_port, default=8080, help="port, 0 for any (default: %(default)s)")
    add_emulator_options(parser)


def _paths(parser: Parser, what: str = "manifest or folder of manifests") -> None:
    parser.add_argument("paths", metavar="PATH", nargs="+", help=what)


def _names(parser: Parser) -> None:
    parser.add_argument(
        "--name",
        metavar="GLOB",
        action="append",
        default=[],
        help="only containers of these names (repeatable)",
    )


def _selection(parser: Parser) -> None:
    _names(parser)
    parser.add_argument(
        "--adopt",
        action="store_true",
        help="without scope.prefix: replace and delete containers that exist already, too",
    )
    _busy_window(
        parser,
        "leave containers that others used within this time, such as 10m: what would replace or delete one "
        "is shown and waits (default: nobody asks)",
    )
    parser.add_argument(
        "--allow-busy", action="store_true", help="with --busy-window: only say so, and do it all the same"
    )


def _busy_window(parser: Parser, what: str) -> None:
    parser.add_argument("--busy-window", metavar="DURATION", type=_window, help=what)


def _target(parser: Parser) -> None:
    group = parser.add_argument_group(
        "target", "OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_ORG_ID and OPENAI_PROJECT_ID are read."
    )
    group.add_argument("--base-url", metavar="URL", help="default: OPENAI_BASE_URL, or the OpenAI API")
    group.add_argument("--emulator", action="store_true", help="use the built-in emulator; needs no key")
    group.add_argument(
        "--emulator-data", metavar="FILE", help=f"where the emulator keeps its data (default: {DEFAULT_DATA})"
    )
    group.add_argument(
        "--allow-insecure-http", action="store_true", help="send the key over plain http beyond this machine"
    )
    group.add_argument(
        "--parallelism",
        metavar="N",
        type=_parallelism,
        default=DEFAULT_PARALLELISM,
        help="requests at once (default: %(default)s)",
    )
    group.add_argument(
        "--rpm",
        metavar="N",
        type=_rpm,
        help="requests a minute at most (default: learned from what the server refuses)",
    )


def _lock(parser: Parser) -> None:
    parser.add_argument(
        "--lock-timeout",
        metavar="DURATION",
        type=_duration,
        default=0.0,
        help="how long to wait for another run on this scope, such as 30s or 5m (default: not at all)",
    )


def _output(parser: Parser) -> None:
    group = parser.add_argument_group("output")
    group.add_argument(
        "--format", choices=("text", "json"), default="text", help="on stdout (default: %(default)s)"
    )
    group.add_argument("--no-color", action="store_true", help="no colours; NO_COLOR does the same")


def _file(text: str) -> str:
    if text in {"", "-"}:
        message = f"expected the name of a file, found {text!r}"
        raise argparse.ArgumentTypeError(message)
    return text


def _parallelism(text: str) -> int:
    return _whole(text, 1, MOST_PARALLELISM)


def _rpm(text: str) -> int:
    return _whole(text, 1, 1_000_000)


def _port(text: str) -> int:
    return _whole(text, 0, 65535)


def _duration(text: str) -> float:
    """Seconds of `90`, `90s`, `5m` or `1h`."""
    unit = text[-1:] if text[-1:] in _UNITS else ""
    number = text.removesuffix(unit) if unit else text
    if not (number.isascii() and number.isdigit()):
        message = f"expected a duration such as 30s, 5m or 1h, found {text!r}"
        raise argparse.ArgumentTypeError(message)
    return float(number) * _UNITS.get(unit, 1)


def _window(text: str) -> int:
    """Whole seconds of a duration, at least one and at most a year."""
    seconds = _duration(text)
    if not 1 <= seconds <= LONGEST_WINDOW:
        message = f"expected a duration from 1s to {LONGEST_WINDOW // _UNITS['h']}h, found {text!r}"
        raise argparse.ArgumentTypeError(message)
    return int(seconds)


def _whole(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and least <= int(text[:20]) <= most):
        message = f"expected a whole number from {least} to {most}, found {text!r}"
        raise argparse.ArgumentTypeError(message)
    return int(text)

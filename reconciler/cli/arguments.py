"""What grammars of commands are made of: the parser, options that several share, types of values."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, NoReturn

from reconciler.model.asked import MAX_FILE_SIZE

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_DATA = ".reconciler/emulator.db"
DEFAULT_PARALLELISM = 16
MOST_PARALLELISM = 1000
PROVIDERS = ("openai", "azure", "oci", "litellm", "generic")
FORMS = ("json", "sarif", "github")
"""Formats for programs."""

LONGEST_WINDOW = 365 * 24 * 3600
"""Seconds of a busy window."""

LARGEST_SIZE = 1024**5
"""Bytes that `--max-file-size` takes."""

_UNITS = {"s": 1, "m": 60, "h": 3600}
_SIZES = {"k": 1024, "m": 1024**2, "g": 1024**3}


_NO_COMMAND = re.compile(r"^(argument COMMAND: invalid choice): '(?![a-z-]{1,20}')[^\n]*?' (?=\(choose)")
_UNNAMED = r"\1 "
"""What stands where a command should may be the value of an option that came too early."""


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
        raise CommandLineError(_NO_COMMAND.sub(_UNNAMED, message), self.format_usage(), self.prog)

    def parse_known_args(  # type: ignore[override]  # argparse's two overloads, of which this is what is used
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Refuses what is unknown at once: handed on, a command's options end with the usage of the root."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(_named(unknown))}")
        return found, []


def _named(unknown: list[str]) -> list[str]:
    """Unknown options by their names alone: their values may be secrets, as in `--api-key sk-...`."""
    options = (argument.partition("=")[0] for argument in unknown if argument.startswith("-"))
    return [option if option.startswith("--") else option[:2] for option in options] or unknown


def bare_parser(**options: str) -> Parser:
    """A parser that takes no abbreviations."""
    return Parser(
        **options,  # type: ignore[arg-type]  # prog, description and epilog, all text
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_command(commands: argparse._SubParsersAction[Parser], name: str, what: str, example: str) -> Parser:
    """Adds a command with its help: what it does, and an example."""
    return commands.add_parser(
        name,
        help=what,
        description=f"{what[0].upper()}{what[1:]}.",
        epilog=f"example: {example}",
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_paths(parser: Parser, what: str = "manifest, folder of manifests, or - for standard input") -> None:
    """The manifests."""
    parser.add_argument("paths", metavar="PATH", nargs="+", help=what)


def add_strict(parser: Parser) -> None:
    """How much a warning weighs."""
    parser.add_argument(
        "--strict",
        action="store_true",
        help="treat warnings about the manifests as errors; one that is meant is allowed by a comment on its "
        "line: # reconciler: allow CODE -- reason",
    )


def add_reading(parser: Parser) -> None:
    """How manifests are read; a saved plan carries it."""
    group = parser.add_argument_group("local files")
    group.add_argument(
        "--allow-outside",
        action="store_true",
        help="let manifests name local files outside of their own folder, or lie there themselves by links",
    )
    group.add_argument(
        "--max-file-size",
        metavar="SIZE",
        type=_size,
        default=MAX_FILE_SIZE,
        help="refuse local files larger than this, such as 64k, 100m or 2g (default: 512m, which is what the "
        "Files API takes)",
    )


def add_names(parser: Parser) -> None:
    """What narrows a command."""
    parser.add_argument(
        "--name",
        metavar="GLOB",
        action="append",
        default=[],
        help="only containers of these names (repeatable)",
    )
    parser.add_argument(
        "--exclude",
        metavar="GLOB",
        action="append",
        default=[],
        help="but not those of these names (repeatable)",
    )


def add_selection(parser: Parser) -> None:
    """What narrows a plan, or widens it."""
    add_names(parser)
    parser.add_argument(
        "--adopt",
        action="store_true",
        help="without scope.prefix: replace and delete containers that exist already, too",
    )
    add_busy_window(
        parser,
        "leave containers that others used within this time, such as 10m: what would replace or delete one "
        "is shown and waits (default: nobody asks)",
    )
    parser.add_argument(
        "--allow-busy", action="store_true", help="with --busy-window: only say so, and do it all the same"
    )


def add_guards(parser: Parser) -> None:
    """What a plan may take away; a saved plan carries all of it."""
    group = parser.add_argument_group("guards", "A saved plan carries what was said here.")
    group.add_argument(
        "--replace",
        metavar="NAME",
        action="append",
        default=[],
        help="replace this declared container although nothing differs (repeatable)",
    )
    group.add_argument(
        "--no-delete", action="store_true", help="withhold whatever deletes a container, and do the rest"
    )
    for what in ("delete", "replace"):
        group.add_argument(
            f"--allow-{what}s",
            metavar="N",
            type=_count,
            help=f"{what} up to N containers whatever the limits say, and no more",
        )


def add_skip_blocked(parser: Parser) -> None:
    """What to do about protected containers."""
    parser.add_argument(
        "--skip-blocked",
        action="store_true",
        help="leave protected containers as they are and do the rest, instead of refusing it all",
    )


def add_busy_window(parser: Parser, what: str) -> None:
    """What is asked about containers that somebody is using."""
    parser.add_argument("--busy-window", metavar="DURATION", type=_window, help=what)


def add_target(parser: Parser) -> None:
    """The account, how hard it is worked, and what is remembered of it."""
    group = parser.add_argument_group(
        "target", "OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_ORG_ID and OPENAI_PROJECT_ID are read."
    )
    group.add_argument("--base-url", metavar="URL", help="default: OPENAI_BASE_URL, or the OpenAI API")
    add_provider(group)
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
    add_ledger_file(group)


def add_refresh(parser: argparse._ActionsContainer) -> None:
    """Whether what is remembered of files is believed."""
    parser.add_argument(
        "--refresh",
        choices=("auto", "full"),
        default="auto",
        help="full: list the files of every container and read every file of equal size, whatever is "
        "remembered of them (default: %(default)s)",
    )


def add_provider(parser: argparse._ActionsContainer) -> None:
    """Whose server the target is: what it cannot do is told before anything is sent."""
    parser.add_argument(
        "--provider",
        metavar="NAME",
        choices=PROVIDERS,
        help=f"what the target is, which decides what it can do: {', '.join(PROVIDERS)} (default: guessed "
        "from the URL; a LiteLLM gateway cannot be)",
    )


def add_policy(parser: Parser) -> None:
    """Rules of the house."""
    parser.add_argument(
        "--policy",
        metavar="PATH",
        action="append",
        default=[],
        help="JSON Schema, or folder of them (*.json), that every declared container, or the plan, must "
        "satisfy (repeatable)",
    )


def add_ledger_file(parser: argparse._ActionsContainer) -> None:
    """Where the ledger is kept."""
    parser.add_argument(
        "--ledger",
        metavar="FILE",
        type=file_name,
        help="what runs remember of the account; `none` for nothing (default: in the user's cache folder)",
    )


def add_lock(parser: Parser) -> None:
    """Patience with other runs."""
    parser.add_argument(
        "--lock-timeout",
        metavar="DURATION",
        type=_duration,
        default=0.0,
        help="how long to wait for another run on this scope, such as 30s or 5m (default: not at all)",
    )


def add_output(parser: Parser, *forms: str) -> None:
    """What stdout carries; `forms` are what a command knows besides text and JSON."""
    group = parser.add_argument_group("output")
    group.add_argument(
        "--format",
        choices=("text", "json", *forms),
        default="text",
        help=f"{', '.join(('text', 'json', *forms))}, on stdout (default: %(default)s)",
    )
    group.add_argument(
        "--max-diagnostics",
        metavar="N",
        type=_count,
        help="show N problems and count the rest, 0 for all (default: 50 for people, all in JSON)",
    )
    group.add_argument("--no-color", action="store_true", help="no colours; NO_COLOR does the same")


def file_name(text: str) -> str:
    """The name of a file, which `-` is not."""
    if text in {"", "-"}:
        message = f"expected the name of a file, found {text!r}"
        raise argparse.ArgumentTypeError(message)
    return text


def _parallelism(text: str) -> int:
    return whole(text, 1, MOST_PARALLELISM)


def _count(text: str) -> int:
    return whole(text, 0, 1_000_000)


def _rpm(text: str) -> int:
    return whole(text, 1, 1_000_000)


def _size(text: str) -> int:
    """Bytes of `4096`, `64k`, `100m` or `2g`; a k is 1024."""
    unit = text[-1:].lower()
    number = text[:-1] if unit in _SIZES else text
    size = int(number[:20]) * _SIZES.get(unit, 1) if number.isascii() and number.isdigit() else 0
    if not 1 <= size <= LARGEST_SIZE:
        message = f"expected a size such as 64k, 100m or 2g, found {text!r}"
        raise argparse.ArgumentTypeError(message)
    return size


def port(text: str) -> int:
    """A port, 0 for any."""
    return whole(text, 0, 65535)


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


def whole(text: str, least: int, most: int) -> int:
    """A whole number between two others."""
    if not (text.isascii() and text.isdigit() and least <= int(text[:20]) <= most):
        message = f"expected a whole number from {least} to {most}, found {text!r}"
        raise argparse.ArgumentTypeError(message)
    return int(text)

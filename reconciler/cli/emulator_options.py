"""The options of `reconciler emulator`: how it is reached, how it behaves, and what goes wrong with it."""

from __future__ import annotations

import argparse

from reconciler.emulator.faults.kinds import KINDS

PATH_MODES = ("mangled", "file-id", "plain-coexist", "plain-shared", "plain-replace", "plain-update")
PROFILES = ("openai", "azure", "oci", "litellm")
EXPIRED_ANSWERS = ("is-expired", "has-expired", "not-found")
NAME_FILTERS = ("exact", "prefix", "substring", "any-case", "ignored")

_FAULTS = """\
faults:
  --fault 'ENDPOINT: KIND [ARGUMENT] [HOW OFTEN]'
  ENDPOINT   a method and a path, * for anything: 'POST /containers', 'GET */files', '*'
  HOW OFTEN  10%, once, 3x, skip 2, without HEADER; together or none of them: every time
  TIME       200ms, 5s, 2m, 1h, by the emulator's clock; latency alone is real time
  KIND       what it does
"""
_EXAMPLES = """\

examples:
  reconciler emulator --fault 'POST /containers: drop-after-commit 10%' --seed 7
  reconciler emulator --fault 'GET *: 503 retry-after 2s once' --rate-limit 100/min --list-lag 5s
"""
_COLUMN = 28


def add_emulator_options(parser: argparse.ArgumentParser) -> None:
    """Adds every option but the port, and the grammar of faults below them."""
    _reach(parser)
    _behaviour(parser.add_argument_group("behaviour"))
    _adversity(
        parser.add_argument_group("adversity", "What goes wrong on purpose; nothing unless asked for.")
    )
    parser.epilog = f"{parser.epilog}\n{_EXAMPLES}\n{_FAULTS}{_kinds()}"


def _reach(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--data", metavar="FILE", help="keep everything in this file (default: in memory)")
    parser.add_argument(
        "--api-key",
        metavar="KEY",
        action="append",
        default=[],
        help="accept only this bearer token (repeatable; default: any)",
    )
    parser.add_argument(
        "--control-key", metavar="KEY", help="serve /_emulator/ to requests with this X-Emulator-Key"
    )
    parser.add_argument("--no-page", action="store_true", help="serve no status page at /")


def _behaviour(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--profile",
        choices=PROFILES,
        default=PROFILES[0],
        help="whose server to be like; the options below change single points of it (default: %(default)s)",
    )
    group.add_argument(
        "--path-mode",
        metavar="MODE",
        choices=PATH_MODES,
        help=f"how uploads are named, and what a second upload of a name does: {', '.join(PATH_MODES)}",
    )
    group.add_argument(
        "--name-filter",
        metavar="MODE",
        choices=NAME_FILTERS,
        help=f"how the name filter of the list matches: {', '.join(NAME_FILTERS)}",
    )
    group.add_argument(
        "--expired-answer",
        metavar="FORM",
        choices=EXPIRED_ANSWERS,
        help=f"what file operations answer on an expired container: {', '.join(EXPIRED_ANSWERS)}",
    )
    group.add_argument(
        "--expired-gone",
        action="store_true",
        default=None,
        help="GET and DELETE of an expired container are 404, too",
    )
    group.add_argument(
        "--touch-on-list",
        action="store_true",
        default=None,
        help="listing containers counts as activity",
    )
    group.add_argument(
        "--no-touch-on-file-list",
        action="store_true",
        default=None,
        help="listing the files of a container does not",
    )
    _limits(group)


def _limits(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--max-minutes", metavar="N", type=_count, help="longest idle time that a create may ask"
    )
    group.add_argument(
        "--lifetime",
        metavar="MINUTES",
        type=_count,
        help="a container is deleted that long after its creation",
    )
    group.add_argument(
        "--memory-pool", metavar="GB", type=_count, help="all running containers together must fit into it"
    )
    group.add_argument(
        "--allow-domain",
        metavar="DOMAIN",
        action="append",
        help="the organisation's list, of which every allowlist must be a part (repeatable)",
    )
    group.add_argument(
        "--strict-skills",
        action="store_true",
        default=None,
        help="a skill id that nobody uploaded is a 400",
    )


def _adversity(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--fault", metavar="FAULT", action="append", default=[], help="as described below (repeatable)"
    )
    group.add_argument(
        "--seed", metavar="N", type=_seed, help="draw faults from this; the same again each time"
    )
    group.add_argument(
        "--rate-limit", metavar="RATE", type=_rate, help="answer 429 beyond it: 100/min, 10/s, 1000/h"
    )
    group.add_argument(
        "--list-lag", metavar="TIME", type=_duration, default=0.0, help="list new containers so much later"
    )
    group.add_argument(
        "--delete-lag", metavar="TIME", type=_duration, default=0.0, help="list deleted ones so much longer"
    )
    group.add_argument("--lag-files", action="store_true", help="let lists of files lag, too")


def _kinds() -> str:
    return "".join(f"    {kind:{_COLUMN}}{what}\n" for kind, what in KINDS.items())


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0 and len(text) <= 9):  # noqa: PLR2004 - enough for any
        raise argparse.ArgumentTypeError(f"expected a whole number from 1, found {text!r}")
    return int(text)


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):  # noqa: PLR2004 - fits any integer
        raise argparse.ArgumentTypeError(f"expected a whole number from 0, found {text!r}")
    return int(text)


def _rate(text: str) -> str:
    from reconciler.emulator.faults.durations import parse_rate  # noqa: PLC0415 - where it is given

    try:
        return parse_rate(text).text
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _duration(text: str) -> float:
    from reconciler.emulator.faults.durations import parse_duration  # noqa: PLC0415 - where it is given

    try:
        return parse_duration(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error

"""Options of those who review plans: which one it must be, what it may cost, what needs a word of its own."""

from __future__ import annotations

import argparse
import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.cli.arguments import Parser
    from reconciler.control.approvals import Conditions
    from reconciler.model.plan import Flag

_DIGEST = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


def add_max_cost(parser: Parser) -> None:
    """What a plan may cost."""
    parser.add_argument(
        "--max-cost",
        metavar="USD_PER_HOUR",
        type=_dollars,
        help="refuse a plan whose declared containers cost more than this while all are active",
    )


def add_conditions(parser: Parser) -> None:
    """What is asked of the plan that is carried out."""
    group = parser.add_argument_group(
        "review",
        "for example: --require-approval egress,cost --approve egress --expect-digest sha256:2c26...",
    )
    group.add_argument(
        "--expect-digest",
        metavar="DIGEST",
        type=_digest,
        help="carry out only the plan of this digest, as `plan` shows it: all 64 digits, none is a prefix",
    )
    group.add_argument(
        "--require-approval",
        metavar="WHAT",
        type=_flags,
        action="append",
        default=[],
        help="refuse what opens the network (egress) or raises the price (cost) without --approve for it",
    )
    group.add_argument(
        "--approve",
        metavar="WHAT",
        type=_flags,
        action="append",
        default=[],
        help="egress or cost, or both with a comma: it is meant, this time (repeatable)",
    )


def conditions_of(options: argparse.Namespace) -> Conditions:
    """What was asked; nothing by commands that do not ask."""
    from reconciler.control.approvals import Conditions  # noqa: PLC0415 - grammar alone needs none of it

    return Conditions(
        getattr(options, "expect_digest", None),
        frozenset().union(*getattr(options, "require_approval", ())),
        frozenset().union(*getattr(options, "approve", ())),
    )


def _dollars(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not (math.isfinite(found) and found >= 0):
        message = f"expected US dollars an hour such as 1.50, found {text!r}"
        raise argparse.ArgumentTypeError(message)
    return found


def _digest(text: str) -> str:
    """The whole digest: the beginning of one is something that another plan can be made to share."""
    found = _DIGEST.fullmatch(text.lower())
    if found is None:
        message = f"expected sha256: and 64 digits, as `plan` shows them, found {text!r}"
        raise argparse.ArgumentTypeError(message)
    return f"sha256:{found[1]}"


def _flags(text: str) -> frozenset[Flag]:
    from reconciler.model.plan import Flag  # noqa: PLC0415 - as above

    known = {flag.value: flag for flag in Flag}
    words = [word.strip() for word in text.split(",")]
    unknown = [word for word in words if word not in known]
    if unknown:
        message = f"expected egress, cost or both with a comma, found {text!r}"
        raise argparse.ArgumentTypeError(message)
    return frozenset(known[word] for word in words)

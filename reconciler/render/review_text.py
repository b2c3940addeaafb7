"""What opens the network or raises the price, in words: a line under its change, and a count at the end."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from reconciler.model.domains import WILDCARD
from reconciler.model.fields import MEMORY
from reconciler.model.plan import Action, Flag
from reconciler.model.review import flags_of, new_bindings, new_domains
from reconciler.render.escape import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.plan import Change, Plan

A_LINE = 10
"""Domains that one line names; all of them are named, none may hide behind a number."""


def review_lines(change: Change) -> Iterator[str]:
    """Yields what a reviewer must see of one change."""
    for flag in flags_of(change):
        yield from (f"! {flag.value}: {text}" for text in _texts(flag, change))


def review_footnote(plan: Plan) -> Iterator[str]:
    """Yields how many changes are flagged, where any is."""
    counts = Counter(flag for change in plan.changes for flag in flags_of(change))
    if not counts:
        return
    told = [
        f"{counts[flag]} {_WHAT[flag][counts[flag] != 1]} ({flag.value})" for flag in Flag if counts[flag]
    ]
    dollars = f", by ${plan.cost.raised:.2f} an hour" if counts[Flag.COST] and plan.cost.raised else ""
    yield f"To review: {', '.join(told)}{dollars}."


_WHAT = {
    Flag.EGRESS: ("change opens the network", "changes open the network"),
    Flag.COST: ("change raises the price", "changes raise the price"),
}


def _texts(flag: Flag, change: Change) -> Iterator[str]:
    if flag is Flag.COST:
        yield _cost(change)
        return
    domains = new_domains(change)
    for start in range(0, len(domains), A_LINE):
        yield f"opens the network to {', '.join(map(_domain, domains[start : start + A_LINE]))}"
    bindings = new_bindings(change)
    for start in range(0, len(bindings), A_LINE):
        yield f"binds a secret: {', '.join(map(safe, bindings[start : start + A_LINE]))}{_known(change)}"
    if Flag.EGRESS in change.unseen or not (domains or bindings):
        yield "may open the network further than that of the old container, which the server does not show"


def _known(change: Change) -> str:
    """Nobody is shown what the old container had; it may be that nothing new is bound."""
    return "" if change.action is Action.CREATE else " (what the old container had is not shown)"


def _domain(domain: str) -> str:
    return safe(domain) + (" (a wildcard: every name it fits)" if WILDCARD in domain else "")


def _cost(change: Change) -> str:
    if change.action is Action.CREATE:
        return "one more container to pay for"
    if Flag.COST in change.unseen:
        return "may be larger than the old container, whose size the server does not show"
    field = next(field for field in change.fields if field.path == MEMORY)
    return f"larger than before: {safe(str(field.before))} → {safe(str(field.after))}"

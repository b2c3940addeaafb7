"""What the command line asks about single names, held against the manifests before anything is contacted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.manifest.findings import nearest
from reconciler.model.asked import selected
from reconciler.model.errors import InvalidInput
from reconciler.model.names import parse_live_name
from reconciler.model.plan import Reason

if TYPE_CHECKING:
    from collections.abc import Collection

    from reconciler.control.passes import Options
    from reconciler.model.plan import Plan
    from reconciler.model.scope import Desired
    from reconciler.model.spec import DesiredContainer

REPLICAS_SHOWN = 3
"""Replicas that are named where their base name was meant."""


class UnknownName(InvalidInput):
    """A name on the command line that cannot be meant."""

    code = "unknown-name"


def check_requested(options: Options, desired: Desired) -> None:
    """Refuses to replace what is not there to be replaced, rather than doing nothing in silence.

    Raises:
        UnknownName: no manifest declares a name that is to be replaced, or it is left out.
    """
    declared = desired.by_name()
    for name in options.asked.replace:
        if name not in declared:
            raise _unknown(f"--replace {name}", name, declared)
        if not selected(name, options.names, options.asked.exclude):
            raise UnknownName(f"--replace {name}: --name or --exclude leave it out")


def declared_as(name: str, desired: Desired) -> DesiredContainer:
    """The container that is declared under a name.

    Raises:
        UnknownName: there is none.
    """
    declared = desired.by_name()
    if name not in declared:
        raise _unknown(name, name, declared)
    return declared[name]


def _unknown(said: str, name: str, declared: Collection[str]) -> UnknownName:
    return UnknownName(f"{said}: no manifest declares this name", hint=_meant(name, declared))


def _meant(name: str, declared: Collection[str]) -> str:
    """What to say instead: the name without a stamp, one of its replicas, or one that is much like it."""
    bare = parse_live_name(name).declared
    if bare in declared:
        return f"a stamp is no part of the name: {bare}"
    replicas = _replicas(name, declared)
    if replicas:
        more = len(replicas) - REPLICAS_SHOWN
        shown = ", ".join(replicas[:REPLICAS_SHOWN])
        return f"did you mean one of its replicas: {shown}{f' and {more} more' if more > 0 else ''}?"
    near = nearest(name, declared)
    return f"did you mean {near}?" if near else "it takes the declared name of one container"


def _replicas(name: str, declared: Collection[str]) -> list[str]:
    """The declared names that `replicas` makes of a name, in the order of their numbers."""
    start = f"{name}-"
    numbers = (other.removeprefix(start) for other in declared if other.startswith(start))
    return [f"{start}{number}" for number in sorted(map(int, filter(_is_number, numbers)))]


def _is_number(text: str) -> bool:
    """Tells whether a text is a number as replicas have them: `007` is none."""
    return text.isascii() and text.isdigit() and (text == "0" or text[0] != "0")


def replaced_by(approved: Plan) -> frozenset[str]:
    """The containers that an approved plan replaces on request; what replaces them is not asked to go."""
    return frozenset(
        change.container_id
        for change in approved.changes
        if change.container_id is not None and Reason.REQUESTED in change.reasons
    )

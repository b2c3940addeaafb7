"""Which variables a set declares. Any document may declare some, each once in the whole set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.manifest import rules, variables
from reconciler.manifest.findings import error, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.manifest.values import Node
    from reconciler.model.diagnostics import Diagnostic, Position

KEY = "variables"


class Declared(Struct, frozen=True):
    """A declaration: where its name stands, and the node of its default, None where it has none.

    `sound` is False where the grammar refuses it, so that nothing else is said about its uses.
    """

    position: Position
    default: Node | None
    sound: bool


def declared_in(documents: Iterable[Node]) -> dict[str, Declared]:
    """The variables of a set by name; of several declarations of one name the first."""
    found: dict[str, Declared] = {}
    for holder in _holders(documents):
        for name, variable in holder.children():
            found.setdefault(name, _declared(holder.key_position(name), variable))
    return found


def problems_of(documents: Iterable[Node]) -> Iterator[Diagnostic]:
    """What is wrong with names; what stands below them is judged by the grammar."""
    first: dict[str, Position] = {}
    for holder in _holders(documents):
        for name, _ in holder.children():
            at = holder.key_position(name)
            if name in first:
                message = f"the variable {quoted(name)} is already declared at {first[name]}"
                yield error("duplicate-variable", message, at)
            elif not variables.is_name(name):
                message = f"expected a name of at most 64 letters, digits and _, found {quoted(name)}"
                yield error("invalid-value", message, at)
            first.setdefault(name, at)


def _holders(documents: Iterable[Node]) -> Iterator[Node]:
    for document in documents:
        if (holder := document.child(KEY)) is not None:
            yield holder


def _declared(at: Position, variable: Node) -> Declared:
    default = variable.child("default")
    sound = isinstance(variable.value, dict) and (
        default is None or (isinstance(default.value, str) and rules.default(default.value) is None)
    )
    return Declared(at, default, sound)

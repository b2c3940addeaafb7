"""Anchors and aliases of one document, bounded.

An alias stands for the very value of its anchor, so a bomb costs no memory here; what visits the values
later would still visit each use. Every use is therefore counted with all that is below it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct

from reconciler.manifest.findings import Problem, shortened
from reconciler.manifest.values import BROKEN, ListMarks, MappingMarks, position
from reconciler.model.redacted import Reticent

if TYPE_CHECKING:
    from reconciler.manifest.guards import Guard
    from reconciler.manifest.values import Mark, Offset, Value

_WRITE_IT = "write out what is meant here; contents and secrets are aliased only by keys of their kind"


class Anchored(Reticent, Struct):
    """A value that aliases may stand for, and who may quote it; `size` is None until its end was read."""

    told: ClassVar[tuple[str, ...]] = ("at", "guard", "size")
    at: Offset
    guard: Guard
    value: Value = BROKEN
    mark: Mark = 0
    size: int | None = None


class Anchors:
    """The anchors seen so far."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._seen: dict[str, Anchored] = {}

    def open(self, name: str, at: Offset, guard: Guard) -> Anchored | Problem:
        """Begins an anchor; two of one name would make an alias mean what the reader does not expect."""
        first = self._seen.get(name)
        if first is not None:
            earlier = position(self._file, first.at)
            return Problem("duplicate-anchor", f"the anchor &{shortened(name)} was already used at {earlier}")
        return self._seen.setdefault(name, Anchored(at, guard))

    def resolve(self, name: str, guard: Guard) -> Anchored | Problem:
        """What an alias stands for, where `guard` says what may be quoted: no more than at its anchor."""
        anchored = self._seen.get(name)
        if anchored is None:  # a password that begins with a star is one, too: the name is not repeated
            return Problem("unknown-alias", "no anchor of this name comes before this alias")
        if anchored.size is None:
            return Problem("recursive-alias", f"the alias *{shortened(name)} stands inside of what it names")
        if anchored.guard and not guard:  # whoever judges it here would quote it
            message = f"the alias stands for a value that is hidden at {position(self._file, anchored.at)}"
            return Problem("hidden-alias", message, _WRITE_IT)
        return anchored


def moved(mark: Mark, at: Offset) -> Mark:
    """The marks of an alias: its own place, and those of the anchored value below it."""
    if isinstance(mark, ListMarks):
        return ListMarks(at, mark.items)
    if isinstance(mark, MappingMarks):
        return MappingMarks(at, mark.keys, mark.values)
    return at

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
    from reconciler.manifest.values import Mark, Offset, Value


class Anchored(Reticent, Struct):
    """A value that aliases may stand for; `size` is None until its end was read."""

    told: ClassVar[tuple[str, ...]] = ("at", "size")
    at: Offset
    value: Value = BROKEN
    mark: Mark = 0
    size: int | None = None


class Anchors:
    """The anchors seen so far."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._seen: dict[str, Anchored] = {}

    def open(self, name: str, at: Offset) -> Anchored | Problem:
        """Begins an anchor; two of one name would make an alias mean what the reader does not expect."""
        first = self._seen.get(name)
        if first is not None:
            earlier = position(self._file, first.at)
            return Problem("duplicate-anchor", f"the anchor &{shortened(name)} was already used at {earlier}")
        return self._seen.setdefault(name, Anchored(at))

    def resolve(self, name: str) -> Anchored | Problem:
        """What an alias stands for."""
        anchored = self._seen.get(name)
        if anchored is None:  # a password that begins with a star is one, too: the name is not repeated
            return Problem("unknown-alias", "no anchor of this name comes before this alias")
        if anchored.size is None:
            return Problem("recursive-alias", f"the alias *{shortened(name)} stands inside of what it names")
        return anchored


def moved(mark: Mark, at: Offset) -> Mark:
    """The marks of an alias: its own place, and those of the anchored value below it."""
    if isinstance(mark, ListMarks):
        return ListMarks(at, mark.items)
    if isinstance(mark, MappingMarks):
        return MappingMarks(at, mark.keys, mark.values)
    return at

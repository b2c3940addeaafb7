"""Plain values with a position for every key and value: what a document is once YAML is behind us.

Values are JSON's, so that a model can judge them as they are. Their marks lie beside them in a tree of
the same shape; a `Node` walks both at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeAlias, Union

from msgspec import Struct

from reconciler.model.diagnostics import Position
from reconciler.model.redacted import Redacted

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMN_BITS = 32
_COLUMN = (1 << COLUMN_BITS) - 1


class Suspect(Redacted, frozen=True):
    """A plain scalar that some version of YAML reads as other than text, such as `no` or `1.10`."""

    told: ClassVar[tuple[str, ...]] = ("reads_as",)
    text: str
    reads_as: str


class Broken:
    """Stands where a value was refused already, so that nothing else is said about it."""

    __slots__ = ()


BROKEN = Broken()

Value: TypeAlias = Union[  # noqa: UP007 - a recursive alias cannot be written with |
    bool, int, str, Suspect, Broken, list["Value"], dict[str, "Value"], None
]

Offset: TypeAlias = int
"""Line and column, both counted from 0, packed into one integer: there are hundreds of thousands."""


class ListMarks(Struct):
    """Where a list and its items stand."""

    at: Offset
    items: list[Mark]


class MappingMarks(Struct):
    """Where a mapping, its keys and its values stand."""

    at: Offset
    keys: dict[str, Offset]
    values: dict[str, Mark]


Mark: TypeAlias = Offset | ListMarks | MappingMarks


def offset(line: int, column: int) -> Offset:
    """Packs a place that is counted from 0."""
    return line << COLUMN_BITS | column


def offset_of(mark: Mark) -> Offset:
    """The place where a value begins."""
    return mark if isinstance(mark, int) else mark.at


def position(file: str, at: Offset) -> Position:
    """Unpacks a place, counted from 1 as editors do."""
    return Position(file, (at >> COLUMN_BITS) + 1, (at & _COLUMN) + 1)


class Node(Redacted, frozen=True, gc=False):
    """A value, its marks, and the file that they are in."""

    told: ClassVar[tuple[str, ...]] = ("file",)
    file: str
    value: Value
    mark: Mark

    @property
    def position(self) -> Position:
        """Where the value begins."""
        return position(self.file, offset_of(self.mark))

    def child(self, key: str) -> Node | None:
        """The value of a key; None where there is none, or where this is no mapping."""
        if isinstance(self.value, dict) and isinstance(self.mark, MappingMarks) and key in self.value:
            return Node(self.file, self.value[key], self.mark.values[key])
        return None

    def children(self) -> Iterator[tuple[str, Node]]:
        """Each key with its value; nothing where this is no mapping."""
        if isinstance(self.value, dict) and isinstance(self.mark, MappingMarks):
            marks = self.mark.values
            for key, value in self.value.items():
                yield key, Node(self.file, value, marks[key])

    def item(self, index: int) -> Node | None:
        """One item; None where there is none, or where this is no list."""
        if isinstance(self.value, list) and isinstance(self.mark, ListMarks) and index < len(self.value):
            return Node(self.file, self.value[index], self.mark.items[index])
        return None

    def items(self) -> Iterator[Node]:
        """Each item; nothing where this is no list."""
        if isinstance(self.value, list) and isinstance(self.mark, ListMarks):
            for value, mark in zip(self.value, self.mark.items, strict=True):
                yield Node(self.file, value, mark)

    def mappings(self) -> Iterator[Node]:
        """The items that are mappings, which alone have something below them."""
        if isinstance(self.value, list) and isinstance(self.mark, ListMarks):
            for value, mark in zip(self.value, self.mark.items, strict=True):
                if isinstance(value, dict):
                    yield Node(self.file, value, mark)

    def key_position(self, key: str) -> Position:
        """Where a key of this mapping begins."""
        at = self.mark.keys[key] if isinstance(self.mark, MappingMarks) else offset_of(self.mark)
        return position(self.file, at)

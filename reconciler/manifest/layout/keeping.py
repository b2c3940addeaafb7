"""Parts of a document that stay as they were, since no layout of them would allow the same.

What a comment allows may change because a key comes first that did not, or because the lines change that a
value begins on. So for the entry that holds the line of the comment one of these is kept, or both, and if
that does not help, then for the entry around it.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from reconciler.manifest.layout.tree import Block, Verbatim

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.manifest.layout.tree import Document, Entry, Node, Span

_Place = tuple[int, int]
"""Line and column at which an entry begins, which no other one does."""


class Kept(NamedTuple):
    """Entries whose lines stay, and those whose mapping keeps its order, by where they begin."""

    lines: frozenset[_Place] = frozenset()
    order: frozenset[_Place] = frozenset()

    def with_(self, other: Kept) -> Kept:
        """All that either keeps."""
        return Kept(self.lines | other.lines, self.order | other.order)


class _Held(NamedTuple):
    """An entry of a block."""

    block: Block
    entry: Entry
    span: Span


def choices(documents: Iterable[Document], line: int) -> list[Kept]:
    """What may be kept for the sake of a line, from the least to the most."""
    found: list[Kept] = []
    for held in reversed([each for document in documents for each in _around(document.root, line)]):
        place = frozenset([(held.span.line, held.span.column)])
        orders = [Kept(order=place), Kept(lines=place), Kept(place, place)]
        found += orders if held.block.mapping else [Kept(lines=place)]
    return found


def keep(documents: Iterable[Document], kept: Kept, lines: Sequence[str]) -> None:
    """Marks in documents what stays as it was in the lines that they were read from."""
    for document in documents:
        for held in _held(document.root):
            place = (held.span.line, held.span.column)
            if place in kept.order:
                held.block.fixed = True
            if place in kept.lines:
                _keep_lines(held, lines)


def _keep_lines(held: _Held, lines: Sequence[str]) -> None:
    span = held.span
    first, *rest = islice(lines, span.line, span.last + 1)
    held.entry.verbatim = Verbatim((first[span.column :], *rest), span.column)
    held.entry.leading = [comment for comment in held.entry.leading if comment.line < span.line]


def _around(node: Node, line: int) -> Iterator[_Held]:
    """The entries that a line is in, from the outermost on."""
    if not isinstance(node.content, Block):
        return
    entries = node.content.entries
    found = entries[max(bisect_right(entries, line, key=_line) - 1, 0)]
    if found.span and found.span.line <= line <= found.span.last:
        yield _Held(node.content, found, found.span)
        yield from _around(found.value, line)


def _line(entry: Entry) -> int:
    return entry.span.line if entry.span else -1


def _held(node: Node) -> Iterator[_Held]:
    """All entries of blocks."""
    if isinstance(node.content, Block):
        for entry in node.content.entries:
            if entry.span is not None:
                yield _Held(node.content, entry, entry.span)
            yield from _held(entry.value)

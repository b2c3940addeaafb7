"""What each comment of a manifest governs that allows something, told by keys and indexes instead of lines.

A diagnostic stands where a key or a value begins. So a layout changes what is allowed only if a comment is
about a line on which others begin than before.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from reconciler.manifest.comments import allowances
from reconciler.manifest.input_checks import UNPINNED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from reconciler.manifest.values import Node
    from reconciler.model.allowances import Allowance

_AT_TEXTS = frozenset({UNPINNED})
"""Codes whose warnings stand at a text alone, never where a mapping or list begins."""

_KEY, _TEXT, _OTHER = "key", "text", "collection"

_Begins: TypeAlias = tuple[str, tuple[str | int, ...]]
"""A key or value that begins on a line: its kind, and the way to it."""


class Allowing(Struct, frozen=True):
    """A comment that allows something, the line it is about, counted from 0, and what begins there."""

    line: int
    code: str
    reason: str
    governs: frozenset[_Begins]

    @property
    def says(self) -> tuple[str, str, frozenset[_Begins]]:
        """What a layout must not change."""
        return self.code, self.reason, self.governs


def allowing(text: str, documents: Sequence[Node], scalars: Sequence[tuple[int, int]]) -> list[Allowing]:
    """Every such comment; `scalars` are where none can stand (`comments.allowances`)."""
    found = allowances("", text, scalars)
    begins = _begins(documents, {each.line for each in found}) if found else {}
    return [Allowing(each.line - 1, each.code, each.reason, _governed(begins, each)) for each in found]


def moved(before: Sequence[Allowing], after: Sequence[Allowing]) -> list[int]:
    """The numbers of the comments, of which there are as many, that govern something else now."""
    left = Counter(each.says for each in after)
    left.subtract(each.says for each in before)
    return [number for number, each in enumerate(before) if left[each.says] < 0]


def _governed(begins: Mapping[int, Collection[_Begins]], found: Allowance) -> frozenset[_Begins]:
    here = begins.get(found.line, ())
    return frozenset(each for each in here if found.code not in _AT_TEXTS or each[0] == _TEXT)


def _begins(documents: Sequence[Node], lines: Collection[int]) -> dict[int, list[_Begins]]:
    """What begins on some lines."""
    found: dict[int, list[_Begins]] = defaultdict(list)
    for number, document in enumerate(documents):
        for line, each in _below(document, (number,)):
            if line in lines:
                found[line].append(each)
    return found


def _below(node: Node, way: tuple[str | int, ...]) -> Iterator[tuple[int, _Begins]]:
    """A value with all that is in it, each with its line."""
    yield node.position.line, (_OTHER if isinstance(node.value, dict | list) else _TEXT, way)
    for key, child in node.children():
        yield node.key_position(key).line, (_KEY, (*way, key))
        yield from _below(child, (*way, key))
    for index, item in enumerate(node.items()):
        yield from _below(item, (*way, index))

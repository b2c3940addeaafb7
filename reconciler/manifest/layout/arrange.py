"""What is moved before a document is written: keys into their order, comments to where they can stand.

Keys of a document with anchors stay where they are, as an anchor must come before its aliases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from reconciler.manifest.layout.order import rank
from reconciler.manifest.layout.tree import Block, Empty, Flow, Scalar

if TYPE_CHECKING:
    from reconciler.manifest.layout.order import Place
    from reconciler.manifest.layout.tree import Comment, Content, Document, Entry, Node


def arrange(document: Document) -> None:
    """Moves keys and comments of a document, in place."""
    if not document.anchors:
        _sort(document.root, ())
    _raise(document.root)


def _sort(node: Node, place: Place) -> None:
    content = node.content
    if not isinstance(content, Block | Flow):
        return
    if content.mapping:
        _sort_entries(content, rank(place), top=not place)
    for entry in content.entries:
        _sort(entry.value, place if entry.key is None else (*place, _name(entry)))


def _sort_entries(content: Block | Flow, ranks: dict[str, int], *, top: bool) -> None:
    """Sorts; at the top of a document the blank line above the new first key goes to the old one."""
    entries = sorted(content.entries, key=lambda entry: ranks.get(_name(entry), len(ranks)))
    if entries and entries[0] is not content.entries[0]:
        old, new = content.entries[0], entries[0]
        _part(old, blank=_parted(new) and top)
        _part(new, blank=False)
    content.entries = entries


def _name(entry: Entry) -> str:
    key = entry.key.content if entry.key else entry.value.content
    return key.value if isinstance(key, Scalar) else ""


def _parted(entry: Entry) -> bool:
    return entry.leading[0].blank if entry.leading else entry.blank


def _part(entry: Entry, *, blank: bool) -> None:
    """Sets whether a blank line stands before an entry and its comments."""
    if entry.leading:
        entry.leading[0] = replace(entry.leading[0], blank=blank)
    else:
        entry.blank = blank


def _raise(node: Node) -> None:
    """Lifts comments that stand between a key or dash and its value to above the entry."""
    if not isinstance(node.content, Block | Flow):
        return
    for entry in node.content.entries:
        value, inner = entry.value, entry.value.content
        _raise(value)
        if value.above and not value.above[0].alone and not entry.trailing and _on_one_line(inner):
            entry.trailing = value.above.pop(0)
        if not isinstance(inner, Block):
            _lift(entry, value.above)
            value.above = []
        elif entry.key is None and not value.anchor:
            _lift(entry, [*value.above, *inner.entries[0].leading])
            value.above = inner.entries[0].leading = []


def _on_one_line(content: Content) -> bool:
    """It stands behind its key, and a comment can stand behind both."""
    match content:
        case Scalar(lines=lines):
            return len(lines) == 1
        case Flow(broken=broken):
            return not broken
    return isinstance(content, Empty)


def _lift(entry: Entry, comments: list[Comment]) -> None:
    if comments:
        entry.leading += [replace(comments[0], blank=entry.blank), *comments[1:]]
        entry.blank = False

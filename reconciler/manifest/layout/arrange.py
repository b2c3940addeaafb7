"""What is moved before a document is written: keys into their order, comments to where they can stand.

Keys of a document with anchors stay where they are, as an anchor must come before its aliases. A comment
that allows something is about a line, so it goes with the key that begins there; any other one above a first
key is about all of the mapping.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from reconciler.manifest.comments import allows
from reconciler.manifest.layout.order import rank
from reconciler.manifest.layout.tree import Block, Empty, Flow, Scalar

if TYPE_CHECKING:
    from reconciler.manifest.layout.order import Place
    from reconciler.manifest.layout.tree import Comment, Content, Document, Entry, Node


def arrange(document: Document) -> None:
    """Moves keys and comments of a document, in place."""
    if not document.anchors:
        old = _sort(document.root, ())
        if old is not None:
            document.header = _handed_down(document.header, old)
            document.gap = document.gap and bool(document.header)
    _raise(document.root)


def _sort(node: Node, place: Place) -> Entry | None:
    """Sorts the keys of a value and below; gives back the entry that is the first one no more."""
    content = node.content
    if not isinstance(content, Block | Flow):
        return None
    old = None
    if content.mapping and not (isinstance(content, Block) and content.fixed):
        old = _sort_entries(content, rank(place), top=not place)
    for entry in content.entries:
        _sort_below(entry, place)
    return old if isinstance(content, Block) else None


def _sort_below(entry: Entry, place: Place) -> None:
    if entry.verbatim is not None:
        return
    old = _sort(entry.value, place if entry.key is None else (*place, _name(entry)))
    if old is not None and entry.key is None:
        blank = _parted(entry)
        entry.leading = _handed_down(entry.leading, old)
        _part(entry, blank=blank)


def _sort_entries(content: Block | Flow, ranks: dict[str, int], *, top: bool) -> Entry | None:
    """Sorts; at the top of a document the blank line above the new first key goes to the old one."""
    entries = sorted(content.entries, key=lambda entry: ranks.get(_name(entry), len(ranks)))
    if not entries or entries[0] is content.entries[0]:
        return None
    old, new = content.entries[0], entries[0]
    _part(old, blank=_parted(new) and top)
    _part(new, blank=False)
    content.entries = entries
    return old


def _handed_down(above: list[Comment], old: Entry) -> list[Comment]:
    """Gives a first key that moves what is allowed on its line, and gives back the other comments."""
    blank = _parted(old)
    allowing = [replace(comment, blank=False) for comment in above if allows(comment.text)]
    old.leading = [*allowing, *old.leading]
    _part(old, blank=blank)
    return [comment for comment in above if not allows(comment.text)]


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
        if entry.verbatim is not None:
            continue
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

"""A document as it is written: what stands where, with its comments, before it is laid out."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct, field


class Comment(Struct, frozen=True):
    """A comment with its `#`, at a line and column counted from 0.

    `blank` says that a blank line is above it. One that does not stand `alone` stands behind something.
    """

    text: str
    line: int
    column: int
    alone: bool
    blank: bool


class Empty(Struct, frozen=True):
    """No value at all; `body` are comments that stand deeper than its key, where a value would."""

    body: tuple[Comment, ...] = ()


class Scalar(Struct, frozen=True):
    """A plain or quoted scalar as written, or an alias; `lines` after the first have no indentation.

    `lowered` says that the first of several lines stands below the key.
    """

    lines: tuple[str, ...]
    value: str = ""
    lowered: bool = False


class BlockScalar(Struct, frozen=True):
    """`|` or `>` with its signs, a comment behind them, and its lines without their common indentation."""

    style: str
    explicit: bool
    chomping: str
    comment: Comment | None
    lines: tuple[str, ...]


class Span(Struct, frozen=True):
    """Where an entry of a block begins, counted from 0, and its last line."""

    line: int
    column: int
    last: int


class Verbatim(Struct, frozen=True):
    """The lines of an entry as they were, the first one without its margin; `column` is where that ended."""

    lines: tuple[str, ...]
    column: int


class Entry(Struct):
    """An item of a list (without a key) or a pair of a mapping, with the comments that belong to it.

    `blank` says that a blank line stands between the comments above it, or what is before it, and itself.
    One with `verbatim` is written as it was, with all that is in it.
    """

    key: Node | None
    value: Node
    leading: list[Comment] = field(default_factory=list)
    trailing: Comment | None = None
    blank: bool = False
    span: Span | None = None
    verbatim: Verbatim | None = None


class Block(Struct):
    """A list or mapping in block style; `footer` are the comments after the last entry.

    Entries of a `fixed` one stay in their order.
    """

    mapping: bool
    entries: list[Entry]
    footer: list[Comment] = field(default_factory=list)
    fixed: bool = False


class Flow(Struct):
    """A list or mapping in flow style; one that is `broken` has an entry on each line.

    `opening` is the comment behind the opening bracket.
    """

    mapping: bool
    entries: list[Entry] = field(default_factory=list)
    broken: bool = False
    opening: Comment | None = None
    footer: list[Comment] = field(default_factory=list)


Content: TypeAlias = Empty | Scalar | BlockScalar | Block | Flow


class Node(Struct):
    """A value with its anchor, and the comments between what introduces it and its beginning."""

    content: Content
    anchor: str = ""
    above: list[Comment] = field(default_factory=list)


class Document(Struct):
    """`before` are the comments and directives above `---`; `header` the comments above the first value.

    `gap` says that a blank line follows the header. `start` and `end` are whether `---` and `...` are
    written, and `marks` the comments behind them.
    """

    before: list[Comment] = field(default_factory=list)
    start: bool = False
    start_comment: Comment | None = None
    header: list[Comment] = field(default_factory=list)
    gap: bool = False
    root: Node = field(default_factory=lambda: Node(Empty()))
    footer: list[Comment] = field(default_factory=list)
    end: bool = False
    end_comment: Comment | None = None
    anchors: bool = False

    @property
    def nothing(self) -> bool:
        """There is nothing to write."""
        written = self.before or self.start or self.header or self.footer or self.end
        return not written and isinstance(self.root.content, Empty)

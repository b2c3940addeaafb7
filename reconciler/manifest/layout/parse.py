"""From tokens to a tree that knows which comment belongs to what.

A comment behind something on its line belongs to that. One on a line of its own belongs to what comes next,
unless a block ends before that and the comment is indented as deep as the block is: then it is its footer.
One that allows something is about what comes next, however deep it is.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from yaml import tokens

from reconciler.manifest.comments import allows
from reconciler.manifest.layout.lexemes import lexemes
from reconciler.manifest.layout.tree import Block, Comment, Document, Empty, Entry, Flow, Node, Scalar, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    import yaml

    from reconciler.manifest.layout.lexemes import Lexeme
    from reconciler.manifest.layout.tree import Content

_FLOW_ENDS = tokens.FlowSequenceEndToken | tokens.FlowMappingEndToken
_BOUNDARIES = (
    tokens.DocumentStartToken | tokens.DocumentEndToken | tokens.DirectiveToken | tokens.StreamEndToken
)
_NO_VALUE = _BOUNDARIES | tokens.BlockEndToken | tokens.KeyToken | tokens.ValueToken


class ComplexKey(Exception):
    """A key that is more than a word; `line` and `column` are counted from 0."""

    def __init__(self, line: int, column: int) -> None:
        super().__init__(line, column)
        self.line = line
        self.column = column


def documents_of(text: str) -> Iterator[Document]:
    r"""Yields the documents of a text that parses and whose lines end in `\n`, also those that are empty.

    Raises:
        ComplexKey: a key has several lines; no manifest has such a key.
    """
    yield from _Parser(text).documents()


class _Parser:
    def __init__(self, text: str) -> None:
        self._lexemes = lexemes(text)
        self._pending: list[Comment] = []
        """The comments before the current token that nobody has claimed."""
        self._blank = False
        self._anchors = False
        self._now: Lexeme = next(self._lexemes)
        self._line = 0
        """Where the last token or footer ended that has any text."""

    def documents(self) -> Iterator[Document]:
        self._advance()
        while True:
            document = self._document()
            last = self._at(tokens.StreamEndToken) and not self._pending
            if not (last and document.nothing):
                yield document
            if last:
                return

    def _document(self) -> Document:
        document = Document()
        while self._at(tokens.DirectiveToken):
            document.before += [*self._claim(), _as_comment(self._now)]
            self._advance()
        if self._at(tokens.DocumentStartToken):
            document.before += self._claim()
            document.start = True
            self._advance()
            document.start_comment = self._behind()
        document.header = self._claim()
        document.gap = self._blank and bool(document.header)
        self._anchors = False
        if not self._at(_BOUNDARIES):
            document.root = self._node(-1)
        document.anchors = self._anchors
        document.footer = self._claim()
        if self._at(tokens.DocumentEndToken):
            document.end = True
            self._advance()
            document.end_comment = self._behind()
        return document

    def _node(self, column: int, *, indentless: bool = False) -> Node:
        """A value; `column` is that of the block around it, and of a list below it where `indentless`."""
        node = Node(Empty())
        if self._at(tokens.AnchorToken):
            node.anchor = self._now.text
            self._anchors = True
            self._advance()
        if self._at(_NO_VALUE) or (self._at(tokens.BlockEntryToken) and not indentless):
            node.above = self._heads()
            node.content = Empty(tuple(self._deeper(column + 1)))
        elif not self._at(tokens.FlowEntryToken | _FLOW_ENDS):
            node.content = self._content(node, column)
        return node

    def _content(self, node: Node, column: int) -> Content:
        now = self._now
        lowered = now.line > self._line
        match now.token:
            case tokens.BlockMappingStartToken() | tokens.BlockSequenceStartToken():
                node.above = self._heads()
                self._advance()
                mapping = isinstance(now.token, tokens.BlockMappingStartToken)
                block = self._block(now, now.column, mapping=mapping)
                self._advance()
                return block
            case tokens.BlockEntryToken():
                node.above = self._heads()
                return self._block(now, column + 1, mapping=False)
            case tokens.FlowMappingStartToken() | tokens.FlowSequenceStartToken():
                node.above = self._claim()
                return self._flow(mapping=isinstance(now.token, tokens.FlowMappingStartToken))
            case tokens.ScalarToken(value=value):
                node.above = self._claim()
                self._advance()
                if now.block is not None:
                    return now.block
                return Scalar(_lines(now.text), value, lowered)
            case tokens.AliasToken():
                node.above = self._claim()
                self._anchors = True
                self._advance()
                return Scalar((now.text,), "", lowered)
        raise ComplexKey(now.line, now.column)

    def _block(self, start: Lexeme, least: int, *, mapping: bool) -> Block:
        """The entries of a block; comments after it belong to it from the column `least` on."""
        block = Block(mapping, [])
        while self._at(tokens.KeyToken | tokens.ValueToken if mapping else tokens.BlockEntryToken):
            block.entries.append(self._pair(start.column) if mapping else self._item(start.column))
        block.footer = self._deeper(least)
        return block

    def _item(self, column: int) -> Entry:
        start = self._now
        entry = Entry(None, Node(Empty()), blank=self._blank, leading=self._claim())
        self._advance()
        entry.value = self._node(column)
        entry.trailing = self._behind()
        entry.span = Span(start.line, start.column, self._line)
        return entry

    def _pair(self, column: int) -> Entry:
        start = self._now
        entry = Entry(None, Node(Empty()), blank=self._blank, leading=self._claim())
        self._key_and_value(entry, column)
        entry.trailing = self._behind()
        entry.span = Span(start.line, start.column, self._line)
        return entry

    def _key_and_value(self, entry: Entry, column: int) -> None:
        entry.key = self._key()
        entry.leading += entry.key.above
        if self._at(tokens.ValueToken):
            entry.leading += self._claim()
            self._advance()
            entry.value = self._node(column, indentless=column >= 0)

    def _key(self) -> Node:
        start = self._now
        if self._at(tokens.KeyToken):
            self._advance()
        key = self._node(-1)
        if not isinstance(key.content, Scalar) or len(key.content.lines) > 1:
            raise ComplexKey(start.line, start.column)
        return key

    def _flow(self, *, mapping: bool) -> Flow:
        flow = Flow(mapping)
        first = self._now.line
        self._advance()
        flow.opening = self._behind()
        while not self._at(_FLOW_ENDS):
            before = self._now
            flow.entries.append(self._flow_entry())
            if self._now is before:  # never, in a text that parses
                raise ComplexKey(before.line, before.column)
        flow.footer = self._claim()
        kept = flow.entries or flow.footer or flow.opening
        flow.broken = self._now.line > first and bool(kept)
        self._advance()
        return flow

    def _flow_entry(self) -> Entry:
        entry = Entry(None, Node(Empty()), blank=self._blank, leading=self._claim())
        if self._at(tokens.KeyToken | tokens.ValueToken):
            self._key_and_value(entry, -1)
        else:
            entry.value = self._node(-1)
        entry.trailing = self._behind()
        if self._at(tokens.FlowEntryToken):
            entry.leading += self._claim()
            self._advance()
            entry.trailing = entry.trailing or self._behind()
        return entry

    def _at(self, kind: type[yaml.Token] | object) -> bool:
        return isinstance(self._now.token, kind)  # type: ignore[arg-type]  # a class or a union of classes

    def _advance(self) -> None:
        before = self._now
        if before.text:
            self._line = before.line + before.text.count("\n")
        self._now = next(self._lexemes)
        if self._now.comments or before.text or self._now.blank:
            self._blank = self._now.blank
        self._pending += self._now.comments

    def _claim(self) -> list[Comment]:
        """All comments that are pending."""
        claimed, self._pending = self._pending, []
        return claimed

    def _behind(self) -> Comment | None:
        """The comment that stands behind what was just read."""
        if self._pending and not self._pending[0].alone:
            return self._pending.pop(0)
        return None

    def _heads(self) -> list[Comment]:
        """The comment behind the key of a block; those below it belong to its first entry."""
        behind = self._behind()
        return [behind] if behind else []

    def _deeper(self, least: int) -> list[Comment]:
        """The pending comments that belong to what just ended, by their column."""
        claimed = list(takewhile(lambda comment: _belongs(comment, least), self._pending))
        self._pending = self._pending[len(claimed) :]
        if claimed:
            self._line = claimed[-1].line
        return claimed


def _belongs(comment: Comment, least: int) -> bool:
    """Tells whether a comment after a block is part of it; `least` is the column from which on it may be."""
    return comment.alone and comment.column >= least and not allows(comment.text)


def _as_comment(lexeme: Lexeme) -> Comment:
    """A directive, which stands among comments."""
    return Comment(lexeme.text, lexeme.line, 0, alone=True, blank=lexeme.blank)


def _lines(text: str) -> tuple[str, ...]:
    """A scalar's lines; white space around a line break means nothing, unless a backslash is before it."""
    if "\n" not in text:
        return (text,)
    return tuple(_trimmed(line) for line in text.split("\n"))


def _trimmed(line: str) -> str:
    trimmed = line.strip(" \t")
    return line.lstrip(" \t") if trimmed.endswith("\\") else trimmed

"""The parser's tokens with what it throws away: comments, blank lines, and the text as written.

Between two tokens stands nothing but white space and comments, so a `#` there begins a comment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import yaml
from msgspec import Struct
from yaml import tokens

from reconciler.manifest.layout.block_scalars import read_block_scalar
from reconciler.manifest.layout.tree import BlockScalar, Comment
from reconciler.manifest.walk import PARSER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml.error import Mark


class Lexeme(Struct, frozen=True):
    """A token, its place counted from 0, its text, and what stands between it and the one before.

    `blank` says that a blank line is right above it. `block` is there for block scalars only.
    """

    token: yaml.Token
    line: int
    column: int
    text: str
    comments: tuple[Comment, ...]
    blank: bool
    block: BlockScalar | None = None


def lexemes(text: str) -> Iterator[Lexeme]:
    r"""Yields all tokens of a text that parses and whose lines end in `\n`."""
    lexer = _Lexer(text)
    for token in yaml.scan(text, Loader=PARSER):
        yield lexer.take(token)


class _Lexer:
    def __init__(self, text: str) -> None:
        self._text = text
        self._end = 0
        """Where the last token ended."""
        self._blocks: list[int] = []
        """The columns of the block collections around, which block scalars are indented from."""

    def take(self, token: yaml.Token) -> Lexeme:
        mark = cast("Mark", token.start_mark)
        start, end = mark.index, cast("Mark", token.end_mark).index
        comments, blank = self._gap(start, mark.line)
        block = None
        if isinstance(token, tokens.BlockMappingStartToken | tokens.BlockSequenceStartToken):
            self._blocks.append(mark.column)
        elif isinstance(token, tokens.BlockEndToken):
            self._blocks.pop()
        elif isinstance(token, tokens.ScalarToken) and token.style in {"|", ">"}:
            outer = self._blocks[-1] if self._blocks else -1
            block, end = read_block_scalar(self._text, start, (mark.line, mark.column), outer)
        self._end = max(self._end, end)
        return Lexeme(token, mark.line, mark.column, self._text[start:end], comments, blank, block)

    def _gap(self, start: int, line: int) -> tuple[tuple[Comment, ...], bool]:
        """The comments before a token, and whether a blank line is right above it."""
        if start <= self._end:
            return (), False
        first, *lines = self._text[self._end : start].split("\n")
        above = line - len(lines)
        found = []
        if "#" in first:
            column = self._end - (self._text.rfind("\n", 0, self._end) + 1) + first.index("#")
            found.append(Comment(first.strip(" \t"), above, column, alone=self._end == 0, blank=False))
        blank = False
        for number, each in enumerate(lines, 1):
            if "#" in each:
                comment = each.strip(" \t")
                found.append(Comment(comment, above + number, each.index("#"), alone=True, blank=blank))
                blank = False
            elif number < len(lines):  # the last one is the token's own
                blank = True
        return tuple(found), blank

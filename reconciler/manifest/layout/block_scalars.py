"""The lines of a block scalar, taken from the text.

The parser gives its value, from which `>` cannot be written again as it was, and counts the blank lines after
it as part of it, which they are only after `+`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.manifest.layout.tree import BlockScalar, Comment

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADER = re.compile(r"(?P<style>[|>])(?P<signs>[0-9+-]{0,2})[ \t]*(?P<comment>#[^\n]*)?")


def read_block_scalar(text: str, start: int, at: tuple[int, int], outer: int) -> tuple[BlockScalar, int]:
    r"""Reads the block scalar that begins at an index.

    Args:
        text: what it stands in; the parser accepted it, and its lines end in `\n`.
        start: the index of its `|` or `>`.
        at: the line and column of that.
        outer: the column of the block around it, -1 where there is none.

    Returns:
        The scalar, and the index of the end of its last line.
    """
    header = _HEADER.match(text, start)
    if header is None:
        raise ValueError("no block scalar begins here")
    line, column = at
    signs = header["signs"]
    digit = signs.strip("+-")
    chomping = signs.strip("0123456789")
    comment = header["comment"]
    behind = comment and Comment(
        comment.rstrip(), line, column + header.start("comment") - start, alone=False, blank=False
    )
    indent = max(outer, 0) + int(digit) if digit else _indent(text, header.end(), outer)
    lines, end = _body(text, header.end(), indent, keep=chomping == "+")
    if lines and end == len(text):  # its last line has no end that could be part of the value
        chomping = "-"
    return BlockScalar(header["style"], bool(digit), chomping, behind or None, lines), end


def _indent(text: str, begin: int, outer: int) -> int:
    """The indentation that the first line with anything on it sets."""
    widest = max(outer + 1, 1)
    for line, _ in _lines(text, begin):
        bare = line.lstrip(" ")
        widest = max(widest, len(line) - len(bare))
        if bare:
            break
    return widest


def _body(text: str, begin: int, indent: int, *, keep: bool) -> tuple[tuple[str, ...], int]:
    lines: list[str] = []
    last, end = 0, begin
    for line, line_end in _lines(text, begin):
        inner = line[indent:]
        unended = line_end == len(text)
        if line[:indent].strip(" ") or (unended and not inner):
            break
        lines.append(inner)
        if inner or keep:
            last, end = len(lines), line_end
    return tuple(lines[:last]), end


def _lines(text: str, begin: int) -> Iterator[tuple[str, int]]:
    """Yields the lines after the one that holds an index, each with the index of its end."""
    end = text.find("\n", begin)
    while 0 <= end < len(text) - 1:
        start, end = end + 1, text.find("\n", end + 1)
        stop = len(text) if end < 0 else end
        yield text[start:stop], stop

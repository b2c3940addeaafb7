"""The line that a diagnostic is about, with a caret under what is meant.

The caret counts columns of a terminal, and the line holds whatever somebody wrote: so every character is
shown in a form whose width is known. What moves the cursor, hides, or turns the direction of writing around
(Hebrew and Arabic letters too, which a terminal may move) is shown as its escape; wide characters count
twice, marks that join the letter before them not at all. A long line is shown from some way before the caret.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from reconciler.model.quotes import quote
from reconciler.render.escape import COMMAND, escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.diagnostics import Position
    from reconciler.render.paint import Paint

WIDTH = 96
"""Columns of a quoted line."""

BEFORE = 48
"""Of those, how many at most come before the caret of a line that is too long."""

_GUTTER = 6
_WIDE = frozenset("WF")
_TURNING = frozenset({"R", "AL", "AN"})
_JOINING = frozenset({"Mn", "Me"})
_UNCLEAR = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0x1F1E6, 0x1F200), *range(0x1F3FB, 0x1F400))))
"""Selectors, flags and skin tones: how wide what they join is depends on the terminal."""

_OPENING = {'"', "'"}
_ENDS_PLAIN = frozenset(",[]{}")


class _Cell(NamedTuple):
    shown: str
    width: int


def quote_lines(position: Position, paint: Paint) -> Iterator[str]:
    """Yields the line and its caret; nothing where the line is not known or may not be shown."""
    quoted = quote(position.file, position.line, position.column)
    if quoted is None:
        return
    start = max(0, quoted.at - 2 * BEFORE)
    raw = quoted.text[start : quoted.at + 2 * WIDTH]
    cells = _cells(raw)
    meant = min(quoted.at - start, len(cells))
    first = _first(cells, meant, cut=start > 0)
    last = _last(cells, first)
    head = "…" if start + first > 0 else ""
    tail = "…" if last < len(cells) or start + len(cells) < len(quoted.text) else ""
    line = "".join(cell.shown for cell in cells[first:last])
    indent = len(head) + sum(cell.width for cell in cells[first:meant])
    under = sum(cell.width for cell in cells[meant : max(meant + 1, min(last, _end(raw, meant)))])
    yield f"{paint('dim', f'{position.line:>{_GUTTER}} |')} {head}{line}{tail}"
    yield f"{paint('dim', ' ' * _GUTTER + ' |')} {' ' * indent}{paint('red', '^' * max(1, under))}"


def _cells(text: str) -> list[_Cell]:
    orders = {found.start() for found in COMMAND.finditer(text)}
    return [_cell(character, order=at in orders) for at, character in enumerate(text)]


def _cell(character: str, *, order: bool) -> _Cell:
    if order:
        return _escaped(f"\\x{ord(character):02x}")
    if character.isascii() and character.isprintable():
        return _Cell(character, 1)
    shown = escape(character)
    turning = unicodedata.bidirectional(character) in _TURNING
    if shown != character or turning or character in _UNCLEAR:
        return _escaped(character.encode("unicode_escape").decode("ascii"))
    if unicodedata.category(character) in _JOINING or unicodedata.combining(character):
        return _Cell(character, 0)
    return _Cell(character, 2 if unicodedata.east_asian_width(character) in _WIDE else 1)


def _escaped(shown: str) -> _Cell:
    return _Cell(shown, len(shown))


def _first(cells: list[_Cell], meant: int, *, cut: bool) -> int:
    """The first cell to be shown: the beginning, where the caret is then still in sight."""
    before = sum(cell.width for cell in cells[:meant])
    if not cut and before <= WIDTH - BEFORE // 2:
        return 0
    first = meant
    room = BEFORE
    while first > 0 and cells[first - 1].width <= room:
        first -= 1
        room -= cells[first].width
    while first < meant and cells[first].width == 0:  # a mark whose letter was cut off
        first += 1
    return first


def _last(cells: list[_Cell], first: int) -> int:
    room = WIDTH
    for at in range(first, len(cells)):
        room -= cells[at].width
        if room < 0:
            return at
    return len(cells)


def _end(line: str, start: int) -> int:
    """Where the token that begins at `start` ends: a quoted text, or a plain one, as YAML has them."""
    opening = line[start : start + 1]
    if opening in _OPENING:
        at = start + 1
        while at < len(line) and line[at] != opening:
            at += 2 if opening == '"' and line[at] == "\\" else 1
        return at + 1
    if opening == "#":
        return start + len(line[start:].rstrip())
    if opening in _ENDS_PLAIN or not opening.strip():
        return start + 1
    for at in range(start, len(line)):
        after = line[at + 1 : at + 2]
        ends = line[at] in _ENDS_PLAIN or (line[at] == ":" and not after.strip())
        if ends or (line[at].isspace() and after == "#"):
            return start + len(line[start:at].rstrip())
    return start + len(line[start:].rstrip())

"""The line that a diagnostic is about, with a caret under what is meant.

The caret counts columns of a terminal, and the line holds whatever somebody wrote: so every character is
shown in a form whose width is known. What moves the cursor, hides, or turns the direction of writing around
(Hebrew and Arabic letters too, which a terminal may move) is shown as its escape; wide characters count
twice, marks that join the letter before them not at all. A long line is shown from some way before the caret.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from reconciler.model.quotes import MASK, quote
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
_BRACKETS = frozenset("[{")
_CLOSING = frozenset("]}")
_ENDS_PLAIN = frozenset(",") | _BRACKETS | _CLOSING
_PROPERTIES = frozenset("&!")
"""What begins an anchor or a tag, behind which brackets may open."""


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
        return _end_of_quoted(line, start)
    if opening == "#":
        return start + len(line[start:].rstrip())
    if opening in _ENDS_PLAIN or not opening.strip():
        return start + 1
    flow = opening in _PROPERTIES or line.startswith(MASK, start) or _in_flow(line[:start])
    return start + len(line[start : _end_of_plain(line, start, flow=flow)].rstrip())


def _end_of_quoted(line: str, start: int) -> int:
    """A quote that is escaped is part of it: behind a backslash in double ones, doubled in single ones."""
    opening, at = line[start], start + 1
    while at < len(line):
        if line[at] == opening:
            if opening == '"' or line[at + 1 : at + 2] != opening:
                break
            at += 2
        else:
            at += 2 if opening == '"' and line[at] == "\\" else 1
    return at + 1


def _end_of_plain(line: str, start: int, *, flow: bool) -> int:
    """Brackets end a text within `[]` or `{}`; any other may hold them, but for those that it did not open.

    So may it hold commas, but the line may belong to brackets that were opened above it.
    """
    at, opened = start, 0
    while at < len(line):
        character, after = line[at], line[at + 1 : at + 2]
        if (reference := _end_of_reference(line, at)) is not None:
            at = reference
            continue
        if (character == ":" and not after.strip()) or (character.isspace() and after == "#"):
            return at
        if flow and character in _ENDS_PLAIN:
            return at
        if not opened and (character in _CLOSING or (character == "," and not after.strip())):
            return at
        opened += (character in _BRACKETS) - (character in _CLOSING)
        at += 1
    return at


def _end_of_reference(line: str, at: int) -> int | None:
    """Where a `${name}` that begins here ends; None where none does."""
    closed = line.find("}", at) + 1 if line.startswith("${", at) else 0
    return closed or None


def _in_flow(before: str) -> bool:
    """Tells whether brackets are open behind this part of a line.

    Outside of any, quotes and brackets mean something only where a token begins.
    """
    at = opened = 0
    while at < len(before):
        character = before[at]
        begins = not before[:at].strip() or before[at - 1].isspace() or (opened and before[at - 1] in ",[{:")
        if (reference := _end_of_reference(before, at)) is not None:
            at = reference
        elif character in _OPENING and begins:
            at = _end_of_quoted(before, at)
        else:
            if character in _BRACKETS and (begins or opened):
                opened += 1
            elif character in _CLOSING and opened:
                opened -= 1
            at += 1
    return opened > 0

"""A text as it stands, and as it reads without its escapes: servers repeat what they were sent in any style.

JSON in JSON, or in a page, is escaped twice. In one style a character may be itself that opens an escape in
another, so there is a reading for each way of taking two of them off.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_TIMES = 2


class Reading(NamedTuple):
    """A text as UTF-8, and of each byte the first character of the text that it comes from, and the last."""

    data: bytes
    places: list[tuple[int, int]]


class _Style(NamedTuple):
    escape: re.Pattern[bytes]
    meant: Callable[[re.Match[bytes]], bytes]


def readings(text: str) -> list[Reading]:
    """All of them, the text as it stands first."""
    data = [character.encode("utf-8", "surrogatepass") for character in text]
    places = [(at, at) for at, encoded in enumerate(data) for _ in encoded]
    found = last = [Reading(b"".join(data), places)]
    for _ in range(_TIMES):
        last = [
            _unescaped(reading, style)
            for reading in last
            for style in _STYLES
            if style.escape.search(reading.data)
        ]
        found = found + last
    return found


def _unescaped(reading: Reading, style: _Style) -> Reading:
    """A reading in which each escape is what it stands for."""
    data, places, at = bytearray(), [], 0
    for escape in style.escape.finditer(reading.data):
        start, end = escape.span()
        meant = style.meant(escape)
        data += reading.data[at:start] + meant
        places += reading.places[at:start]
        places += [(reading.places[start][0], reading.places[end - 1][1])] * len(meant)
        at = end
    return Reading(bytes(data + reading.data[at:]), places + reading.places[at:])


def _of_address(escape: re.Match[bytes]) -> bytes:
    return bytes((int(escape[1], 16),)) if escape[1] else b" "  # a plus is a space in a form


def _of_string(escape: re.Match[bytes]) -> bytes:
    byte, unit, space, itself = escape.groups()
    if byte:
        return bytes((int(byte, 16),))
    if unit:
        return _utf8(int(unit, 16))
    return _SPACES[space] if space else bytes(itself)


def _of_page(escape: re.Match[bytes]) -> bytes:
    hexadecimal, decimal, name = escape.groups()
    if name:
        return _NAMED[name]
    return _utf8(int(decimal) if decimal else int(hexadecimal, 16))


def _utf8(character: int) -> bytes:
    return chr(character).encode("utf-8", "surrogatepass")


_SPACES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"f": b"\f", b"v": b"\v"}
_NAMED = {b"quot": b'"', b"apos": b"'", b"amp": b"&", b"lt": b"<", b"gt": b">"}
_STYLES = (
    _Style(re.compile(rb"%([0-9A-Fa-f]{2})|\+"), _of_address),
    _Style(re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|([nrtfv])|([^0-9A-Za-z]))"), _of_string),
    _Style(re.compile(rb"&(?:#x([0-9A-Fa-f]{1,5})|#([0-9]{1,6})|(quot|apos|amp|lt|gt));"), _of_page),
)

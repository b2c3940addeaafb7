"""Finding which parts of a short text stand in a large one, in a time that grows with their sizes alone.

A server may cut what it repeats, so an error is searched for every piece of every value that was sent. Values may
have ten million characters. Asking for each window of the short text whether the large one holds it took a
second for a megabyte, so the large text is gone through once, in C: first for runs of pairs of bytes that the
short text has, too, which of most texts leave next to nothing, then each window of what is left is looked up.

Small and capital letters are one, and so are the characters that base64 and addresses write in two ways.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PIECE = 8
"""Bytes in a row that are no accident: of ASCII as many characters, of other writing fewer. The size of a word."""

_BETWEEN = b"\xff"
"""What is in no UTF-8."""

_AT_ONCE = 1 << 20
"""Bytes that are gone through at a time: what is made of them is soon thrown away."""

_FOLD = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ\t\n\v\f\r+-_", b"abcdefghijklmnopqrstuvwxyz       /")
_SEVEN = bytes(byte & 127 for byte in range(256))
"""Makes bytes of which any two are one character of UTF-16."""

_ESCAPE = re.compile(
    rb"%([0-9a-f]{2})|\\x([0-9a-f]{2})"
    rb"|\\u([0-9a-f]{4})|&#x([0-9a-f]{1,5});"
    rb"|&#([0-9]{1,6});"
    rb"|&(quot|apos|amp|lt|gt);"
    rb"|\\([^0-9a-z])",
    re.IGNORECASE,
)
_NAMED = {b"quot": b'"', b"apos": b"'", b"amp": b"&", b"lt": b"<", b"gt": b">"}


class _Reading(NamedTuple):
    """A text as bytes, and of each byte the first character of the text that it comes from, and the last."""

    data: bytes
    places: list[tuple[int, int]]

    def windows(self) -> Iterator[tuple[int, int]]:
        """Each window as a number, with where it begins."""
        data = self.data.translate(_FOLD)
        for at in range(len(data) - PIECE + 1):
            yield at, int.from_bytes(data[at : at + PIECE], "little")


def without_pieces(shown: str, sent: Iterable[bytes], blank: str) -> str:
    """A text less every piece of what was sent; takes as long as that is large, so it is for short texts."""
    readings = _readings(shown)
    wanted = {window for reading in readings for _, window in reading.windows()}
    if not wanted:
        return shown
    found = _found(wanted, _BETWEEN.join(sent))
    if not found:
        return shown
    hidden = [False] * len(shown)
    for reading in readings:
        for at, window in reading.windows():
            if window in found:
                first, last = reading.places[at][0], reading.places[at + PIECE - 1][1]
                hidden[first : last + 1] = [True] * (last + 1 - first)
    return "".join(
        blank if secret else "".join(character for character, _ in run)
        for secret, run in groupby(zip(shown, hidden, strict=True), key=lambda pair: pair[1])
    )


def _readings(shown: str) -> list[_Reading]:
    """A text as it stands, without escapes, and without those that are then seen."""
    data = [character.encode("utf-8", "surrogatepass") for character in shown]
    places = [(at, at) for at, encoded in enumerate(data) for _ in encoded]
    readings = [_Reading(b"".join(data), places)]
    while len(readings) <= 2 and (read := _unescaped(readings[-1])) is not None:  # noqa: PLR2004 - JSON in JSON
        readings.append(read)
    return readings


def _unescaped(reading: _Reading) -> _Reading | None:
    """A reading in which each escape is what it stands for; None where there is none."""
    data, places, at = bytearray(), [], 0
    for escape in _ESCAPE.finditer(reading.data):
        start, end = escape.span()
        data += reading.data[at:start]
        places += reading.places[at:start]
        meant = _meant(escape)
        data += meant
        places += [(reading.places[start][0], reading.places[end - 1][1])] * len(meant)
        at = end
    if at == 0:
        return None
    return _Reading(bytes(data + reading.data[at:]), places + reading.places[at:])


def _meant(escape: re.Match[bytes]) -> bytes:
    percent, byte, unit, hexadecimal, decimal, name, itself = escape.groups()
    if percent or byte:
        return bytes((int(percent or byte, 16),))
    if name:
        return _NAMED[name.lower()]
    if itself:
        return bytes(itself)
    return chr(int(decimal) if decimal else int(unit or hexadecimal, 16)).encode("utf-8", "surrogatepass")


def _found(wanted: set[int], sent: bytes) -> set[int]:
    """Those of the windows that stand in what was sent."""
    found: set[int] = set()
    runs = _runs(wanted)
    for at in range(0, len(sent), _AT_ONCE):
        part = sent[at : at + _AT_ONCE + PIECE - 1].translate(_FOLD)
        here = _looked_up(wanted - found, _candidates(part, runs))
        if here:
            found |= here
            runs = _runs(wanted - found)
            if len(found) == len(wanted):
                break
    return found


def _runs(wanted: set[int]) -> re.Pattern[str]:
    """Matches whatever may hold a window: each has three whole pairs of bytes, wherever pairs begin."""
    windows = (window.to_bytes(PIECE, "little").translate(_SEVEN) for window in wanted)
    pairs = {window[at : at + 2].decode("utf-16-le") for window in windows for at in range(PIECE - 1)}
    return re.compile(f"[{''.join(re.escape(pair) for pair in sorted(pairs))}]{{3,}}")


def _candidates(part: bytes, runs: re.Pattern[str]) -> bytes:
    """Whatever of a part may hold a window."""
    pairs = part[: len(part) // 2 * 2].translate(_SEVEN).decode("utf-16-le")
    spans = (match.span() for match in runs.finditer(pairs))
    return _BETWEEN.join(part[max(2 * start - 1, 0) : 2 * end + 1] for start, end in spans)


def _looked_up(wanted: set[int], part: bytes) -> set[int]:
    """Those of the windows that stand in a part, wherever in it they begin."""
    found: set[int] = set()
    view = memoryview(part)
    for first in range(min(PIECE, len(part))):
        words = (len(part) - first) // PIECE
        found |= wanted.intersection(view[first : first + words * PIECE].cast("Q"))
    return found

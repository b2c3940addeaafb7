"""Finding which parts of a short text stand in a large one, in a time that grows with their sizes alone.

A server may cut what it repeats, so an error is searched for every piece of every value that was sent, and
values may have ten million characters. To ask of each window of the error whether the value holds it took
13 s. So the value is gone through once, in C: first for runs of pairs of bytes that the error has, too, which
leave next to nothing of most values; then each window of what is left is looked up among those of the error.

Small and capital letters are one, and so are white space and the characters that base64 writes in two ways.
"""

from __future__ import annotations

import re
import sys
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING

from reconciler.api.readings import readings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from reconciler.api.readings import Reading

PIECE = 8
"""Bytes in a row that are no accident: as many characters of ASCII, fewer of others."""

NOTHING_SHORT: Mapping[bytes, int] = MappingProxyType({})

_BETWEEN = b"\xff"
"""What is in no UTF-8."""

AT_ONCE = 1 << 20
"""Bytes that are gone through at a time: what is made of them is soon thrown away."""

_FEW = 1 << 14
"""Bytes of which all windows are looked up sooner than the pairs of bytes of an error are known."""

_FOLD = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ\t\n\v\f\r-_", b"abcdefghijklmnopqrstuvwxyz     +/")
_SEVEN = bytes(byte & 127 for byte in range(256))
"""Makes bytes of which any two are one character of UTF-16."""


def without_pieces(
    shown: str, sent: Iterable[bytes], blank: str, short: Mapping[bytes, int] = NOTHING_SHORT
) -> str:
    """A text less every piece of what was sent; for short texts, since what was sent is not.

    Args:
        shown: the text.
        sent: what was sent.
        blank: what stands instead of each run that is hidden.
        short: what is hidden where the whole of it stands, with how many bytes at either end are left.
    """
    read = readings(shown)
    found = _found({window for reading in read for _, window in _windows(reading)}, sent)
    hidden = [False] * len(shown)
    for reading in read:
        for start, end in (*_pieces(reading, found), *_whole(reading, short)):
            first, last = reading.places[start][0], reading.places[end - 1][1]
            hidden[first : last + 1] = [True] * (last + 1 - first)
    return "".join(
        blank if secret else "".join(character for character, _ in run)
        for secret, run in groupby(zip(shown, hidden, strict=True), key=lambda pair: pair[1])
    )


def _pieces(reading: Reading, found: set[int]) -> Iterator[tuple[int, int]]:
    """Where windows stand that were found."""
    return ((at, at + PIECE) for at, window in _windows(reading) if window in found)


def _whole(reading: Reading, short: Mapping[bytes, int]) -> Iterator[tuple[int, int]]:
    """Where something stands that is shorter than a window."""
    for form, margin in short.items():
        at = reading.data.find(form)
        while at >= 0:
            yield at + margin, at + len(form) - margin
            at = reading.data.find(form, at + 1)


def _windows(reading: Reading) -> Iterator[tuple[int, int]]:
    """Each window as a number, with where it begins."""
    data = reading.data.translate(_FOLD)
    for at in range(len(data) - PIECE + 1):
        yield at, int.from_bytes(data[at : at + PIECE], sys.byteorder)


def _found(wanted: set[int], sent: Iterable[bytes]) -> set[int]:
    """Those of the windows that stand in what was sent."""
    found: set[int] = set()
    runs = None
    for part in _parts(sent) if wanted else ():
        folded = part.translate(_FOLD)
        if len(folded) > _FEW:
            runs = runs or _runs(wanted)
            folded = _candidates(folded, runs)
        if here := _looked_up(wanted, folded):
            found |= here
            wanted = wanted - here
            runs = None
        if not wanted:
            break
    return found


def _parts(sent: Iterable[bytes]) -> Iterator[bytes]:
    """Everything that was sent, neither in many parts nor in large ones."""
    small = bytearray()
    for text in sent:
        if len(text) <= AT_ONCE:
            small += text + _BETWEEN
        else:
            yield from (text[at : at + AT_ONCE + PIECE - 1] for at in range(0, len(text), AT_ONCE))
        if len(small) > AT_ONCE:
            yield bytes(small)
            small.clear()
    yield bytes(small)


def _runs(wanted: set[int]) -> re.Pattern[str]:
    """Matches whatever may hold a window: each has three whole pairs of bytes, wherever pairs begin."""
    windows = (window.to_bytes(PIECE, sys.byteorder).translate(_SEVEN) for window in wanted)
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

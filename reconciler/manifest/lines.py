"""The lines of a text that may have millions of them: places are found by counting, no line is listed.

YAML breaks lines at a line feed, a carriage return, or both; whatever else some programs take for a line
break is refused before anybody asks here.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING

from reconciler.manifest.values import offset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.manifest.values import Offset

BREAK = re.compile("\r\n|\r|\n")

_STEP = 1 << 14
"""Characters of a part. More than one part is counted in C; within one, lines are looked at."""


def breaks_in(text: str, start: int, end: int) -> int:
    """How many line breaks there are between two places that lie in none."""
    fed = text.count("\n", start, end)
    returned = text.count("\r", start, end)
    return fed + returned - text.count("\r\n", start, end) if returned else fed


def line_start(text: str, index: int) -> int:
    """Where the line begins that holds a place."""
    fed = text.rfind("\n", 0, index) + 1
    returned = text.rfind("\r", fed, index) + 1
    return max(fed, returned)


def line_end(text: str, index: int) -> int:
    """Where the line ends that holds a place, before its break."""
    found = BREAK.search(text, index)
    return found.start() if found else len(text)


def place(text: str, index: int) -> Offset:
    """Line and column of a place, counted from 0."""
    start = line_start(text, index)
    return offset(breaks_in(text, 0, start), index - start)


def last_place(text: str) -> Offset:
    """Behind the last character that is no last line break."""
    end = next((len(text) - len(end) for end in ("\r\n", "\r", "\n") if text.endswith(end)), len(text))
    return place(text, end)


class LineStarts:
    """Where lines begin, by their numbers. Asked in the order of lines, each part is looked at once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._parts = list(_parts(text))
        self._until = list(accumulate(breaks_in(text, start, end) for start, end in self._parts))
        """How many breaks there are up to the end of each part."""
        self._last = -1
        self._ends: list[int] = []
        """Where the breaks end that lie in the part that was looked at last."""

    def of(self, number: int) -> int | None:
        """Where a line begins, counted from 0; None where there is no such line."""
        if number <= 0:
            return 0 if number == 0 else None
        part = bisect_left(self._until, number)
        if part == len(self._parts):
            return None
        if part != self._last:
            start, end = self._parts[part]
            self._ends = [found.end() for found in BREAK.finditer(self._text, start, end)]
            self._last = part
        return self._ends[number - 1 - (self._until[part - 1] if part else 0)]


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """The parts of a text; none begins in the middle of a line break."""
    start = 0
    while start < len(text):
        end = min(start + _STEP, len(text))
        if text[end - 1] == "\r" and text[end : end + 1] == "\n":
            end += 1
        yield start, end
        start = end

"""What may be quoted of a manifest of any size: one line is looked for, and no others are listed.

What a line hides is masked by `model.quotes`, which is given that line alone. Where reading broke off, the
same law holds as there: a line of the rest is quoted only if no key before it could open a value that is
nobody's business. The last such key is looked for from the end, once for each line.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from msgspec import field

from reconciler.manifest.lines import LineStarts, breaks_in, line_end, line_start
from reconciler.model.quotes import SECRETIVE, Span, Text

if TYPE_CHECKING:
    from reconciler.model.quotes import Quoted

_WORDS = tuple(SECRETIVE.pattern.split("|"))
_ALIKE = (("\u017f", "s"), ("\u212a", "k"), ("\u0130", "i"))
"""Letters that are others but for their case, and a capital that is two letters in lower case."""

_LONGEST = max(map(len, _WORDS))
_STEP = 1 << 16
"""Characters that are looked through at once, from the end on."""


class Quotable(Text):
    """A text whose lines are found however many there are."""

    _lines: LineStarts | None = field(default=None)
    _line: tuple[int, Text | None] = field(default=(-1, None))
    """The number of the line that was asked for last, and what may be quoted of it."""

    def quote(self, line: int, column: int) -> Quoted | None:
        """The line of a position, counted from 1, masked; None where it may not be shown, or is not there."""
        number = line - 1
        last, alone = self._line
        if last != number:
            alone = self._alone(number)
            self._line = (number, alone)
        return None if alone is None else alone.quote(1, column)

    def _alone(self, number: int) -> Text | None:
        """One line as a text of its own."""
        if self._lines is None:
            self._lines = LineStarts(self.text)
        start = self._lines.of(number)
        if start is None:
            return None
        end = line_end(self.text, start)
        if self._may_belong(number, start, end):
            return None
        return Text(self.text[start:end], self._hidden_in(number, end - start))

    def _hidden_in(self, number: int, length: int) -> tuple[Span, ...]:
        """What is hidden in one line; spans do not overlap and come in their order."""
        first = bisect_right(self.hidden, (number, 0), key=lambda span: span.end)
        after = bisect_right(self.hidden, (number, length), key=lambda span: span.start)
        return tuple(
            Span(
                (0, span.start[1] if span.start[0] == number else 0),
                (0, span.end[1]) if span.end[0] == number else (1, 0),
            )
            for span in self.hidden[first:after]
        )

    def _may_belong(self, number: int, start: int, end: int) -> bool:
        """Tells whether a line may belong to a value that nobody recognised as one to be hidden."""
        if self.unread_from is None or number < self.unread_from:
            return False
        opening = _last_secretive(self.text, end)
        if opening < 0:
            return False
        begin = line_start(self.text, opening)
        opened = (breaks_in(self.text, 0, begin), opening - begin)
        if not self.hidden or self.hidden[-1].start <= opened:
            return True
        closed = self.hidden[-1].end
        behind = (self._lines or LineStarts(self.text)).of(closed[0]) or 0
        return not self.text[behind + closed[1] : start].strip()  # the line may be meant to be more of it


def _last_secretive(text: str, end: int) -> int:
    """Where the last word begins of those that `SECRETIVE` finds before a place; -1 where there is none."""
    while end > 0:
        start = max(0, end - _STEP)
        part = text[start:end]
        for letter, alike in _ALIKE:
            part = part.replace(letter, alike)
        part = part.lower()
        if (last := max(part.rfind(word) for word in _WORDS)) >= 0:
            return start + last
        end = start and start + _LONGEST - 1  # a word may begin in one part and end in the next
    return -1

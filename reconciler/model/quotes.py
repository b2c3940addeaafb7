"""What a diagnostic may quote: the lines of a manifest, less what in them is nobody's business.

The name of a manifest remembers the text that was read under it. Positions carry that name wherever they go,
so that whoever reports one can quote the line without reading the file again, which may have changed, or
may have been a pipe. Contents of files and values of secrets are masked; where reading broke off, nobody
knows what the rest is, so a line of the rest is quoted only if no key before it could open such a value.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from msgspec import Struct, field

from reconciler.model.redacted import Reticent

if TYPE_CHECKING:
    from typing import Self

MASK = "***"
"""What stands in a quoted line for what is not shown."""

SECRETIVE = re.compile(r"content|secret|value|token|password", re.IGNORECASE)
"""Words of keys whose values are contents or secrets; where text could not be read as YAML, a mere guess."""

_BREAK = re.compile("\r\n|\r|\n")


class Span(NamedTuple):
    """A part of a text, from one (line, column) up to another; both count from 0."""

    start: tuple[int, int]
    end: tuple[int, int]


class Quoted(NamedTuple):
    """A line to be shown, and where in it the character stands that is meant, counted from 0."""

    text: str
    at: int


class _Masked(NamedTuple):
    """A line without what is hidden; `spans` are the hidden columns and the columns of their masks."""

    number: int
    text: str
    spans: list[tuple[int, int, int]]

    def quoted(self, index: int) -> Quoted:
        """The line, and where in it a column of the true line is now."""
        at = bisect_right(self.spans, index, key=lambda span: span[1])  # the first that ends behind it
        if at < len(self.spans) and self.spans[at][0] <= index:
            return Quoted(self.text, self.spans[at][2])
        if at == 0:
            return Quoted(self.text, index)
        _, end, mask = self.spans[at - 1]
        return Quoted(self.text, mask + len(MASK) + index - end)


class Text(Reticent, Struct):
    """A text, what in it is hidden, and from which line on it could not be read (None: all of it was)."""

    told: ClassVar[tuple[str, ...]] = ("hidden", "unread_from")
    text: str
    hidden: tuple[Span, ...] = ()
    unread_from: int | None = None
    _starts: array[int] = field(default_factory=lambda: array("I"))
    _last: _Masked | None = field(default=None)
    """The line quoted last: all of a long file may be one."""

    def quote(self, line: int, column: int) -> Quoted | None:
        """The line of a position, counted from 1, masked; None where it may not be shown, or is not there."""
        number, index = line - 1, column - 1
        if not self._starts:
            starts = array("I", (0,))
            starts.extend(found.end() for found in _BREAK.finditer(self.text))
            self._starts = starts  # all at once: half of them would mask another line than is quoted
        if not 0 <= number < len(self._starts) or self._unsafe(number):
            return None
        last = self._last
        if last is None or last.number != number:
            end = self._starts[number + 1] if number + 1 < len(self._starts) else len(self.text)
            whole = self.text[self._starts[number] : end].rstrip("\r\n")
            last = self._last = _masked(number, whole, self._within(number, len(whole)))
        return last.quoted(index)

    def _within(self, number: int, length: int) -> list[tuple[int, int]]:
        """The hidden columns of a line; spans do not overlap and come in their order."""
        found: list[tuple[int, int]] = []
        after = bisect_right(self.hidden, ((number, length),), key=lambda span: (span.start,))
        for span in reversed(self.hidden[:after]):
            if span.end <= (number, 0):
                break
            start = span.start[1] if span.start[0] == number else 0
            end = span.end[1] if span.end[0] == number else length
            found.append((start, end))
        return found[::-1]

    def _unsafe(self, number: int) -> bool:
        """Tells whether a line may belong to a value that nobody recognised as one to be hidden."""
        if self.unread_from is None or number < self.unread_from:
            return False
        end = self._starts[number + 1] if number + 1 < len(self._starts) else len(self.text)
        last = max((found.start() for found in SECRETIVE.finditer(self.text, 0, end)), default=None)
        if last is None:
            return False
        opened = bisect_right(self._starts, last) - 1
        closed = [span for span in self.hidden if span.start > (opened, last - self._starts[opened])]
        if not closed:
            return True
        ended = closed[-1].end
        between = self.text[self._starts[ended[0]] + ended[1] : self._starts[number]]
        return not between.strip()  # the line after it may be meant to be more of it


class QuotableName(str):
    """The name of a manifest, which is all that anybody else sees of it, and the text behind it."""

    __slots__ = ("behind",)
    behind: Text | None

    def __new__(cls, name: str) -> Self:
        """The name before anything is known of the text."""
        made = super().__new__(cls, name)
        made.behind = None
        return made

    def __copy__(self) -> Self:
        """Itself, as any text is."""
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Likewise."""
        return self

    def __reduce__(self) -> tuple[type[Self], tuple[str]]:
        """The name alone: a pickled plan is no place for what manifests hold."""
        return type(self), (str(self),)


def quote(file: str, line: int, column: int) -> Quoted | None:
    """The line at a position; None where it is not known, or may not be shown."""
    if isinstance(file, QuotableName) and file.behind is not None:
        return file.behind.quote(line, column)
    return None


def _masked(number: int, line: str, hidden: list[tuple[int, int]]) -> _Masked:
    parts: list[str] = []
    spans: list[tuple[int, int, int]] = []
    at = shown = 0
    for start, end in hidden:
        parts += (line[at:start], MASK)
        spans.append((start, end, shown + start - at))
        shown += start - at + len(MASK)
        at = end
    parts.append(line[at:])
    return _Masked(number, "".join(parts), spans)

"""The comments of a manifest that are meant for this program: `# reconciler: allow CODE -- reason`.

A parser of YAML throws comments away, so they are looked for in the text. What looks like one inside of a
text (a file's content may be a manifest) is none: the walk over the YAML says where such texts are.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from reconciler.manifest.lines import breaks_in
from reconciler.model.allowances import Allowance
from reconciler.model.diagnostics import Position

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST = 1_000
"""Comments of one file that are read; nobody writes more."""

SIGN = "reconciler:"
"""How whatever is meant for this program begins."""

_COMMENT = re.compile(rf"(?<!\S)#[ \t]*{SIGN}[ \t]*allow\b[ \t]*(?P<rest>.*)")
_SAYS = re.compile(r"\n[^\S\n]*[^\s#]")
"""The beginning of a line that holds more than a comment, with the line break before it."""


class _Comment(NamedTuple):
    """A comment in its line, as indexes: where the line begins, the comment, and where both end."""

    start: int
    at: int
    end: int
    rest: str


def allows(comment: str) -> bool:
    """Tells whether a comment, from its `#` on, allows something."""
    return _COMMENT.match(comment) is not None


def allowances(file: str, text: str, scalars: Sequence[tuple[int, int]]) -> list[Allowance]:
    """Every comment that allows something, in their order.

    Args:
        file: whose name their places carry.
        text: what is in it.
        scalars: where the values begin and end in which `SIGN` stands, in their order.
    """
    if SIGN not in text:
        return []
    lines = text.replace("\r", "\n")  # a line break of two characters is then two: no index changes
    comments = list(islice(_comments(lines, scalars), MOST))
    abouts = _abouts(lines, comments)
    return list(_allowances(file, text, comments, abouts))


def _comments(lines: str, scalars: Sequence[tuple[int, int]]) -> Iterator[_Comment]:
    """The comments outside of all values, the first of each line."""
    at = 0
    while (sign := lines.find(SIGN, at)) >= 0:
        around = bisect_right(scalars, sign, key=lambda scalar: scalar[0]) - 1
        if around >= 0 and sign < scalars[around][1]:
            at = scalars[around][1]
            continue
        start = lines.rfind("\n", 0, sign) + 1
        end = lines.find("\n", sign)
        end = len(lines) if end < 0 else end
        if found := _COMMENT.search(lines, max(at, start), end):
            yield _Comment(start, found.start(), end, found["rest"])
        at = end


def _abouts(lines: str, comments: Sequence[_Comment]) -> list[int]:
    """Where the lines begin that they are about: their own, or the next one that says something.

    From the last one to the first: those that follow each other are about the same line.
    """
    found: list[int] = []
    until = len(lines)
    about = -1
    for comment in reversed(comments):
        if says := _SAYS.search(lines, comment.end, until):
            about = says.start() + 1
        alone = not lines[comment.start : comment.at].strip()
        found.append(about if alone and about >= 0 else comment.start)
        until = comment.end
    return found[::-1]


def _allowances(
    file: str, text: str, comments: Sequence[_Comment], abouts: Sequence[int]
) -> Iterator[Allowance]:
    counted = line = counted_about = about_line = 0
    for comment, about in zip(comments, abouts, strict=True):
        line += breaks_in(text, counted, comment.start)
        about_line += breaks_in(text, counted_about, about)
        counted, counted_about = comment.start, about
        code, _, reason = comment.rest.partition("--")
        at = Position(file, line + 1, comment.at - comment.start + 1)
        yield Allowance(at, about_line + 1, code.strip(), reason.strip())

"""The comments of a manifest that are meant for this program: `# reconciler: allow CODE -- reason`.

A parser of YAML throws comments away, so they are looked for in the text. What looks like one inside of a
text (a file's content may be a manifest) is none: only then is the text parsed once more, to tell.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, cast

import yaml
from yaml.events import ScalarEvent

from reconciler.manifest.values import offset, position
from reconciler.manifest.walk import PARSER
from reconciler.model.allowances import Allowance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml.error import Mark

MOST = 1_000
"""Comments of one file that are read; nobody writes more."""

_SIGN = "reconciler:"
_COMMENT = re.compile(r"(?<!\S)#[ \t]*reconciler:[ \t]*allow\b[ \t]*(?P<rest>.*)")
_BREAK = re.compile("\r\n|\r|\n")


def allowances(file: str, text: str) -> list[Allowance]:
    """Every comment that allows something, in their order."""
    if _SIGN not in text:
        return []
    lines = _BREAK.split(text)
    seen = {
        offset(number, found.start()): found
        for number, line in enumerate(lines)
        if _SIGN in line and (found := _COMMENT.search(line))
    }
    places = list(seen)[:MOST]
    inside = set(_in_scalars(text, places)) if places else set()
    if len(places) == len(inside):
        return []
    spoken = [number for number, line in enumerate(lines) if _says(line)]
    return [
        _allowance(file, place, seen[place]["rest"], lines, spoken) for place in places if place not in inside
    ]


def _allowance(file: str, place: int, rest: str, lines: list[str], spoken: list[int]) -> Allowance:
    at = position(file, place)
    code, _, reason = rest.partition("--")
    about = at.line
    if not lines[at.line - 1][: at.column - 1].strip():
        after = bisect_left(spoken, at.line)
        about = spoken[after] + 1 if after < len(spoken) else at.line
    return Allowance(at, about, code.strip(), reason.strip())


def _says(line: str) -> bool:
    """Tells whether a line holds more than a comment."""
    return not line.lstrip().startswith("#") and bool(line.strip())


def _in_scalars(text: str, places: list[int]) -> Iterator[int]:
    """The places that lie inside of a scalar; up to the first error: then nothing is allowed anyway."""
    try:
        for event in yaml.parse(text, Loader=PARSER):
            if isinstance(event, ScalarEvent):
                start, end = (_offset(cast("Mark", mark)) for mark in (event.start_mark, event.end_mark))
                first = bisect_left(places, start)
                while first < len(places) and places[first] < end:
                    yield places[first]
                    first += 1
    except yaml.YAMLError:
        return


def _offset(mark: Mark) -> int:
    return offset(mark.line, mark.column)

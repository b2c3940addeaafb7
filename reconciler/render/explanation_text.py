"""Codes in plain words: one in full, or several as a list."""

from __future__ import annotations

from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.explanations import Explanation
    from reconciler.render.paint import Paint

WIDTH = 100
"""Columns of a line; the texts are for reading, and no terminal is asked how wide it is."""

_CODE = 18
"""Columns of a code in a list; a longer one has a line of its own length."""


def explanation_lines(found: tuple[Explanation, ...], paint: Paint) -> Iterator[str]:
    """Yields one code in full, or a line for each of several, section by section."""
    if len({each.code for each in found}) == 1:
        for number, each in enumerate(found):
            yield from [""] * bool(number)
            yield from _in_full(each, paint)
        return
    for number, (section, codes) in enumerate(groupby(found, lambda each: each.section)):
        if number:
            yield ""
        yield paint("bold", section)
        for each in codes:
            yield from _in_short(each, paint)
    yield ""
    yield "`reconciler explain CODE` says more about one of them."


def _in_full(one: Explanation, paint: Paint) -> Iterator[str]:
    yield f"{paint('bold', one.code)} ({one.section})"
    yield ""
    yield from wrap(one.means, WIDTH, initial_indent="  ", subsequent_indent="  ")
    yield ""
    yield from wrap(f"What to do: {one.do}", WIDTH, initial_indent="  ", subsequent_indent="  ")


def _in_short(one: Explanation, paint: Paint) -> Iterator[str]:
    code = f"{one.code:{_CODE}}"
    first = one.means.partition(". ")[0].removesuffix(".")
    lines = wrap(first, WIDTH - _CODE - 4, break_long_words=False)
    yield f"  {paint('cyan', code)}  {lines[0]}"
    yield from (f"{' ' * (_CODE + 4)}{line}" for line in lines[1:])

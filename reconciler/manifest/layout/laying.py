"""The layout of a text, and how much of it there can be so that comments go on to allow the same."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from reconciler.manifest.layout.arrange import arrange
from reconciler.manifest.layout.governed import moved
from reconciler.manifest.layout.keeping import Kept, choices, keep
from reconciler.manifest.layout.parse import documents_of
from reconciler.manifest.layout.reading import read
from reconciler.manifest.layout.write import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.manifest.layout.reading import Said

_ROUNDS = 20
"""Layouts that are tried; no manifest is nested so deep that it takes more."""

_NOTHING = Kept()


def layout(text: str, kept: Kept = _NOTHING) -> str:
    r"""Lays out a text that parses and whose lines end in `\n`, unchecked.

    Raises:
        ComplexKey: a key has several lines.
    """
    documents = list(documents_of(text))
    keep(documents, kept, text.split("\n"))
    for document in documents:
        arrange(document)
    return written(documents)


def laid_out(file: str, before: Said) -> str | None:
    """The layout of a text; None where every layout would say something else.

    Where no layout allows the same, or none that would stay, the text is left as it is.
    """
    after = _once(file, before)
    if after is None:
        return None
    if not before.allowing or after.text == before.text:
        return after.text
    again = _once(file, after)
    return after.text if again and again.text == after.text else before.text


def _once(file: str, before: Said) -> Said | None:
    laid = layout(before.text)
    if laid == before.text:
        return before
    after = read(file, laid)
    if not before.same_as(after):
        return None
    wrong = moved(before.allowing, after.allowing)
    return _partly(file, before, wrong) if wrong else after


def _partly(file: str, before: Said, wrong: Iterable[int]) -> Said:
    """Keeps more and more of a text as it was, until no comment is `wrong` any more."""
    documents = list(documents_of(before.text))
    left: dict[int, Iterator[Kept]] = {}
    chosen: dict[int, Kept] = {}
    for _ in range(_ROUNDS):
        for number in wrong:
            if number not in left:
                left[number] = iter(choices(documents, before.allowing[number].line))
            choice = next(left[number], None)
            if choice is None:
                return before
            chosen[number] = choice
        after = read(file, layout(before.text, reduce(Kept.with_, chosen.values(), _NOTHING)))
        wrong = moved(before.allowing, after.allowing) if before.same_as(after) else list(chosen)
        if not wrong:
            return after
    return before

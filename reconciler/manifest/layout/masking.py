"""A manifest as a diff may show it: without the values that no quote shows (`manifest.guards`).

A layout changes no value, so a diff of two masked texts shows all that changed but line ends within such a
value.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from reconciler.manifest.lines import BREAK
from reconciler.manifest.walk import Walk
from reconciler.model.quotes import MASK

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOM = "\ufeff"


def masked(file: str, text: str) -> str:
    """A text that parses, with `***` for each value that is hidden; one over several lines becomes one."""
    whole = text.removeprefix(_BOM)
    walk = Walk(file, whole)
    for _ in walk.documents():
        pass
    if not walk.hidden:
        return text
    ends = [found.end() for found in BREAK.finditer(whole)]
    starts = [0, *ends]
    places = [(starts[one[0]] + one[1], starts[two[0]] + two[1]) for one, two in walk.hidden]
    return text[: len(text) - len(whole)] + "".join(_parts(whole, places))


def _parts(text: str, places: list[tuple[int, int]]) -> Iterator[str]:
    behind = accumulate((end for _, end in places), max, initial=0)
    for (start, end), at in zip(places, behind, strict=False):
        yield text[at:start]
        kept = text[start:end]
        yield MASK + kept[len(kept.rstrip()) :]  # a block scalar ends with the line that it is on
    yield text[max(end for _, end in places) :]

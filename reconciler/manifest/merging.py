"""The merge key: `<<: *base` gives a mapping the keys of another one that it does not have itself.

What stands in the mapping wins wherever the merge key stands in it, and of several merged mappings the
earlier one: as YAML 1.1 has it, and every program that knows the key. Merged values keep the places they
were written at. Nothing is bounded here: an alias was counted with all that is below it when it was read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yaml.events import ScalarEvent

from reconciler.manifest.findings import Problem, found
from reconciler.manifest.values import BROKEN, ListMarks, MappingMarks, offset_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml.events import Event

    from reconciler.manifest.values import Mark, Offset, Value

MERGE = "<<"

_HINT = "a merge takes an alias of a mapping, or a list of them: `<<: *base`"


def is_merge(key: Event) -> bool:
    """Tells whether a key merges; quoted or tagged it is a key like any other."""
    return isinstance(key, ScalarEvent) and key.value == MERGE and not key.style and key.tag is None


def merge(
    values: dict[str, Value], marks: MappingMarks, merged: Value, mark: Mark
) -> Iterator[tuple[Problem, Offset]]:
    """Adds the keys of what is merged to a mapping, and yields what cannot be, with its place."""
    for inner, inner_mark in _mappings(merged, mark):
        if isinstance(inner, dict) and isinstance(inner_mark, MappingMarks):
            for key, value in inner.items():
                if key not in values:
                    values[key] = value
                    marks.keys[key], marks.values[key] = inner_mark.keys[key], inner_mark.values[key]
        elif inner is not BROKEN:
            message = f"expected a mapping to merge, found {found(inner, secret=True)}"
            yield Problem("wrong-type", message, _HINT), offset_of(inner_mark)


def _mappings(merged: Value, mark: Mark) -> Iterator[tuple[Value, Mark]]:
    if isinstance(merged, list) and isinstance(mark, ListMarks):
        yield from zip(merged, mark.items, strict=True)
    else:
        yield merged, mark

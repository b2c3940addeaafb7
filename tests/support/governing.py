"""What comments that allow something are about, told by the parser's events and not by our walk over them."""

from __future__ import annotations

from collections import Counter, defaultdict

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    MappingStartEvent,
    ScalarEvent,
)

from reconciler.manifest.comments import allowances
from reconciler.manifest.walk import Walk

Way = tuple[str | int, ...]

AT_TEXTS = "skill-not-pinned"
"""The code whose warnings stand at texts alone."""


def governing(text: str) -> Counter[tuple[str, str, frozenset[tuple[str, Way]]]]:
    """Code and reason of each comment that allows something, and all that begins on the line it is about."""
    walk = Walk("m", text)
    list(walk.documents())
    begins = _Begins(text).by_line
    return Counter(
        (
            found.code,
            found.reason,
            frozenset(each for each in begins[found.line] if found.code != AT_TEXTS or each[0] == "text"),
        )
        for found in allowances("m", text, walk.signed)
    )


class _Begins:
    """What begins on each line, keys and values, with the way to it."""

    def __init__(self, text: str) -> None:
        self.by_line: dict[int, list[tuple[str, Way]]] = defaultdict(list)
        self._around: list[tuple[bool, Way]] = []
        """Whether each collection around is a mapping, and the way to it."""
        self._next: list[str | int | None] = []
        """The index or key of the value that comes next in each; None where a key does."""
        self._anchored: dict[str, str] = {}
        documents = 0
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, DocumentStartEvent):
                self._around, self._next = [(False, ())], [documents]
                documents += 1
            elif isinstance(event, ScalarEvent | AliasEvent | CollectionStartEvent):
                self._take(event)
            elif isinstance(event, CollectionEndEvent):
                self._around.pop()
                self._next.pop()

    def _take(self, event: ScalarEvent | AliasEvent | CollectionStartEvent) -> None:
        kind = "text" if isinstance(event, ScalarEvent) else "collection"
        if isinstance(event, AliasEvent):
            kind = self._anchored[event.anchor or ""]
        elif event.anchor:
            self._anchored[event.anchor] = kind
        (mapping, around), here = self._around[-1], self._next[-1]
        if here is None:
            assert isinstance(event, ScalarEvent)
            self._next[-1] = event.value
            way, kind = (*around, event.value), "key"
        else:
            self._next[-1] = None if mapping else int(here) + 1
            way = (*around, here)
        assert event.start_mark is not None
        self.by_line[event.start_mark.line + 1].append((kind, way))
        if isinstance(event, CollectionStartEvent):
            inner = isinstance(event, MappingStartEvent)
            self._around.append((inner, way))
            self._next.append(None if inner else 0)

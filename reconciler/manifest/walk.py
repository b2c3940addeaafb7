"""The walk over the YAML parser's events: documents as plain values with positions.

PyYAML's own loaders keep the last of two equal keys in silence, guess types, know no positions, and
crash on deep nesting (the C composer recurses until the stack is gone). The parser's events have none
of that; what they lack is bounds, and those are here: of depth, and of the number of values.
"""

from __future__ import annotations

import re
from sys import intern
from typing import TYPE_CHECKING, NoReturn, cast

import yaml
from yaml.error import MarkedYAMLError
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from reconciler.manifest.anchors import Anchored, Anchors, moved
from reconciler.manifest.findings import MAX_PROBLEMS, Problem, error, found, quoted
from reconciler.manifest.guards import GUARDED, Guard, below_refused, guard_of
from reconciler.manifest.merging import is_merge, merge
from reconciler.manifest.scalars import resolve
from reconciler.manifest.syntax import MAX_DEPTH, TOO_DEEP, syntax_error
from reconciler.manifest.values import BROKEN, COLUMN_BITS, ListMarks, MappingMarks, Node, position
from reconciler.model.quotes import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml.error import Mark as YamlMark
    from yaml.events import Event, NodeEvent

    from reconciler.manifest.values import Mark, Offset, Value
    from reconciler.model.diagnostics import Diagnostic

MAX_VALUES = 350_000
"""Of one file, aliases expanded; a set of 10,000 containers with two files each has 250,000."""

PER_DOCUMENT = 2
"""An empty document takes the time of three values, of which it has one."""

PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C parser where PyYAML was built with it."""

_MERGED_TWICE = "the merge key << was already given in this mapping"
_MERGE_LIST = "merge several mappings with one list: `<<: [*one, *other]`"
_SURROGATE = re.compile("[\ud800-\udfff]")


class _Abandoned(Exception):
    """The rest of the file is not safe to read. A way out of the recursion; it never leaves this module."""


class Walk:
    """One pass over the text of one file; `problems` grows while `documents` is consumed."""

    def __init__(self, file: str, text: str, parser: type[yaml.SafeLoader] = PARSER) -> None:
        self.problems: list[Diagnostic] = []
        self.whole = True
        """Whether everything in the file was read."""
        self.hidden: list[Span] = []
        """The values that no message quotes, in their order."""
        self.unread_from: int | None = None
        """The line, counted from 0, from which on not everything was read."""
        self._file = file
        self._text = text
        self._events = _events(parser(text))
        self._anchors = Anchors(file)
        self._values = 0
        self._guard = Guard.OPEN
        self._last: Event | None = None

    def documents(self) -> Iterator[Node]:
        """The documents that are not empty, up to the first error of syntax."""
        try:
            for event in self._events:
                if isinstance(event, DocumentStartEvent):
                    self._count(PER_DOCUMENT, event)
                    self._anchors = Anchors(self._file)
                    value, mark = self._value(next(self._events), 0)
                    if value is not None:
                        yield Node(self._file, value, mark)
        except _Abandoned:
            self._stop()
        except yaml.YAMLError as problem:
            self._stop()
            self.problems.append(syntax_error(self._file, self._text, problem))

    def _stop(self) -> None:
        self.whole = False
        self.unread_from = _place(self._last).line if self._last else 0

    def _value(self, event: Event, depth: int) -> tuple[Value, Mark]:
        self._last = event
        if isinstance(event, ScalarEvent) and event.anchor is None and event.tag is None:  # as nearly all are
            self._values += 1
            if self._values > MAX_VALUES:
                self._count(0, event)
            return self._scalar(event)
        if isinstance(event, AliasEvent):
            return self._alias(event)
        before = self._values
        self._count(1, event)
        if isinstance(event, ScalarEvent):
            anchored = self._anchor(event)
            value, mark = self._scalar(event)
        elif isinstance(event, CollectionStartEvent):
            anchored = self._anchor(event)
            value, mark = self._collection(event, depth)
        else:
            raise yaml.YAMLError("the parser sent what is no value")
        if event.tag is not None:
            value = self._tagged(event, event.tag)
        if anchored is not None:
            anchored.value, anchored.mark, anchored.size = value, mark, self._values - before
        return value, mark

    def _scalar(self, event: ScalarEvent) -> tuple[Value, Mark]:
        text = event.value
        if not text.isascii() and _SURROGATE.search(text):  # the C parser refuses them itself
            raise MarkedYAMLError(problem="half of a surrogate pair", problem_mark=_place(event))
        return text if event.style else resolve(text), _start(event)

    def _collection(self, event: CollectionStartEvent, depth: int) -> tuple[Value, Mark]:
        if depth >= MAX_DEPTH:
            self._abandon(TOO_DEEP, event)
        if isinstance(event, MappingStartEvent):
            return self._mapping(event, depth)
        return self._list(event, depth)

    def _list(self, start: Event, depth: int) -> tuple[Value, Mark]:
        values: list[Value] = []
        marks = ListMarks(_start(start), [])
        for event in self._events:
            if isinstance(event, SequenceEndEvent):
                break
            if self._guard:
                self._hide(event)
            value, mark = self._value(event, depth + 1)
            values.append(value)
            marks.items.append(mark)
        return values, marks

    def _mapping(self, start: Event, depth: int) -> tuple[Value, Mark]:
        values: dict[str, Value] = {}
        marks = MappingMarks(_start(start), {}, {})
        merged: list[tuple[Value, Mark]] = []
        for event in self._events:
            if isinstance(event, MappingEndEvent):
                break
            outer = self._guard
            if outer is Guard.SHUT:
                self._hide(event)
            key = self._key(event, marks, depth)
            inner = next(self._events)
            if key is None:
                text = event.value if isinstance(event, ScalarEvent) else None
                self._guard = below_refused(text, outer)
                self._hide(inner)
            elif outer or key in GUARDED:
                self._guard = guard_of(key, outer)
                self._hide(inner)
            value, mark = self._value(inner, depth + 1)
            self._guard = outer
            if key is not None:
                marks.keys[key] = _start(event)
                values[key], marks.values[key] = value, mark
            elif is_merge(event):
                if merged:
                    self._problem(Problem("duplicate-key", _MERGED_TWICE, _MERGE_LIST), event)
                merged.append((value, mark))
        for value, mark in merged:
            for problem, at in merge(values, marks, value, mark):
                self._problem_at(problem, at)
        return values, marks

    def _key(self, event: Event, marks: MappingMarks, depth: int) -> str | None:
        """The text of a key, or None where the pair is refused."""
        value, _ = self._value(event, depth + 1)
        if isinstance(event, ScalarEvent) and isinstance(value, str):
            if value not in marks.keys:
                return intern(value)
            first = position(self._file, marks.keys[value])
            message = f"the key {quoted(value)} was already given at {first}"
            self._problem(Problem("duplicate-key", message), event)
        elif value is not BROKEN and not is_merge(event):
            what = "an alias" if isinstance(event, AliasEvent) else found(value)
            self._problem(Problem("wrong-type", f"expected a key, which is text, found {what}"), event)
        return None

    def _hide(self, event: Event) -> None:
        """Keeps a scalar from being quoted, where it is guarded."""
        if self._guard and isinstance(event, ScalarEvent):
            start, end = _place(event), cast("YamlMark", event.end_mark)
            self.hidden.append(Span((start.line, start.column), (end.line, end.column)))

    def _alias(self, event: AliasEvent) -> tuple[Value, Mark]:
        at = _start(event)
        anchored = self._anchors.resolve(event.anchor or "")
        if isinstance(anchored, Problem):
            self._problem(anchored, event)
            return BROKEN, at
        self._count(anchored.size or 0, event)
        return anchored.value, moved(anchored.mark, at)

    def _anchor(self, event: NodeEvent) -> Anchored | None:
        if event.anchor is None:
            return None
        anchored = self._anchors.open(event.anchor, _start(event))
        if isinstance(anchored, Anchored):
            return anchored
        self._problem(anchored, event)
        return None

    def _tagged(self, event: Event, tag: str) -> Value:
        message = f"expected a value without a tag, found {quoted(tag)}"
        self._problem(Problem("explicit-tag", message, "leave the tag out; quotes make anything text"), event)
        return BROKEN

    def _count(self, values: int, event: Event) -> None:
        self._values += values
        if self._values > MAX_VALUES:
            self._abandon(Problem("too-large", f"more than {MAX_VALUES} values, aliases expanded"), event)

    def _abandon(self, problem: Problem, event: Event) -> NoReturn:
        self._problem(problem, event)
        raise _Abandoned

    def _problem(self, problem: Problem, event: Event) -> None:
        self._problem_at(problem, _start(event))

    def _problem_at(self, problem: Problem, at: Offset) -> None:
        place = position(self._file, at)
        self.problems.append(error(problem.code, problem.message, place, problem.hint))
        if len(self.problems) > MAX_PROBLEMS:
            raise _Abandoned


def _events(parser: yaml.SafeLoader) -> Iterator[Event]:
    """As `yaml.parse`, which asks twice for each of them."""
    return iter(parser.get_event, None)


def _start(event: Event) -> Offset:
    mark = event.start_mark  # not by `_place` and `offset`: this is asked of every event
    return mark.line << COLUMN_BITS | mark.column  # type: ignore[union-attr]  # none of a parser is without


def _place(event: Event) -> YamlMark:
    return cast("YamlMark", event.start_mark)  # no event of a parser comes without one

"""The walk over the YAML parser's events: documents as plain values with positions.

PyYAML's own loaders keep the last of two equal keys in silence, guess types, know no positions, and
crash on deep nesting (the C composer recurses until the stack is gone). The parser's events have none
of that; what they lack is bounds, and those are here: of depth, of the number of values, of keys and text.

Nearly all events are scalars without an anchor or a tag. The loops over lists and mappings read those
themselves, in line; everything else goes the long way through `_value`.
"""

from __future__ import annotations

from sys import intern
from typing import TYPE_CHECKING, NoReturn, cast

import yaml
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
from reconciler.manifest.events import PARSER, events_of, place_of
from reconciler.manifest.findings import MAX_PROBLEMS, Problem, error, found, quoted
from reconciler.manifest.guards import GUARDED, Guard, below_refused, guard_of
from reconciler.manifest.lengths import DEFAULT, MAX_KEY, MAX_TEXT, key_problem, text_problem, weight
from reconciler.manifest.merging import is_merge, merge
from reconciler.manifest.room import MAX_VALUES, Room
from reconciler.manifest.scalars import resolve
from reconciler.manifest.syntax import MAX_DEPTH, TOO_DEEP, syntax_error, useless_directive
from reconciler.manifest.values import BROKEN, COLUMN_BITS, ListMarks, MappingMarks, Node, position
from reconciler.model.quotes import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml.error import Mark as YamlMark
    from yaml.events import Event, NodeEvent

    from reconciler.manifest.values import Mark, Offset, Value
    from reconciler.model.diagnostics import Diagnostic

__all__ = ["PARSER", "Walk"]

PER_DOCUMENT = 2
"""An empty document takes the time of three values, of which it has one."""

_TOO_MANY = Problem("too-large", f"more than {MAX_VALUES} values in the whole set, aliases expanded")
_MERGED_TWICE = "the merge key << was already given in this mapping"
_MERGE_LIST = "merge several mappings with one list: `<<: [*one, *other]`"


class _Abandoned(Exception):
    """The rest of the file is not safe to read. A way out of the recursion; it never leaves this module."""


class Walk:
    """One pass over the text of one file; `problems` grows while `documents` is consumed.

    `room` is what the files of a set have left together. What sets variables may be long under any key.
    """

    def __init__(
        self,
        file: str,
        text: str,
        parser: type[yaml.SafeLoader] = PARSER,
        *,
        room: Room | None = None,
        sets_variables: bool = False,
    ) -> None:
        self.problems: list[Diagnostic] = []
        self.whole = True
        """Whether everything in the file was read."""
        self.hidden: list[Span] = []
        """The values that no message quotes, in their order."""
        self.signed: list[tuple[int, int]] = []
        """Where the values begin and end in which a comment for this program would be none."""
        self.unread_from: int | None = None
        """The line, counted from 0, from which on not everything was read."""
        self._file = file
        self._text = text
        self._events = events_of(text, parser, self.signed)
        self._anchors = Anchors(file)
        self._room = room or Room()
        self._sets_variables = sets_variables
        self._guard = Guard.OPEN
        self._last: Event | None = None
        """The last event of a file that was not read to its end."""

    def documents(self) -> Iterator[Node]:
        """The documents that are not empty, up to the first error of syntax."""
        try:
            if useless := useless_directive(self._text):
                self._problem_at(*useless)
                raise _Abandoned  # noqa: TRY301 - the one way out
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
        self.unread_from = place_of(self._last).line if self._last else 0

    def _value(self, event: Event, depth: int, key: str | None = None) -> tuple[Value, Mark]:
        """Any value; `key` is the one that it stands at, None in a list."""
        if isinstance(event, CollectionStartEvent) and event.anchor is None and event.tag is None:
            return self._collection(event, depth)
        if isinstance(event, AliasEvent):
            return self._alias(event, key)
        before = self._room.values
        if isinstance(event, ScalarEvent):
            self._count(1, event)
            anchored = self._anchor(event)
            value, mark = self._scalar(event, key)
        elif isinstance(event, CollectionStartEvent):
            anchored = self._anchor(event)
            value, mark = self._collection(event, depth)
        else:
            raise yaml.YAMLError("the parser sent what is no value")
        if event.tag is not None:
            value = self._tagged(event)
        if anchored is not None:
            anchored.value, anchored.mark, anchored.size = value, mark, before - self._room.values
        return value, mark

    def _scalar(self, event: ScalarEvent, key: str | None) -> tuple[Value, Mark]:
        text = event.value
        if len(text) > MAX_TEXT:
            return self._long(text, event, key), _start(event)
        return text if event.style else resolve(text), _start(event)

    def _long(self, text: str, event: Event, key: str | None) -> Value:
        """A text of which there may be megabytes; it is taken for text however it is written."""
        if self._sets_variables:
            key = DEFAULT
        if problem := text_problem(text, key):
            self._problem(problem, event)
            return BROKEN
        self._count(weight(text, key), event)
        return text

    def _collection(self, event: CollectionStartEvent, depth: int) -> tuple[Value, Mark]:
        if depth >= MAX_DEPTH:
            self._abandon(TOO_DEEP, event)
        self._room.values -= 1
        if self._room.values < 0:
            self._abandon(_TOO_MANY, event)
        if isinstance(event, MappingStartEvent):
            return self._mapping(event, depth)
        return self._list(event, depth)

    def _list(self, start: Event, depth: int) -> tuple[Value, Mark]:
        values: list[Value] = []
        items: list[Mark] = []
        room, guard, event = self._room, self._guard, start
        left = room.values
        try:
            for event in self._events:
                if (
                    type(event) is ScalarEvent
                    and event.anchor is None
                    and event.tag is None
                    and len(text := event.value) <= MAX_TEXT
                    and not guard
                ):
                    left -= 1
                    if left < 0:
                        self._abandon(_TOO_MANY, event)
                    values.append(text if event.style else resolve(text))
                    at = event.start_mark
                    items.append(at.line << COLUMN_BITS | at.column)  # type: ignore[union-attr]  # as `_start` has it
                    continue
                if isinstance(event, SequenceEndEvent):
                    break
                if guard:
                    self._hide(event)
                room.values = left
                value, mark = self._value(event, depth + 1)
                left = room.values
                values.append(value)
                items.append(mark)
        except (yaml.YAMLError, _Abandoned):
            self._last = self._last or event
            raise
        room.values = left
        return values, ListMarks(_start(start), items)

    def _mapping(self, start: Event, depth: int) -> tuple[Value, Mark]:
        values: dict[str, Value] = {}
        keys: dict[str, Offset] = {}
        places: dict[str, Mark] = {}
        marks = MappingMarks(_start(start), keys, places)
        merged: list[tuple[Value, Mark]] = []
        room, guard, event = self._room, self._guard, start
        left = room.values
        try:
            for event in self._events:
                if (
                    type(event) is ScalarEvent
                    and event.anchor is None
                    and event.tag is None
                    and (key := event.value) not in keys
                    and len(key) <= MAX_KEY
                    and (event.style or resolve(key) is key)
                    and not guard
                ):
                    left -= 2  # the value may be a collection, which counts itself
                    if left < 0:
                        self._abandon(_TOO_MANY, event)
                    at = event.start_mark
                    keys[intern(key)] = at.line << COLUMN_BITS | at.column  # type: ignore[union-attr]  # as above
                    inner = next(self._events)
                    if (
                        type(inner) is ScalarEvent
                        and inner.anchor is None
                        and inner.tag is None
                        and len(text := inner.value) <= MAX_TEXT
                        and key not in GUARDED
                    ):
                        values[key] = text if inner.style else resolve(text)
                        at = inner.start_mark
                        places[key] = at.line << COLUMN_BITS | at.column  # type: ignore[union-attr]  # as above
                        continue
                    room.values = left + 1
                    values[key], places[key] = self._guarded(key, inner, depth)
                elif isinstance(event, MappingEndEvent):
                    break
                else:
                    room.values = left
                    self._other_pair(event, values, marks, merged, depth)
                left = room.values
        except (yaml.YAMLError, _Abandoned):
            self._last = self._last or event
            raise
        room.values = left
        self._merge(merged, values, marks)
        return values, marks

    def _other_pair(
        self,
        event: Event,
        values: dict[str, Value],
        marks: MappingMarks,
        merged: list[tuple[Value, Mark]],
        depth: int,
    ) -> None:
        """Reads a pair whose key is no simple new one; `merged` gets the value of a merge key."""
        if self._guard is Guard.SHUT:
            self._hide(event)
        key = self._key(event, marks.keys, depth)
        inner = next(self._events)
        if key is not None:
            values[key], marks.values[key] = self._guarded(key, inner, depth)
            return
        text = event.value if isinstance(event, ScalarEvent) else None
        refused = self._below(below_refused(text, self._guard), inner, depth)
        if is_merge(event):
            if merged:
                self._problem(Problem("duplicate-key", _MERGED_TWICE, _MERGE_LIST), event)
            merged.append(refused)

    def _guarded(self, key: str, inner: Event, depth: int) -> tuple[Value, Mark]:
        """The value of a key, with what that says about quoting it."""
        if self._guard or key in GUARDED:
            return self._below(guard_of(key, self._guard), inner, depth, key)
        return self._value(inner, depth + 1, key)

    def _below(self, guard: Guard, inner: Event, depth: int, key: str | None = None) -> tuple[Value, Mark]:
        outer, self._guard = self._guard, guard
        self._hide(inner)
        found = self._value(inner, depth + 1, key)
        self._guard = outer
        return found

    def _merge(self, merged: list[tuple[Value, Mark]], values: dict[str, Value], marks: MappingMarks) -> None:
        for value, mark in merged:
            for problem, place in merge(values, marks, value, mark):
                self._problem_at(problem, place)

    def _key(self, event: Event, keys: dict[str, Offset], depth: int) -> str | None:
        """The text of a key, whose place is noted, or None where the pair is refused."""
        value, _ = self._value(event, depth + 1)
        if isinstance(event, ScalarEvent) and isinstance(value, str):
            if problem := self._against(value, keys):
                self._problem(problem, event)
                return None
            keys[intern(value)] = _start(event)
            return intern(value)
        if value is not BROKEN and not is_merge(event):
            what = "an alias" if isinstance(event, AliasEvent) else found(value)
            self._problem(Problem("wrong-type", f"expected a key, which is text, found {what}"), event)
        return None

    def _against(self, key: str, keys: dict[str, Offset]) -> Problem | None:
        if key not in keys:
            return key_problem(key)
        first = position(self._file, keys[key])
        return Problem("duplicate-key", f"the key {quoted(key)} was already given at {first}")

    def _hide(self, event: Event) -> None:
        """Keeps a scalar from being quoted, where it is guarded, and what a star makes an alias of."""
        if self._guard and isinstance(event, (ScalarEvent, AliasEvent)):
            start, end = place_of(event), cast("YamlMark", event.end_mark)
            self.hidden.append(Span((start.line, start.column), (end.line, end.column)))

    def _alias(self, event: AliasEvent, key: str | None) -> tuple[Value, Mark]:
        at = _start(event)
        anchored = self._anchors.resolve(event.anchor or "", self._guard)
        if isinstance(anchored, Problem):
            self._problem(anchored, event)
            return BROKEN, at
        if isinstance(anchored.value, str) and len(anchored.value) > MAX_TEXT:
            self._count(1, event)
            return self._long(anchored.value, event, key), at
        self._count(anchored.size or 0, event)
        return anchored.value, moved(anchored.mark, at)

    def _anchor(self, event: NodeEvent) -> Anchored | None:
        if event.anchor is None:
            return None
        anchored = self._anchors.open(event.anchor, _start(event), self._guard)
        if isinstance(anchored, Anchored):
            return anchored
        self._problem(anchored, event)
        return None

    def _tagged(self, event: Event) -> Value:
        message = "expected a value without a tag"  # a password may begin like one: it is not repeated
        self._problem(Problem("explicit-tag", message, "leave the tag out; quotes make anything text"), event)
        return BROKEN

    def _count(self, values: int, event: Event) -> None:
        self._room.values -= values
        if self._room.values < 0:
            self._abandon(_TOO_MANY, event)

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


def _start(event: Event) -> Offset:
    mark = event.start_mark  # not by `place_of` and `offset`: this is asked of very many
    return mark.line << COLUMN_BITS | mark.column  # type: ignore[union-attr]  # none of a parser is without

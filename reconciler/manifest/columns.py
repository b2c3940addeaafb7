"""Values as columns in JSON: 10,000 containers are a quarter of a million small objects, handled at C speed.

What is alike is handled together, on the way out as on the way in. A group holds objects of one kind, field
by field, and comes after the groups of everything that they hold; tuples stand one behind the other, with
their lengths. So nobody looks at objects one by one: a column is taken by one `map` over objects, and a group
is made by one `map` over columns. Equal objects are written once. What is read is data: only named kinds are
made.
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections import defaultdict
from enum import Enum
from itertools import chain, islice
from operator import attrgetter
from types import NoneType
from typing import TYPE_CHECKING, Any

from msgspec.json import decode, encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_TUPLE, _BYTES, _PLAIN = "tuple", "bytes", "plain"

_PLAIN_KINDS = frozenset({NoneType, bool, int, float, str})
_INLINE = frozenset({str, int})


class NotWritable(Exception):
    """A value of a kind that is not written."""


class Columns:
    """Writes and reads values of these kinds (Structs, enumerations, text), tuples and bytes."""

    def __init__(self, kinds: Iterable[type]) -> None:
        self._kinds: Mapping[str, type] = {kind.__name__: kind for kind in kinds}

    def write(self, value: object) -> str:
        """A value as JSON.

        Raises:
            NotWritable: something in it is of no kind that is written.
        """
        writer = _Writer(self._kinds)
        (root,) = writer.places([value])
        try:
            return encode({"groups": writer.groups, "root": root}).decode()
        except UnicodeEncodeError as error:  # the name of a file need be no text
            raise NotWritable(str(error)) from error

    def read(self, text: str) -> Any:
        """The value that was written.

        Raises:
            ValueError, TypeError, LookupError: this was not written by `write`.
        """
        document = decode(text)
        made: list[Any] = []
        for name, count, *columns in document["groups"]:
            whole = [map(made.__getitem__, values) if refers else values for refers, values in columns]
            group = list(self._made(name, whole)) if whole else [self._kinds[name]()]
            if len(group) != count:
                raise ValueError("a group of another size")
            made += group
        return made[document["root"]]

    def _made(self, name: str, columns: Sequence[Iterable[Any]]) -> Iterable[Any]:
        if name == _TUPLE:
            lengths, parts = columns[0], iter(columns[1])
            return [tuple(islice(parts, length)) for length in lengths]
        if name == _BYTES:
            return map(a2b_base64, columns[0])
        return columns[0] if name == _PLAIN else map(self._kinds[name], *columns)


class _Writer:
    """The groups so far; an object's place is its number among all that they hold."""

    def __init__(self, kinds: Mapping[str, type]) -> None:
        self.groups: list[list[Any]] = []
        self._names = {kind: name for name, kind in kinds.items()}
        self._known: defaultdict[tuple[object, ...], dict[tuple[Any, ...], int]] = defaultdict(dict)
        self._count = 0

    def places(self, values: Sequence[Any]) -> list[int]:
        """Adds values with all that they hold, and returns where each is."""
        kinds = list(map(type, values))
        if len(set(kinds)) == 1:
            return self._of_kind(kinds[0], values)
        places = [0] * len(values)
        for kind in dict.fromkeys(kinds):
            chosen = [index for index, each in enumerate(kinds) if each is kind]
            for index, place in zip(
                chosen, self._of_kind(kind, [values[index] for index in chosen]), strict=True
            ):
                places[index] = place
        return places

    def _of_kind(self, kind: type, values: Sequence[Any]) -> list[int]:
        if kind in _PLAIN_KINDS:
            return self._added(_PLAIN, [values], len(values), kind)
        if kind is tuple:
            return self._tuples(values)
        if kind is bytes:
            return self._added(_BYTES, [[b2a_base64(value, newline=False).decode() for value in values]])
        if kind not in self._names:
            raise NotWritable(kind.__name__)
        return self._added(self._names[kind], list(_taken(kind, values)), len(values))

    def _tuples(self, values: Sequence[tuple[Any, ...]]) -> list[int]:
        parts = iter(self.places(list(chain.from_iterable(values))))
        rows = [tuple(islice(parts, length)) for length in map(len, values)]
        places, fresh = self._placed(self._known[_TUPLE,], rows)
        if fresh:
            lengths = list(map(len, fresh))
            self.groups.append([_TUPLE, len(fresh), [0, lengths], [1, list(chain.from_iterable(fresh))]])
        return places

    def _added(
        self, name: str, columns: Sequence[Sequence[Any]], count: int = 0, plain: type | None = None
    ) -> list[int]:
        """Adds objects by their columns; one of text and whole numbers stands as it is, any other refers."""
        refers = [plain is None and not _INLINE.issuperset(map(type, column)) for column in columns]
        parts = [
            self.places(column) if refer else column for column, refer in zip(columns, refers, strict=True)
        ]
        rows = list(zip(*parts, strict=True)) if parts else [()] * count
        known = self._known[name, plain, *refers]  # True is equal to 1, and what is plain is told by its type
        places, fresh = self._placed(known, rows)
        if fresh:
            written = zip(refers, zip(*fresh, strict=True), strict=True)
            self.groups.append([name, len(fresh), *([int(refer), column] for refer, column in written)])
        return places

    def _placed(
        self, known: dict[tuple[Any, ...], int], rows: Sequence[tuple[Any, ...]]
    ) -> tuple[list[int], list[tuple[Any, ...]]]:
        """Where rows are, and those that are new there."""
        fresh = [row for row in dict.fromkeys(rows) if row not in known]
        known.update(zip(fresh, range(self._count, self._count + len(fresh)), strict=True))
        self._count += len(fresh)
        return list(map(known.__getitem__, rows)), fresh


def _taken(kind: type, values: Sequence[Any]) -> Iterator[list[Any]]:
    """The columns of objects of a kind: the arguments that make them again."""
    if issubclass(kind, Enum):
        yield [value.value for value in values]
    elif issubclass(kind, str):
        yield [str(value) for value in values]
    else:
        for field in kind.__struct_fields__:  # type: ignore[attr-defined]  # what is left are Structs
            yield list(map(attrgetter(field), values))

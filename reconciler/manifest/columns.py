"""Values as columns in JSON: 10,000 containers are a quarter of a million small objects, read at C speed.

Each object stands in a group with those of its kind and height (1 + that of the highest it holds), and a
group is written field by field. So a group is made by one `map` over lists, from objects that earlier groups
made, and nothing recurses. Equal objects that hold no others are written once. What is read is data: only
named kinds are made.
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from enum import Enum
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from msgspec.json import decode, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_TUPLE, _BYTES, _PLAIN = "tuple", "bytes", "plain"


SHARED = 1
"""The height up to which equal objects are one; above that they are hardly ever equal."""


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
        root = writer.add(value)
        groups = writer.laid_out()
        try:
            return encode({"groups": groups, "root": root.place}).decode()
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
            group = (
                list(self._made(name, whole)) if whole else [self._kinds[name]() if name != _TUPLE else ()]
            )
            if len(group) != count:
                raise ValueError("a group of another size")
            made += group
        return made[document["root"]]

    def _made(self, name: str, columns: Sequence[Iterable[Any]]) -> Iterable[Any]:
        if name == _TUPLE:
            return zip(*columns, strict=True)
        if name == _BYTES:
            return map(a2b_base64, columns[0])
        return columns[0] if name == _PLAIN else map(self._kinds[name], *columns)


class _Ref:
    """An object that was added; `place` is known once all are laid out. Equal only to itself."""

    __slots__ = ("height", "parts", "place")

    def __init__(self, parts: tuple[Any, ...], height: int) -> None:
        self.parts = parts
        self.height = height
        self.place = 0


class _Writer:
    """What was added. A part is text or a whole number as it is, and a `_Ref` to anything else."""

    def __init__(self, kinds: Mapping[str, type]) -> None:
        self._names = {kind: name for name, kind in kinds.items()}
        self._taken = {kind: _taking(kind) for kind in kinds.values()}
        self._known: dict[tuple[str, tuple[Any, ...]], _Ref] = {}
        self._groups: dict[tuple[int, str, int], list[_Ref]] = {}

    def add(self, value: object) -> _Ref:
        """Adds a value with all that it holds."""
        part = self._part(value)
        return part if isinstance(part, _Ref) else self._plain(part)

    def laid_out(self) -> list[list[Any]]:
        """The groups; everything that was added has its place then."""
        for rows in list(self._groups.values()):
            for column in zip(*(row.parts for row in rows), strict=True):
                if _mixed(column):
                    for part in column:
                        if not isinstance(part, _Ref):
                            self._plain(part)
        order = sorted(self._groups)
        for place, row in enumerate(row for key in order for row in self._groups[key]):
            row.place = place
        return [self._group(key) for key in order]

    def _group(self, key: tuple[int, str, int]) -> list[Any]:
        rows = self._groups[key]
        columns = []
        for column in zip(*(row.parts for row in rows), strict=True):
            refers = key[1] != _PLAIN and any(isinstance(part, _Ref) for part in column)
            columns.append([int(refers), [self._place(part) for part in column] if refers else column])
        return [key[1], len(rows), *columns]

    def _place(self, part: Any) -> int:
        return part.place if isinstance(part, _Ref) else self._plain(part).place

    def _part(self, value: Any) -> Any:
        kind = type(value)
        if kind is str or kind is int:
            return value
        if value is None or kind is bool or kind is float:
            return self._plain(value)
        if kind is tuple:
            return self._noted(_TUPLE, tuple(map(self._part, value)))
        if kind is bytes:
            return self._noted(_BYTES, (b2a_base64(value, newline=False).decode("ascii"),))
        if kind not in self._names:
            raise NotWritable(kind.__name__)
        return self._noted(self._names[kind], tuple(map(self._part, self._taken[kind](value))))

    def _plain(self, value: Any) -> _Ref:
        return self._noted(_PLAIN, (value,), type(value).__name__)

    def _noted(self, name: str, parts: tuple[Any, ...], known_as: str = "") -> _Ref:
        height = 1 + max((part.height for part in parts if isinstance(part, _Ref)), default=0)
        height = 0 if name == _PLAIN else height
        key = (known_as or name, parts)  # True is equal to 1, and what is plain is told apart by its type
        found = self._known.get(key) if height <= SHARED else None
        if found is None:
            found = _Ref(parts, height)
            self._groups.setdefault((height, name, len(parts)), []).append(found)
            if height <= SHARED:
                self._known[key] = found
        return found


def _mixed(column: Sequence[Any]) -> bool:
    refs = sum(isinstance(part, _Ref) for part in column)
    return 0 < refs < len(column)


def _taking(kind: type) -> Callable[[Any], tuple[Any, ...]]:
    """What takes an object of a kind into the arguments that make it again."""
    if issubclass(kind, Enum):
        return lambda value: (value.value,)
    if issubclass(kind, str):
        return lambda value: (str(value),)
    names = kind.__struct_fields__  # type: ignore[attr-defined]  # what is left are Structs
    take = attrgetter(*names)
    return (lambda value: (take(value),)) if len(names) == 1 else take

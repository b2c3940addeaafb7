"""Values as columns: what is read is what was written, to the type, and what is alike is written together."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from support.strategies import law

from reconciler.manifest.columns import Columns, NotWritable


class Colour(StrEnum):
    """An enumeration."""

    RED = "red"
    BLUE = "blue"


class Name(str):
    """Text with more to it."""

    __slots__ = ()


class Leaf(Struct, frozen=True):
    """Whatever has one field."""

    value: Any


class Pair(Struct, frozen=True):
    """Two of them, in which a type may come with another."""

    left: Any
    right: Any = None


class Nothing(Struct, frozen=True):
    """No fields at all."""


COLUMNS = Columns((Colour, Name, Leaf, Pair, Nothing))

PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.binary(),
    st.sampled_from(Colour),
    st.builds(Name, st.text()),
    st.just(Nothing()),
)
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(tuple),
        st.builds(Leaf, inner),
        st.builds(Pair, inner, inner),
    ),
    max_leaves=25,
)


def typed(value: Any) -> Any:
    """A value with the type of everything in it: True is equal to 1."""
    if isinstance(value, tuple):
        return ("tuple", *map(typed, value))
    if isinstance(value, Struct):
        return (type(value), *(typed(getattr(value, field)) for field in value.__struct_fields__))
    return (type(value), value)


@given(VALUES)
@law
def test_what_is_read_is_what_was_written(value: Any) -> None:
    assert typed(COLUMNS.read(COLUMNS.write(value))) == typed(value)


@pytest.mark.parametrize(
    "value",
    [
        (1, True, 1.0, "1", b"1"),
        (Leaf(1), Leaf(value=True), Leaf(1.0), Leaf("1")),
        ((1,), (True,), (1.0,)),
        (Pair(1, right=True), Pair(left=True, right=1)),
        (Leaf(Name("a")), Leaf("a"), Name("a"), "a"),
        (Leaf(Colour.RED), Leaf("red")),
        ((), ((),), Nothing(), (Nothing(),)),
        (0.0, 2**70),
    ],
)
def test_what_is_equal_but_another_type_stays_apart(value: Any) -> None:
    assert repr(COLUMNS.read(COLUMNS.write(value))) == repr(value)


def groups(value: object) -> list[list[Any]]:
    found: list[list[Any]] = json.loads(COLUMNS.write(value))["groups"]
    return found


def test_equal_objects_are_written_once_and_are_one_when_read() -> None:
    value = tuple(Pair(Leaf("shared"), (Leaf("shared"), number % 2)) for number in range(100))
    assert sum(group[1] for group in groups(value) if group[0] == "Leaf") == 1
    assert sum(group[1] for group in groups(value) if group[0] == "Pair") == 2
    read = COLUMNS.read(COLUMNS.write(value))
    assert read == value
    assert read[0] is read[2]


def test_what_is_alike_is_written_together_however_much_there_is() -> None:
    few, many = (
        tuple(Pair(Leaf(number), (Name(str(number)), (Leaf(str(number)), None))) for number in range(count))
        for count in (10, 1_000)
    )
    assert len(groups(few)) == len(groups(many))


@pytest.mark.parametrize("value", [[1], {"a": 1}, {1}, object(), Leaf([1]), (1, (Leaf(object()),)), "\ud800"])
def test_what_is_of_no_kind_that_is_written_is_refused(value: object) -> None:
    with pytest.raises(NotWritable):
        COLUMNS.write(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "{}",
        '{"groups": [["object", 1, [0, [1]]]], "root": 0}',
        '{"groups": [["Leaf", 2, [0, [1]]]], "root": 0}',
        '{"groups": [["Leaf", 1, [1, [7]]]], "root": 0}',
        '{"groups": [["Pair", 1, [0, [1]], [0, [1]], [0, [1]]]], "root": 0}',
        '{"groups": [["Colour", 1, [0, ["green"]]]], "root": 0}',
        '{"groups": [["plain", 1, [0, [1]]]], "root": 9}',
    ],
)
def test_what_was_not_written_so_is_an_error(text: str) -> None:
    with pytest.raises((ValueError, TypeError, LookupError)):
        COLUMNS.read(text)

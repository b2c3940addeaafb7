"""What may be quoted of a large text is what may be quoted of a small one, and its lines are found."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifest import lines, quotable
from reconciler.manifest.lines import LineStarts, last_place, place
from reconciler.manifest.quotable import Quotable
from reconciler.manifest.values import offset
from reconciler.model.quotes import Span, Text

PIECES = st.sampled_from(
    [
        *("content", "Secret", "toKen", "\u017fecret", "to\u212aen", "VALUE", "\u0130", "val", "ue"),
        *("\n", "\r\n", "\r", " ", "a", "b: c", "é", "😀", "\t"),
    ]
)
TEXTS = st.lists(PIECES, max_size=25).map("".join)


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_STEP", 4)
    monkeypatch.setattr(quotable, "_STEP", 8)


def _starts(text: str) -> list[int]:
    return [0, *(found.end() for found in re.finditer("\r\n|\r|\n", text))]


@given(TEXTS)
def test_lines_begin_where_breaks_end(text: str) -> None:
    found = LineStarts(text)
    starts = _starts(text)
    assert [found.of(number) for number in range(len(starts))] == starts
    assert [found.of(number) for number in reversed(range(len(starts)))] == starts[::-1]
    assert found.of(len(starts)) is None
    assert found.of(-1) is None


@given(TEXTS, st.data())
def test_places_are_counted(text: str, data: st.DataObject) -> None:
    starts = _starts(text)
    index = data.draw(st.integers(0, len(text)))
    if text[index - 1 : index + 1] == "\r\n":
        return
    line = max(number for number, start in enumerate(starts) if start <= index)
    assert place(text, index) == offset(line, index - starts[line])


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("", 0, 0), ("a", 0, 1), ("a\n", 0, 1), ("a\r\n", 0, 1), ("a\n\n", 1, 0), ("a\rbc\r", 1, 2)],
)
def test_the_last_place_lies_before_a_last_line_break(text: str, line: int, column: int) -> None:
    assert last_place(text) == offset(line, column)


@given(TEXTS, st.data())
def test_a_line_is_quoted_or_not_as_of_a_text_whose_lines_are_listed(text: str, data: st.DataObject) -> None:
    starts = _starts(text)
    ends = [*starts[1:], len(text)]
    places = st.sampled_from(range(len(starts))).flatmap(
        lambda line: st.tuples(
            st.just(line),
            st.integers(0, len(text[starts[line] : ends[line]].rstrip("\r\n"))),
        )
    )
    drawn = sorted(data.draw(st.sets(places, max_size=6)))
    hidden = tuple(Span(start, end) for start, end in zip(drawn[::2], drawn[1::2], strict=False))
    unread_from = data.draw(st.none() | st.integers(0, len(starts)))
    one, other = Text(text, hidden, unread_from), Quotable(text, hidden, unread_from)
    for line in range(-1, len(starts) + 2):
        for column in (1, 3):
            assert one.quote(line, column) == other.quote(line, column)

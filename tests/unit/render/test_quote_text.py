"""A quoted line and its caret: right under the token whatever the line holds, and nothing hidden is shown."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.diagnostics import Position
from reconciler.model.quotes import MASK, QuotableName, Span, Text
from reconciler.render.paint import Paint
from reconciler.render.quote_text import WIDTH, quote_lines

GUTTER = len("     1 | ")


def shown(line: str, column: int, *hidden: tuple[int, int]) -> tuple[str, int, int]:
    """The quoted line, and the columns that the caret begins at and is wide."""
    name = QuotableName("m.yaml")
    name.behind = Text(line, tuple(Span((0, start), (0, end)) for start, end in hidden))
    quoted, caret = quote_lines(Position(name, 1, column), Paint())
    under = caret[GUTTER:]
    assert set(under.lstrip(" ")) == {"^"}
    return quoted[GUTTER:], len(under) - len(under.lstrip(" ")), len(under.strip())


def columns(text: str) -> int:
    """How many columns a terminal gives to a text, told by somebody else than the code."""
    joined = "".join(c for c in unicodedata.normalize("NFC", text) if not unicodedata.combining(c))
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in joined)


@pytest.mark.parametrize(
    ("line", "token", "before", "under"),
    [
        ("memory_limit: 3g", "3g", "memory_limit: ", 2),
        ("memory_limit: 3g  # why", "3g", "memory_limit: ", 2),
        ("{minutes: 0, anchor: x}", "0", "{minutes: ", 1),
        ("nmae: x", "nmae", "", 4),
        ('path: "a b\\"c" # d', '"a', "path: ", 8),
        ("path: 'a''b' # c", "'a", "path: ", 6),
        ("[{path: ''''}]", "''''", "[{path: ", 4),
        ("path: 'a''b", "'a", "path: ", 5),
        ('path: "a\\', '"a', "path: ", 3),
        ("name: ci-${v}", "ci", "name: ", 7),
        ("memory_limit: ${w}  # ${x}", "${w", "memory_limit: ", 4),
        ("name: ${v}-${w}, x", "${v", "name: ", 9),
        ("[{name: ${v}-a, b: c}]", "${v", "[{name: ", 6),
        ("  - ${v}, b: c}]", "${v", "  - ", 4),
        ("name: ci-${v", "ci", "name: ", 6),
        ("name: ci-{a}", "ci", "name: ", 6),
        ("name: ci-[b]", "ci", "name: ", 6),
        ("name: ci-c,d", "ci", "name: ", 6),
        ("name: ci-[a, b]", "ci", "name: ", 9),
        ("  ci-c, d]", "ci-c", "  ", 4),
        ("  ci-c,", "ci-c", "  ", 4),
        ("  a: ci-{a}}]", "ci", "  a: ", 6),
        ("[{a: ci-{a}}]", "ci", "[{a: ", 3),
        ("{a: 'x]}', b: c,d}", "c", "{a: 'x]}', b: ", 1),
        ("[a], b[c", "b[", "[a], ", 3),
        ("- don't: c,d", "c,", "- don't: ", 3),
        ("- a[b: c,d", "c,", "- a[b: ", 3),
        ("name: &x [a]", "&x", "name: ", 2),
        ("a:b: c", "a:b", "", 3),
        ("[x, y]", "[", "", 1),
        ("a: b  # c: d ", "# c", "a: b  ", 6),
        ("漢字: é x", "é", "漢字: ", 3),
        ("a\u0301\u0308b: [x]", "x", "a\u0301\u0308b: [", 1),
        ("😀: [x]", "x", "😀: [", 1),
        ("👩\u200d💻: [x]", "x", "👩\\u200d💻: [", 1),
        ("\ttab: [x]", "x", "\\ttab: [", 1),
        ("\x1b[31m: [x]", "x", "\\x1b[31m: [", 1),
        ("\u202ea: [x]", "x", "\\u202ea: [", 1),
        ("שלום: [x]", "x", "\\u05e9\\u05dc\\u05d5\\u05dd: [", 1),
        ("## [x] ##[error] y, z", "z", "## [x] \\x23#[error] y, ", 1),
        ("::error ::x", "::x", "\\x3a:error ", 6),
        ("🇩🇪 ❤\ufe0f: [x]", "x", "\\U0001f1e9\\U0001f1ea ❤\\ufe0f: [", 1),
    ],
)
def test_the_caret_stands_under_the_token(line: str, token: str, before: str, under: int) -> None:
    quoted, caret, wide = shown(line, line.index(token) + 1)
    assert quoted.startswith(before)
    assert caret == columns(before)
    assert wide == under


def test_a_caret_may_stand_behind_the_line() -> None:
    assert shown("abc", 4) == ("abc", 3, 1)
    assert shown("", 1) == ("", 0, 1)


@given(
    line=st.text(st.characters(exclude_characters="\r\n"), max_size=300),
    column=st.integers(1, 300),
)
def test_whatever_a_line_holds_is_shown_safely_and_the_caret_is_in_it(line: str, column: int) -> None:
    quoted, caret, wide = shown(line, min(column, len(line) + 1))
    assert quoted.isprintable()
    assert columns(quoted) <= WIDTH + 2
    assert 0 <= caret <= columns(quoted)
    assert caret + wide <= columns(quoted) + 1


def test_a_long_line_is_shown_around_the_caret() -> None:
    line = "a" * 500 + " 3g, " + "b" * 1_000_000
    quoted, caret, wide = shown(line, 502)
    assert quoted[0] == quoted[-1] == "…"
    assert quoted[caret : caret + wide] == "3g"


def test_what_is_hidden_is_masked_and_the_caret_moves_along() -> None:
    line = "{content: canary, path: a/b, content: canary}"
    hidden = ((10, 16), (38, 44))
    quoted, caret, wide = shown(line, line.index("a/b") + 1, *hidden)
    assert quoted == f"{{content: {MASK}, path: a/b, content: {MASK}}}"
    assert quoted[caret : caret + wide] == "a/b"
    quoted, caret, wide = shown(line, 12, *hidden)
    assert quoted[caret : caret + wide] == MASK


def test_a_value_over_several_lines_is_masked_on_each() -> None:
    name = QuotableName("m")
    name.behind = Text("a: 'can\nary\n  x' b\nc", (Span((0, 3), (2, 4)),))
    lines = [next(quote_lines(Position(name, at, 1), Paint()))[GUTTER:] for at in (1, 2, 3, 4)]
    assert lines == ["a: ***", "***", "*** b", "c"]


@pytest.mark.parametrize("line", [0, 3])
def test_a_line_that_is_not_there_is_not_quoted(line: int) -> None:
    name = QuotableName("m")
    name.behind = Text("a\nb")
    assert list(quote_lines(Position(name, line, 1), Paint())) == []


def test_what_was_not_read_is_not_quoted() -> None:
    assert list(quote_lines(Position("m.yaml", 1, 1), Paint())) == []
    assert list(quote_lines(Position(QuotableName("m.yaml"), 1, 1), Paint())) == []


def test_nobody_sees_the_text_behind_a_name() -> None:
    name = QuotableName("m")
    name.behind = Text("canary")
    assert "canary" not in f"{name!r} {name.behind!r} {Position(name, 1, 1)!r}"

"""Text from elsewhere, made safe: nothing moves the cursor, changes direction, hides or breaks a line."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.strategies import law

from reconciler.render.escape import LONGEST, safe
from reconciler.render.paint import Paint


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ci-analysis", "ci-analysis"),
        ("Grüße, 日本", "Grüße, 日本"),
        ("\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("a\u2028b\u2029c\x85d", r"a\u2028b\u2029c\x85d"),
        ("\u202eevil\u202c\u2066\u200f", r"\u202eevil\u202c\u2066\u200f"),
        ("zero\u200bwidth\ufeff\u00ad", r"zero\u200bwidth\ufeff\xad"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),  # an invisible tag
        ("\ue000", r"\ue000"),
        ("\x00\x7f\x9b", r"\x00\x7f\x9b"),
        ("\u3164\u115f\u2800", r"\u3164\u115f\u2800"),  # letters and signs that look like nothing
        ("a\u00a0b\u3000c", r"a\xa0b\u3000c"),  # spaces that are not the one
        ("", ""),
        ("::set-output name=x::y", r"\x3a:set-output name=x::y"),  # an order to GitHub Actions
        ("a ::error::b", r"a \x3a:error::b"),
        ("a##[error]b ##vso[task] ## [", r"a\x23#[error]b \x23#vso[task] ## ["),
        ("std::map ::1", "std::map ::1"),
    ],
)
def test_what_a_terminal_would_act_on_is_written_out(text: str, shown: str) -> None:
    assert safe(text) == shown


@given(st.text(st.characters(codec=None), max_size=60))
@law
def test_whatever_comes_in_goes_out_printable_and_on_one_line(text: str) -> None:
    shown = safe(text)
    shown.encode("utf-8")
    assert len(shown.splitlines()) <= 1
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@given(st.text(st.characters(codec=None), max_size=LONGEST))
@law
def test_printable_ascii_stays_as_it_is(text: str) -> None:
    plain = "".join(character for character in text if " " <= character <= "~" and character not in ":#")
    assert safe(plain) == plain


def test_the_middle_of_long_text_is_left_out() -> None:
    assert safe("a" * 300 + "b" * 300) == "a" * 100 + "…" + "b" * 100
    assert safe("x" * LONGEST) == "x" * LONGEST
    assert safe("abcdefgh", 4) == "ab…gh"


@pytest.mark.parametrize("character", ["a", "\x1b", "\u202e", "\ud800", "字"])
def test_a_million_characters_are_a_line_that_can_be_read(character: str) -> None:
    assert len(safe(character * 1_000_000)) <= LONGEST * len(r"\U000e0041") + 1


def test_colour_is_added_only_where_it_is_wanted() -> None:
    assert Paint()("red", "text") == "text"
    assert Paint(enabled=True)("red", "text") == "\x1b[31mtext\x1b[0m"

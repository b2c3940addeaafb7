"""The two functions that know how a declared name is written as a live one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.strategies import declared_names, law, stamps, texts

from reconciler.model.names import (
    LiveName,
    Stamp,
    is_declarable,
    live_name,
    parse_live_name,
    prefix_problem,
)


@given(declared_names, st.none() | stamps)
@law
def test_a_live_name_parses_back_to_what_it_was_made_of(declared: str, stamp: Stamp | None) -> None:
    assert parse_live_name(live_name(declared, stamp)) == LiveName(declared, stamp)


@given(texts, st.none() | stamps)
@law
def test_parsing_any_live_name_loses_nothing(name: str, stamp: Stamp | None) -> None:
    found = parse_live_name(live_name(name, stamp))
    assert live_name(found.declared, found.stamp) == live_name(name, stamp)


@given(texts, stamps)
@law
def test_only_the_last_stamp_is_taken_off(name: str, stamp: Stamp) -> None:
    assert parse_live_name(live_name(name, stamp)) == LiveName(name, stamp)


def test_a_stamp_is_written_and_read() -> None:
    assert live_name("ci-a", Stamp("b", "abcdef27")) == "ci-a~babcdef27"
    assert parse_live_name("ci-a~babcdef27") == LiveName("ci-a", Stamp("b", "abcdef27"))


@pytest.mark.parametrize(
    "name",
    [
        "ci-a",
        "",
        "~",
        "ci-a~",
        "ci-a~abcdefg",  # seven characters
        "ci-a~aabcdefghi",  # nine
        "ci-a~aABCDEFGH",  # upper case
        "ci-a~Aabcdefgh",  # an upper-case version
        "ci-a~2abcdefgh",  # a digit is no version
        "ci-a~aabcdefg1",  # 0, 1, 8 and 9 are no base32
        "ci-a~aabcdefg0",
        "ci-a~aabcdefg8",
        "ci-a~aabcdefgh ",
        "ci-a~aabcdefgh\n",  # `$` would match before this newline
        "ci-a~aabcdefgh-b",  # not at the end
        "ci-a\u223caabcdefgh",  # another kind of tilde
        "ci-a~aabcdef\u06f2h",  # a digit, but not an ASCII one
    ],
)
def test_what_is_no_whole_stamp_at_the_very_end_stays(name: str) -> None:
    assert parse_live_name(name) == LiveName(name, None)


def test_a_live_name_of_several_lines_is_parsed_whole() -> None:
    assert parse_live_name("ci-a\n~x~aabcdefgh") == LiveName("ci-a\n~x", Stamp("a", "abcdefgh"))


@pytest.mark.parametrize("name", ["a", "0", "ci-a", "A.b_c/d e", "a" * 100, "a "])
def test_declarable(name: str) -> None:
    assert is_declarable(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " a",
        "-a",
        ".a",
        "/a",
        "_a",
        "a~",
        "a~aabcdefgh",
        "a" * 101,
        "a\n",
        "\na",
        "a\tb",
        "ä",
        "a\u00a0b",
        "a:b",
    ],
)
def test_not_declarable(name: str) -> None:
    assert not is_declarable(name)


@given(declared_names)
@law
def test_no_declared_name_looks_stamped(declared: str) -> None:
    assert is_declarable(declared)
    assert parse_live_name(declared).stamp is None


@pytest.mark.parametrize("prefix", ["ci-", "ci_", "ci.", "ci/", "a b-", "0.-"])
def test_prefixes(prefix: str) -> None:
    assert prefix_problem(prefix) is None


@pytest.mark.parametrize(
    ("prefix", "problem"),
    [
        ("", "a prefix has at least 3 characters"),
        ("a-", "a prefix has at least 3 characters"),
        ("cii", "a prefix ends in one of - _ . /"),
        ("ci ", "a prefix ends in one of - _ . /"),
        ("-ci-", "a prefix must be able to begin a declared name"),
        ("c~i-", "a prefix must be able to begin a declared name"),
        ("a" * 100 + "-", "a prefix must be able to begin a declared name"),
    ],
)
def test_refused_prefixes(prefix: str, problem: str) -> None:
    assert prefix_problem(prefix) == problem

"""The walk over events: JSON comes out as it went in, and both parsers of PyYAML give the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from unit.manifest.test_rules_table import ALL_AT_ONCE, TABLES
from unit.manifest.test_yaml_table import BROKEN, HARMLESS

from reconciler.manifest.lengths import MAX_KEY, MAX_TEXT
from reconciler.manifest.room import MAX_VALUES, Room
from reconciler.manifest.syntax import MOST_TAGS
from reconciler.manifest.text import decode
from reconciler.manifest.values import Suspect
from reconciler.manifest.walk import PARSER, PER_DOCUMENT, Walk

if TYPE_CHECKING:
    from reconciler.manifest.values import Node

CHARACTERS = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufeff\u2028\u2029\ufffe\uffff"
)
KEYS = st.text(CHARACTERS, max_size=8)
PLAIN = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(CHARACTERS)
TEXT = st.text(CHARACTERS | st.sampled_from("\n\t '\":-#")).map("t".__add__)
"""Of a first letter that leaves PyYAML, who writes `y` and `0o7` without quotes, nothing to disagree on."""

JSON = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)

TABS = "tabs between tokens"
"""The one thing known that only the C parser accepts."""

TEXTS = [
    ALL_AT_ONCE,
    *(text for cases in TABLES.values() for text, _ in cases.values()),
    *(text for text, _ in BROKEN.values() if isinstance(text, str)),
    *(text for name, text in HARMLESS.items() if name != TABS),
]


def _walked(text: str, parser: Any = PARSER) -> tuple[list[Node], Walk]:
    walk = Walk("m", text, parser)
    return list(walk.documents()), walk


@given(st.dictionaries(KEYS, JSON, max_size=5))
def test_json_comes_out_as_it_went_in(value: dict[str, Any]) -> None:
    (document,), walk = _walked(json.dumps(value, ensure_ascii=False))
    assert walk.problems == []
    assert document.value == value


@given(st.recursive(TEXT, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=10))
def test_what_pyyaml_writes_comes_out_as_it_went_in(value: object) -> None:
    text = decode("m", yaml.safe_dump({"a": value}).encode())
    assert isinstance(text, str)
    (document,), walk = _walked(text)
    assert walk.problems == []
    assert document.value == {"a": value}


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_keep_their_text(number: float) -> None:
    (document,), _ = _walked(json.dumps({"a": number}))
    (_, child), *_ = document.children()
    assert isinstance(child.value, Suspect)
    assert float(child.value.text) == number


@pytest.mark.skipif(not hasattr(yaml, "CSafeLoader"), reason="PyYAML was built without its C parser")
@pytest.mark.parametrize("text", TEXTS)
def test_the_pure_parser_reads_the_same(text: str) -> None:
    checked = decode("m", text.encode())
    if not isinstance(checked, str):
        return
    theirs, their_walk = _walked(checked, yaml.SafeLoader)
    ours, our_walk = _walked(checked)
    assert [document.value for document in theirs] == [document.value for document in ours]
    assert [found.code for found in their_walk.problems] == [found.code for found in our_walk.problems]


def test_values_without_an_anchor_are_read_as_those_with_one() -> None:
    plain = "a: x\nb: [1, 'y', {c: ~}]\nd: {e: no, f: [[]]}\n"
    (one,), _ = _walked(plain)
    (other,), _ = _walked(
        "a: &a x\n&k b: &b [&c 1, &d 'y', &e {&n c: &f ~}]\nd: &g {&m e: &h no, f: &i [&j []]}\n"
    )
    assert one.value == other.value


@pytest.mark.parametrize("key", ["content", "default", "contents"])
def test_contents_and_defaults_may_be_long(key: str) -> None:
    (document,), walk = _walked(f"{key}: {'a' * (MAX_TEXT + 1)}\nb: &b {'a' * MAX_TEXT}\nc: *b\n")
    assert walk.problems == []
    assert isinstance(document.value, dict)
    assert document.value["c"] == document.value["b"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: {}", 1),
        ("a: '{}'", 1),
        ("- {}", 1),
        ("content: [{}]", 1),
        ("content: &a {}\nb: *a", 2),
        ("content: &a {}\nb: [*a]", 2),
        ("content: &a {}\n? *a\n: 1", 2),
        ("a: {{content: &a {}, b: *a}}\n", 1),
    ],
)
def test_other_text_and_keys_may_not(text: str, line: int) -> None:
    _, walk = _walked(text.format("a" * (MAX_TEXT + 1)))
    (found,) = walk.problems
    assert found.position is not None
    assert (found.position.line, len(found.message) < 200) == (line, True)


def test_a_long_default_counts_as_many_values() -> None:
    room = Room()
    list(Walk("m", f"default: &a {'a' * 100_000}\nb: {{default: *a}}", room=room).documents())
    assert MAX_VALUES - room.values == PER_DOCUMENT + 7 + 2 * 100


def test_files_of_a_set_share_their_room() -> None:
    room = Room(values=PER_DOCUMENT + 3)
    assert list(Walk("m", "a: 1", room=room).documents()) != []
    walk = Walk("n", "a: 1", room=room)
    assert list(walk.documents()) == []
    assert [found.code for found in walk.problems] == ["too-large"]


@pytest.mark.parametrize(
    "text", ["a:\n  {}: 1", "a:\n  '{}': 1", "a:\n  ? {}\n  : 1", "a:\n  ? &a {}\n  : 1"]
)
def test_nor_may_keys(text: str) -> None:
    (document,), walk = _walked(text.format("a" * (MAX_KEY + 1)))
    (found,) = walk.problems
    assert found.position is not None
    assert (found.position.line, found.code) == (2, "invalid-value")
    assert document.value == {"a": {}}


@pytest.mark.parametrize("text", ["%TAG !a{}! b\n", "%TAG !a{}! b\r", "#\n%TAG !a{}! b\n"])
def test_many_directives_are_refused_before_the_parser_compares_them(text: str) -> None:
    _, walk = _walked("".join(text.format(number) for number in range(MOST_TAGS)) + "--- a")
    assert walk.problems == []
    _, walk = _walked("".join(text.format(number) for number in range(200_000)) + "--- a")
    (found,) = walk.problems
    assert "more than" in found.message
    assert not walk.whole


def test_a_text_may_hold_as_many_lines_like_directives() -> None:
    (document,), _ = _walked("content: |\n" + "  %TAG\n" * (2 * MOST_TAGS))
    assert document.value == {"content": "%TAG\n" * (2 * MOST_TAGS)}

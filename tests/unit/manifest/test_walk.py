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

from reconciler.manifest.text import decode
from reconciler.manifest.values import Suspect
from reconciler.manifest.walk import PARSER, Walk

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

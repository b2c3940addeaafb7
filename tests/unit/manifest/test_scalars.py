"""What a plain scalar is taken for, held against every reading of YAML that we could find."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from unit.manifest.folder import container

from reconciler.manifest.scalars import resolve
from reconciler.manifest.values import Suspect

if TYPE_CHECKING:
    from unit.manifest.folder import Folder

RESOLVER: Any = yaml.SafeLoader("")

READ_AS_OTHERS = """
    no No NO on On ON yes Yes YES off Off OFF y Y n N True TRUE False FALSE Null NULL
    007 0o17 0x1F 0b101 1_000 1.10 1. .5 +1 +.5 1e3 1E3 1.5e-3 1e+3 -0.0 08
    .inf -.inf +.Inf .INF .nan .NaN .NAN
    2024-01-01 2024-1-1 2024-01-01T12:30:45Z 12:30:45 12:30 1:20.5 -1:30 190:20:30
    = 1234567890123456789012345
"""

TEXT = """
    1g 4g api.example.com 1.2.3 1.2.3.4 2024-01-01.csv 12:60 a:b nope online -a +a -- ~a .a . .. 0x 0xg 1e e3
    nulls trues yEs tRue nuLL 1-2 v1.10 2024-13 -x 8080:80 99:99 é ключ
"""


@pytest.mark.parametrize("text", READ_AS_OTHERS.split())
def test_what_some_yaml_reads_otherwise_is_suspect(text: str) -> None:
    found = resolve(text)
    assert isinstance(found, Suspect)
    assert found.text == text


@pytest.mark.parametrize("text", TEXT.split())
def test_what_every_yaml_reads_as_text_is_text(text: str) -> None:
    assert resolve(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("~", None),
        ("", None),
        ("true", True),
        ("false", False),
        ("0", 0),
        ("-5", -5),
        ("20", 20),
    ],
)
def test_json_has_its_values(text: str, value: object) -> None:
    found = resolve(text)
    assert found == value
    assert type(found) is type(value)


def _pyyaml_tag(text: str) -> str:
    tag = RESOLVER.resolve(yaml.ScalarNode, text, (True, False))
    return str(tag).rpartition(":")[2]


@given(st.text("0123456789+-._:eExXoObBTZ aAfFnNiIyYsSlLuUrR~=<", max_size=12))
@example("1:2")
@example("0_")
@example("2001-12-14t21:59:43.10-05:00")
@example("2001-12-14 21:59:43.10 -5")
def test_no_text_of_ours_is_a_value_of_pyyaml(text: str) -> None:
    if isinstance(resolve(text), str):
        assert _pyyaml_tag(text) == "str"


@given(st.integers(-(10**17), 10**17))
def test_integers_are_integers(number: int) -> None:
    assert resolve(str(number)) == number


@pytest.mark.parametrize("text", ["no", "1.10", "007", "123", "true", "2024-01-01", "12:30:45", "0x1F", "-0"])
def test_where_text_is_wanted_the_hint_is_to_quote(folder: Folder, text: str) -> None:
    found = folder.only(f"version: 1\ncontainers: [{{name: {text}}}]\n")
    assert found.code == "quote-it"
    assert found.hint == f'quote it: "{"0" if text == "-0" else text}"'


@pytest.mark.parametrize("text", ["no", "1.10", "007", "123", "true", "2024-01-01"])
def test_quoted_it_is_text(folder: Folder, text: str) -> None:
    (declared,) = folder.desired(f"version: 1\ncontainers: [{{name: '{text}'}}]\n").containers
    assert declared.name == text


@pytest.mark.parametrize(
    ("word", "meant"), [("no", "false"), ("Yes", "true"), ("off", "false"), ("TRUE", "true")]
)
def test_where_a_boolean_is_wanted_the_hint_is_the_word(folder: Folder, word: str, meant: str) -> None:
    found = folder.only(container(f"prune_files: {word}"))
    assert (found.code, found.hint) == ("wrong-type", f"write {meant}")

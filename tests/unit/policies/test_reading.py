"""Files of policies: which are read, and what is said about those that are none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.model.errors import UsageError
from reconciler.policies.reading import LARGEST, load
from reconciler.policies.values import Subject

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.diagnostics import Diagnostic


def problem(tmp_path: Path, content: str | bytes) -> Diagnostic:
    """The one thing that is wrong with a file of this content."""
    file = tmp_path / "rule.json"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    read = load([str(file)])
    assert read.files == ()
    (found,) = read.problems
    assert (found.severity, found.position and found.position.file) == ("error", str(file))
    assert found.code == "invalid-policy"
    return found


def accepted(tmp_path: Path, schema: Any) -> bool:
    """Whether this is a policy."""
    file = tmp_path / "rule.json"
    file.write_text(json.dumps(schema))
    return bool(load([str(file)]).files)


@pytest.mark.parametrize(
    ("content", "line", "column", "says"),
    [
        ('{"title": "a",\n  "type" "object"}', 2, 10, "expected JSON: Expecting ':' delimiter"),
        ("", 1, 1, "expected JSON"),
        ('{"minimum": NaN}', 1, 1, "expected JSON, found NaN"),
        ('{"minimum": ' + "9" * 5000 + "}", 1, 1, "expected JSON"),
        ('{"type": "object", "type": "array"}', 1, 1, 'the key "type" is given twice'),
        ("[" * 100_000, 1, 1, "nested too deeply"),
        ("[]", 1, 1, "expected a JSON Schema, which is an object here"),
        ("true", 1, 1, "expected a JSON Schema, which is an object here"),
        (b"\xff\xfe{", 1, 1, "expected UTF-8"),
        (" " * (LARGEST + 1), 1, 1, "a policy has at most 1024 KiB"),
    ],
)
def test_what_is_no_json_is_told_where(
    tmp_path: Path, content: str | bytes, line: int, column: int, says: str
) -> None:
    found = problem(tmp_path, content)
    assert says in found.message
    assert found.position is not None
    assert (found.position.line, found.position.column) == (line, column)


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ({"type": "strnig"}, "this is no JSON Schema: /type:"),
        ({"properties": {"name": {"pattern": "("}}}, "this is no JSON Schema: /properties/name/pattern:"),
        (
            {"$ref": "https://example.com/rule.json"},
            "nothing in this file is 'https://example.com/rule.json'",
        ),
        ({"$id": "https://example.com/a.json", "$ref": "b.json"}, "nothing in this file is 'b.json'"),
        ({"properties": {"name": {"$ref": "file:///etc/passwd"}}}, "nothing in this file is 'file:"),
        ({"$defs": {"a": {"items": {"$ref": "#/$defs/b"}}}}, "nothing in this file is '#/$defs/b'"),
        ({"$dynamicRef": "other.json#a"}, "nothing in this file is 'other.json#a'"),
        ({"$ref": "#/x-rules/a", "x-rules": {"a": {"type": 7}}}, "this is no JSON Schema: /type:"),
        ({"$ref": "#/x-rules/a", "x-rules": {"a": 7}}, "this is no JSON Schema: the whole:"),
        (
            {"$schema": "http://json-schema.org/draft-07/schema#"},
            'expected "$schema": "https://json-schema.org',
        ),
        ({"x-applies-to": "plans"}, '"x-applies-to" is "container" or "plan", found "plans"'),
        ({"x-applies-to": ["plan"]}, '"x-applies-to" is "container" or "plan", found ["plan"]'),
        ({"x-severity": "fatal"}, '"x-severity" is "error" or "warning", found \'fatal\''),
        ({"items": {"x-severity": []}}, '"x-severity" is "error" or "warning", found \'[]\''),
    ],
)
def test_what_cannot_judge_is_refused(tmp_path: Path, schema: dict[str, Any], says: str) -> None:
    assert says in problem(tmp_path, json.dumps(schema)).message


def test_a_schema_without_a_bottom_is_refused(tmp_path: Path) -> None:
    schema: dict[str, Any] = {}
    for _ in range(300):
        schema = {"not": schema}
    assert "nested too deeply" in problem(tmp_path, json.dumps(schema)).message


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "a"},
        {"$ref": "#/$defs/a", "$defs": {"a": {"$anchor": "b", "items": {"$ref": "#b"}}}},
        {"$id": "https://example.com/a.json", "$ref": "a.json#/$defs/b", "$defs": {"b": {}}},
        {"properties": {"$ref": {"const": {"$ref": "https://example.com"}}}},
        {"enum": [{"$ref": "https://example.com"}], "x-severity": "warning"},
    ],
)
def test_what_stays_in_its_file_is_a_policy(tmp_path: Path, schema: dict[str, Any]) -> None:
    assert accepted(tmp_path, schema)


def test_a_schema_says_what_it_judges(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / "b.json").write_text('{"x-applies-to": "plan"}')
    (tmp_path / "c.json").write_text('\ufeff{"x-applies-to": "container"}')
    read = load([str(tmp_path)])
    assert [file.subject for file in read.files] == [Subject.CONTAINER, Subject.PLAN, Subject.CONTAINER]
    assert [file.path for file in read.about(Subject.PLAN)] == [str(tmp_path / "b.json")]


def test_a_folder_is_read_whole_each_file_once(tmp_path: Path) -> None:
    for name in ("b.json", "a/z.json", "_drafts/c.json", ".git/d.json", "_e.json", "readme.md", "p.rego"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}" if name.endswith(".json") else "no json")
    read = load([str(tmp_path), str(tmp_path / "b.json")])
    names = [str(tmp_path / name) for name in ("a/z.json", "b.json")]
    assert ([file.path for file in read.files], read.problems) == (names, ())
    assert [file.path for file in load([str(tmp_path / "_e.json")]).files] == [str(tmp_path / "_e.json")]


def test_an_empty_folder_forbids_nothing_and_is_therefore_an_error(tmp_path: Path) -> None:
    (found,) = load([str(tmp_path)]).problems
    assert (found.severity, found.code) == ("error", "no-policy")


@pytest.mark.parametrize("name", ["missing.json", "missing"])
def test_a_policy_that_is_not_there_is_misuse(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot read the policy"):
        load([str(tmp_path / name)])


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    (tmp_path / "b.json").write_text("{}")
    (tmp_path / "c.json").write_text('{"type": 1}')
    read = load([str(tmp_path)])
    assert [len(read.files), len(read.problems)] == [1, 2]

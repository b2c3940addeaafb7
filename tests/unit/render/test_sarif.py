"""SARIF: every place, level and rule, valid by what its schema asks for, whatever names and texts hold."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconciler.explain import explanations
from reconciler.model.diagnostics import Diagnostic, Position, Severity
from reconciler.model.errors import UsageError
from reconciler.model.result import Result
from reconciler.render.sarif import sarif_json, uri_of

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
NOTIFICATION = {
    "type": "object",
    "additionalProperties": False,
    "required": ["message"],
    "properties": {
        "message": TEXT,
        "level": {"enum": ["none", "note", "warning", "error"]},
        "descriptor": {"type": "object", "required": ["id"]},
    },
}
REGION = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "startLine": {"type": "integer", "minimum": 1},
        "startColumn": {"type": "integer", "minimum": 1},
    },
}
FOUND = {
    "type": "object",
    "additionalProperties": False,
    "required": ["message"],
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": -1},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": TEXT,
        "locations": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "physicalLocation": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["artifactLocation"],
                        "properties": {
                            "artifactLocation": {
                                "type": "object",
                                "additionalProperties": False,
                                "properties": {"uri": {"type": "string", "pattern": r"^[!-~]*$"}},
                            },
                            "region": REGION,
                        },
                    }
                },
            },
        },
    },
}
RULE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id"],
    "properties": {"id": {"type": "string"}, "fullDescription": TEXT, "help": TEXT},
}
SCHEMA = {
    # what the schema of SARIF 2.1.0 says of the parts that are used here
    "type": "object",
    "additionalProperties": False,
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"enum": ["2.1.0"]},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["tool"],
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "additionalProperties": False,
                                "required": ["name"],
                                "properties": {
                                    "name": {"type": "string"},
                                    "version": {"type": "string"},
                                    "rules": {"type": "array", "uniqueItems": True, "items": RULE},
                                },
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "invocations": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["executionSuccessful"],
                            "properties": {
                                "executionSuccessful": {"type": "boolean"},
                                "exitCode": {"type": "integer"},
                                "toolExecutionNotifications": {"type": "array", "items": NOTIFICATION},
                            },
                        },
                    },
                    "results": {"type": "array", "items": FOUND},
                },
            },
        },
    },
}


def written(result: Result, most: int | None = None) -> dict[str, Any]:
    text = sarif_json(result, "1.2.3", explanations, most)
    assert text.isascii()
    assert "##[" not in text
    value: dict[str, Any] = json.loads(text)
    Draft202012Validator(SCHEMA).validate(value)
    run: dict[str, Any] = value["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [rules[found["ruleIndex"]] for found in run["results"]] == [
        found["ruleId"] for found in run["results"]
    ]
    return run


ERROR = Diagnostic(Severity.ERROR, "quote-it", "##[error]", Position("a b.yaml", 3, 5), "quote it")
WARNING = Diagnostic(Severity.WARNING, "unverifiable", "m")


def test_a_problem_is_a_result_at_its_place_with_its_rule() -> None:
    run = written(Result("validate", diagnostics=(ERROR, WARNING)))
    first, second = run["results"]
    assert (first["level"], second["level"]) == ("error", "warning")
    assert first["message"]["text"] == "##[error]\nhint: quote it"
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "a%20b.yaml"},
                "region": {"startLine": 3, "startColumn": 5},
            }
        }
    ]
    assert "locations" not in second
    assert "quotes" in run["tool"]["driver"]["rules"][0]["help"]["text"]
    assert run["invocations"][0] == {
        "executionSuccessful": True,
        "exitCode": 3,
        "toolExecutionNotifications": [],
    }


def test_a_command_that_failed_says_so() -> None:
    invocation = written(Result("validate", error=UsageError("no such file")))["invocations"][0]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 64)
    assert invocation["toolExecutionNotifications"][0]["descriptor"] == {"id": "usage"}


def test_what_is_left_out_is_counted() -> None:
    run = written(Result("validate", diagnostics=(WARNING, ERROR)), 1)
    assert [found["ruleId"] for found in run["results"]] == ["quote-it"]
    assert "1 more" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("./a/b.yaml", "a/b.yaml"),
        ("../é#?.yaml", "../%C3%A9%23%3F.yaml"),
        ("c:d.yaml", "c%3Ad.yaml"),
        ("/x y/z.yaml", "file:///x%20y/z.yaml"),
        ("\udcff\n%", "%FF%0A%25"),
    ],
)
def test_a_path_is_a_uri(path: str, uri: str) -> None:
    assert uri_of(path) == uri


@given(
    path=st.text(min_size=1).filter(lambda path: "\0" not in path and not path.startswith(("/", "./"))),
    text=st.text(),
)
def test_hostile_names_and_texts_come_back_as_they_were(path: str, text: str) -> None:
    path = path.encode("utf-8", "surrogateescape" if path.isascii() else "replace").decode()
    run = written(
        Result("validate", diagnostics=(Diagnostic(Severity.NOTE, "x", text, Position(path, 1, 1)),))
    )
    uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert urlsplit(uri).scheme == ""
    assert unquote(uri) == path
    assert run["results"][0]["message"]["text"] == text

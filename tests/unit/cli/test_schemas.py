"""`reconciler schema` prints what is published, and knows everything that is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import reconciler
from reconciler.cli.main import run
from reconciler.cli.schemas import NAMES
from reconciler.manifest import published

PACKAGE = Path(reconciler.__file__).parent
SCHEMAS = next(folder for folder in (PACKAGE / "schemas", PACKAGE.parent / "schemas") if folder.is_dir())
"""In a package that is installed, and beside it in a checkout."""


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_printed_as_it_is_published(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", name]) == 0
    out = capsys.readouterr().out
    assert out == published(f"{name}.v1.json")
    Draft202012Validator.check_schema(json.loads(out))


def test_without_a_name_it_is_that_of_manifests(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["$id"] == "manifest.v1.json"


def test_every_schema_can_be_printed() -> None:
    assert {f"{name}.v1.json" for name in NAMES} == {path.name for path in SCHEMAS.glob("*.json")}


def test_an_unknown_name_is_a_wrong_argument(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "manifests"]) == 64
    assert "container" in capsys.readouterr().err

"""`validate` for programs: SARIF and workflow commands on stdout, also where the command itself fails."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from reconciler.cli.main import run

if TYPE_CHECKING:
    from pathlib import Path

CASES: tuple[list[str], ...] = (["{}"], ["{}", "--strict"], ["nowhere"], [])
"""A broken manifest, the same strictly, none, and a command line that lacks it."""


@pytest.fixture
def manifest(tmp_path: Path) -> str:
    path = tmp_path / "m.yaml"
    path.write_text("version: 1\ncontainers: [{name: no}]\n")
    return str(path)


@pytest.mark.parametrize("case", CASES, ids=map(str, CASES))
def test_sarif_is_one_document_whatever_happens(
    manifest: str, capsys: pytest.CaptureFixture[str], case: list[str]
) -> None:
    code = run(["validate", *(word.format(manifest) for word in case), "--format", "sarif"])
    out = json.loads(capsys.readouterr().out)["runs"][0]
    assert code == out["invocations"][0]["exitCode"]
    assert [found["ruleId"] for found in out["results"]] == (["quote-it"] if code == 3 else [])
    assert out["invocations"][0]["executionSuccessful"] == (code == 3)


@pytest.mark.parametrize("case", CASES, ids=map(str, CASES))
def test_workflow_commands_say_what_is_wrong_whatever_it_is(
    manifest: str, capsys: pytest.CaptureFixture[str], case: list[str]
) -> None:
    code = run(["validate", *(word.format(manifest) for word in case), "--format=github"])
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("::error ")
    assert f"title={'quote-it' if code == 3 else 'usage'}::" in line


def test_a_valid_manifest_gives_no_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "m.yaml").write_text("version: 1\ncontainers: []\n")
    assert run(["validate", str(tmp_path), "--format", "github"]) == 0
    assert capsys.readouterr().out == ""

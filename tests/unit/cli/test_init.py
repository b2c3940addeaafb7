"""`reconciler init`: a first manifest that works as it stands, and never at the cost of another."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.commands import reconciler
from support.schemas import result_validator

from reconciler.cli.main import run
from reconciler.control import starting
from reconciler.manifest import published

if TYPE_CHECKING:
    from collections.abc import Callable

Said = tuple[int, str, str]

TAUGHT = {
    *("version", "scope", "prefix", "prune", "protect", "variables", "default", "defaults", "memory_limit"),
    *("expires_after", "network_policy", "allowed_domains", "containers", "name", "files", "path", "source"),
    *("content", "replicas", "lifecycle", "when_expired", "prevent_destroy", "replace", "ignore"),
}


@pytest.fixture
def said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Said]:
    """Runs a command in an empty folder and gives exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def run_it(*arguments: str) -> Said:
        code = run(arguments)
        return (code, *capsys.readouterr())

    return run_it


def test_the_starter_validates_and_is_laid_out(said: Callable[..., Said]) -> None:
    assert said("init") == (
        0,
        "containers.yaml\ndata/prices.csv\nmanifest.v1.json\n",
        "next: reconciler plan . --emulator\n",
    )
    assert said("validate", ".", "--provider", "openai") == (0, "Valid.\n", "")
    assert said("fmt", "--check", ".") == (0, "", "")


def test_the_starter_can_be_applied_as_its_header_says(said: Callable[..., Said], tmp_path: Path) -> None:
    assert said("init", "a/b")[0] == 0
    header = (tmp_path / "a/b/containers.yaml").read_text().split("\nversion:")[0]
    commands = [line.split("  ")[0].split() for line in re.findall(r"#   reconciler (.+)", header)]
    assert [words[0] for words in commands] == ["validate", "plan", "apply"]
    assert reconciler(*commands[2], cwd=tmp_path / "a/b").code == 0
    again = reconciler("plan", ".", "--emulator", "--detailed-exitcode", cwd=tmp_path / "a/b")
    assert (again.code, again.out) == (0, "No changes.\n")


def test_the_starter_teaches_the_keys_and_names_the_schema_beside_it(said: Callable[..., Said]) -> None:
    said("init")
    text = Path("containers.yaml").read_text()
    assert set(re.findall(r"\b([a-z_]+):(?=\s)", text)) >= TAUGHT
    assert text.splitlines()[0] == "# yaml-language-server: $schema=manifest.v1.json"
    assert Path("manifest.v1.json").read_text() == published("manifest.v1.json")


@pytest.mark.parametrize("name", ["containers.yaml", "other.yml", "data/prices.csv", "manifest.v1.json"])
def test_nothing_is_ever_overwritten(said: Callable[..., Said], name: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine")
    code, out, err = said("init")
    assert (code, out) == (4, "")
    assert f". has {name} already; nothing was written" in err
    assert (tmp_path / name).read_text() == "mine"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [Path(name).name]


def test_a_link_that_leads_nowhere_is_not_written_through(said: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "containers.yaml").symlink_to("elsewhere")
    assert said("init")[0] == 4
    assert not (tmp_path / "elsewhere").exists()


def test_what_is_no_folder(said: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert said("init", "file")[::2] == (64, "reconciler: file is not a folder\n")


def test_a_start_that_fails_leaves_nothing(
    said: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "FILES", ("containers.yaml", f"{'x' * 300}.csv"))
    code, out, err = said("init")
    assert (code, out) == (1, "")
    assert os.strerror(36) in err
    assert list(tmp_path.iterdir()) == []


def test_as_json(said: Callable[..., Said]) -> None:
    code, out, _ = said("init", "new", "--format", "json")
    result_validator().validate(json.loads(out))
    assert code == 0
    assert json.loads(out)["created"] == [f"new/{name}" for name in starting.FILES]


def test_what_means_standard_input_elsewhere_is_no_folder(said: Callable[..., Said], tmp_path: Path) -> None:
    code, _, err = said("init", "-")
    assert (code, list(tmp_path.iterdir())) == (64, [])
    assert "./-" in err
    assert said("init", "./-")[0] == 0

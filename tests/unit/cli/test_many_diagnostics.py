"""How many problems a command tells, to people and to programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.schemas import result_validator

from reconciler.cli.main import run

if TYPE_CHECKING:
    from pathlib import Path

PROBLEMS = 60


@pytest.fixture
def manifest(tmp_path: Path) -> str:
    path = tmp_path / "m.yaml"
    path.write_text("version: 1\ncontainers: []\n" + "".join(f"k{at}: 1\n" for at in range(PROBLEMS)))
    return str(path)


@pytest.mark.parametrize(("arguments", "told"), [((), 50), (("2",), 2), (("0",), PROBLEMS)])
def test_people_are_told_as_many_as_they_read(
    manifest: str, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: int
) -> None:
    limit = ("--max-diagnostics", *arguments) if arguments else ()
    assert run(["validate", manifest, *limit]) == 3
    err = capsys.readouterr().err
    assert err.count("[unknown-key]") == told
    assert (f"... and {PROBLEMS - told} more" in err) == (told < PROBLEMS)
    assert f"reconciler: {PROBLEMS} errors; nothing was contacted" in err


@pytest.mark.parametrize(("arguments", "told"), [((), PROBLEMS), (("2",), 2), (("0",), PROBLEMS)])
def test_programs_are_told_all_unless_they_ask_for_fewer(
    manifest: str, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: int
) -> None:
    limit = ("--max-diagnostics", *arguments) if arguments else ()
    assert run(["validate", manifest, "--format", "json", *limit]) == 3
    value = json.loads(capsys.readouterr().out)
    result_validator().validate(value)
    assert len(value["diagnostics"]) == told
    assert value.get("diagnostics_omitted", 0) == PROBLEMS - told

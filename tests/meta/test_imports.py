"""Imports run one way, and no command pays for what it does not use."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.commands import environment

ROOT = Path(__file__).parents[2]
QUICKSTART = str(ROOT / "examples" / "quickstart")

HEAVY = {
    "httpx",
    "httpx2",
    "pydantic",
    "yaml",
    "rich",
    "deepdiff",
    "sqlite3",
    "asyncio",
    "uvicorn",
    "jsonschema",
}

PROBE = """
import json, sys
from reconciler.cli.main import run
try:
    run(sys.argv[1:])
except SystemExit:
    pass
sys.stderr.write(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""


def loaded_by(*arguments: str) -> set[str]:
    """Top-level modules that a command has loaded when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        capture_output=True,
        text=True,
        env=environment(),
        check=True,
        timeout=60,
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["plan", "--help"]])
def test_version_and_help_load_nothing_heavy(arguments: list[str]) -> None:
    assert not loaded_by(*arguments) & HEAVY


def test_validate_loads_no_client_no_renderer_and_no_differ() -> None:
    loaded = loaded_by("validate", QUICKSTART, "--ledger", "none")  # a kept form needs no YAML
    assert "yaml" in loaded, "the probe must see what is loaded"
    assert not loaded & {"httpx", "httpx2", "rich", "deepdiff", "uvicorn", "jsonschema"}


def test_an_unchanged_manifest_is_validated_without_yaml_and_models(tmp_path: Path) -> None:
    validate = ["validate", QUICKSTART, "--ledger", str(tmp_path / "ledger.db")]
    assert {"yaml", "pydantic"} <= loaded_by(*validate)
    assert not loaded_by(*validate) & {"yaml", "pydantic", "asyncio", "jsonschema", "tempfile"}
    assert {"yaml", "pydantic"} <= loaded_by("validate", QUICKSTART, "--ledger", "none")


def test_fmt_loads_the_parser_and_nothing_else() -> None:
    loaded = loaded_by("fmt", "--check", QUICKSTART)
    assert "yaml" in loaded
    assert not loaded & (HEAVY - {"yaml"} - {"asyncio"})


def test_policies_load_their_judge_and_nothing_else_heavy() -> None:
    loaded = loaded_by("validate", QUICKSTART, "--policy", str(ROOT / "examples" / "policies"))
    assert "jsonschema" in loaded
    assert not loaded & {"httpx", "httpx2", "rich", "uvicorn", "requests"}


@pytest.mark.parametrize("command", ["plan", "list", "resolve quickstart-analysis"])
def test_looking_at_an_account_loads_no_http_library(command: str, tmp_path: Path) -> None:
    emulator = ("--emulator", "--emulator-data", str(tmp_path / "emulator.db"))
    loaded = loaded_by(*command.split(), QUICKSTART, *emulator)
    assert "asyncio" in loaded
    assert not loaded & {"httpx", "httpx2", "aiohttp", "rich", "jsonschema"}


def test_import_contracts_are_kept() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout

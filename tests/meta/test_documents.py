"""What is published says what the code does: schemas, exit codes, the README's commands."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.parser import build
from reconciler.cli.table import COMMANDS
from reconciler.manifest import published
from reconciler.model.drift import Cause
from reconciler.model.exit_codes import MEANINGS, ExitCode
from reconciler.model.plan import Action, FileOperation, Reason

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def schema(name: str) -> dict[str, Any]:
    value = json.loads(published(name))
    assert isinstance(value, dict)
    return value


def test_every_exit_code_has_a_meaning_and_stands_in_the_readme() -> None:
    assert set(MEANINGS) == set(ExitCode)
    rows = dict(re.findall(r"^\| (\d+) \| (.+) \|$", README, re.MULTILINE))
    assert {int(code): text.replace("`", "") for code, text in rows.items()} == {
        int(code): text for code, text in MEANINGS.items()
    }


def test_the_plan_schema_knows_every_action_and_reason() -> None:
    change = schema("plan.v1.json")["$defs"]["change"]["properties"]
    assert change["reasons"]["items"]["enum"] == [reason.value for reason in Reason]
    operations = change["files"]["items"]["properties"]["operation"]["enum"]
    assert operations == [operation.value for operation in FileOperation]
    single = {actions[0] for actions in change["actions"]["enum"] if len(actions) == 1}
    assert single == {action.value for action in Action} - {Action.REPLACE}


def test_the_result_schema_knows_every_cause_and_exit_code() -> None:
    properties = schema("result.v1.json")["properties"]
    drift, standing = (shape["properties"] for shape in properties["items"]["items"]["oneOf"])
    assert drift["cause"]["enum"] == [cause.value for cause in Cause]
    assert set(standing["reasons"]["items"]["enum"]) < {reason.value for reason in Reason}
    assert properties["exit_code"]["enum"] == [int(code) for code in ExitCode]


def commands(parser: Any = None) -> dict[str, Any]:
    """Every command by its name, which is of two words where a command has commands of its own."""
    inner: list[Any] = [action for action in (parser or build())._actions if action.dest == "command"]
    found: dict[str, Any] = {}
    for name, command in inner[0].choices.items() if inner else ():
        own = commands(command)
        found |= {f"{name} {action}": each for action, each in own.items()} or {name: command}
    return found


def test_the_readme_lists_every_command_and_no_other() -> None:
    rows = re.findall(r"^\| `reconciler ([a-z]+(?: [a-z]+)?)", README, re.MULTILINE)
    assert set(rows) == set(commands())


def test_every_command_can_be_run() -> None:
    assert set(commands()) == {*COMMANDS, "emulator", "schema"}


def test_the_readme_names_only_options_that_exist() -> None:
    known = {option for parser in commands().values() for option in parser._option_string_actions}
    others = {"--hypothesis-profile"}  # pytest's
    assert set(re.findall(r"--[a-z][a-z-]+", README)) <= known | others


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_has_an_example_in_its_help_that_parses(name: str) -> None:
    example = re.search(r"example: reconciler (.+)", commands()[name].format_help())
    assert example is not None
    assert build().parse_args(example[1].split()).command == name


def test_the_readme_has_the_two_commands_each_on_one_line() -> None:
    lines = [line for line in README.splitlines() if line.startswith("python3 -m venv .venv && ")]
    assert len(lines) == 2
    assert lines[0].endswith("reconciler apply examples/quickstart --emulator --auto-approve")
    assert ".venv/bin/pytest" in lines[1]

"""`reconciler explain`: one code, all codes, the exit codes, and a code that is none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.schemas import result_validator

from reconciler.cli.main import run
from reconciler.explain import every, exit_codes
from reconciler.explain.entries import entries
from reconciler.model.exit_codes import MEANINGS

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs `explain` and gives exit code, stdout and stderr."""

    def run_it(*arguments: str) -> tuple[int, str, str]:
        code = run(["explain", *arguments])
        return (code, *capsys.readouterr())

    return run_it


def test_a_code_is_told_in_full(said: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = said("duplicate-key")
    assert (code, err) == (0, "")
    assert out.startswith("duplicate-key (Reading YAML)\n")
    assert "What to do: " in out
    assert max(map(len, out.splitlines())) <= 100


def test_two_meanings_of_one_code_are_both_told(said: Callable[..., tuple[int, str, str]]) -> None:
    _, out, _ = said("file-changed")
    assert "file-changed (Local files)" in out
    assert "file-changed (Reasons of changes)" in out


def test_without_a_code_all_are_listed(said: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = said()
    listed = {line.split()[0] for line in out.splitlines() if line.startswith("  ")}
    assert code == 0
    assert {found.code for found in (*every(), *exit_codes())} <= listed


def test_exit_codes_are_those_of_the_one_table(said: Callable[..., tuple[int, str, str]]) -> None:
    _, out, _ = said("exit-codes")
    told = " ".join(out.split()).lower()
    assert all(f" {int(code)} {meaning}".lower() in told for code, meaning in MEANINGS.items())
    assert said("4")[1].startswith("4 (Exit codes)")


def test_an_unknown_code_is_a_wrong_argument_with_a_guess(
    said: Callable[..., tuple[int, str, str]],
) -> None:
    code, out, err = said("duplicate-keys")
    assert (code, out) == (64, "")
    assert "did you mean duplicate-key?" in err
    code, _, err = said("\x1b[31mqqq")
    assert code == 64
    assert "\x1b" not in err
    assert "lists all" in err


def test_as_json_it_is_a_result_like_any(said: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = said("busy", "--format", "json")
    value = json.loads(out)
    assert code == 0
    assert [found["code"] for found in value["explanations"]] == ["busy"]
    result_validator().validate(value)


@pytest.mark.parametrize(
    "text", ["a-code\n  too little indented\n", "a\n    x\n\n    y\n\na\n    x\n\n    y\n"]
)
def test_a_table_that_is_not_written_as_one_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no entry|twice"):
        entries(text)

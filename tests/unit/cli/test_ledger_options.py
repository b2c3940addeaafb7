"""Where `--ledger` leads, and what it cannot mean."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.cli.arguments import CommandLineError
from reconciler.cli.ledger_options import DEFAULT_LIMIT
from reconciler.cli.parser import build
from reconciler.cli.target import check_options, ledger_place
from reconciler.ledger.places import ledger_file
from reconciler.ledger.store import Place
from reconciler.model.errors import UsageError

COMMANDS = ["plan .", "apply .", "drift .", "destroy .", "history", "ledger show", "ledger clear"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_that_has_a_ledger_takes_the_option(command: str, tmp_path: Path) -> None:
    def place(*more: str) -> Place | None:
        return ledger_place(build().parse_args([*command.split(), *more]))

    assert place() == Place(ledger_file(os.environ), own=True)
    assert place("--ledger", "none") is None
    assert place("--ledger", "./none") == Place(Path("none"))
    assert place("--ledger", str(tmp_path / "x.db")) == Place(tmp_path / "x.db")
    with pytest.raises(UsageError, match="found a folder"):
        place("--ledger", str(tmp_path))
    for nonsense in ("", "-"):
        with pytest.raises(CommandLineError):
            place("--ledger", nonsense)


def test_a_folder_is_refused_with_the_other_options(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="found a folder"):
        check_options(build().parse_args(["plan", ".", "--ledger", str(tmp_path)]))


def test_how_much_history() -> None:
    assert build().parse_args(["history"]).limit == DEFAULT_LIMIT
    assert build().parse_args(["history", "--limit", "3"]).limit == 3
    for nonsense in ("0", "-1", "many"):
        with pytest.raises(CommandLineError):
            build().parse_args(["history", "--limit", nonsense])


def test_a_command_of_two_words_is_known_by_both() -> None:
    assert build().parse_args(["ledger", "clear", "--prefix", "ci-"]).command == "ledger clear"
    with pytest.raises(CommandLineError) as wrong:
        build().parse_args(["ledger", "clear", "--prefix"])
    assert wrong.value.prog == "reconciler ledger clear"

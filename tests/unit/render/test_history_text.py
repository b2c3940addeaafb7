"""The history as a table for terminals: aligned, bounded, and safe whatever a name holds."""

from __future__ import annotations

from msgspec.structs import replace
from support.ledgers import RUN, TARGET

from reconciler.model.history import PastRun
from reconciler.model.plan import Target
from reconciler.render.history_text import WIDEST, history_lines
from reconciler.render.paint import Paint


def lines(*runs: PastRun) -> list[str]:
    return list(history_lines(runs, Paint()))


def test_nothing_is_said_in_words() -> None:
    assert lines() == ["No runs are remembered."]


def test_a_line_for_each_run_under_its_heads() -> None:
    short = replace(RUN, exit_code=0, applied=12345, seconds=0.04, scope="a, b", command="destroy")
    assert lines(PastRun(Target("emulator:2"), RUN), PastRun(Target("emulator:1"), short)) == [
        "STARTED               COMMAND  EXIT   DONE  FAILED  UNDONE  REQUESTS  SECONDS  SCOPE  TARGET",
        "2026-11-22T03:00:00Z  apply       6      3       2       1        12      1.5  ci-    emulator:2",
        "2026-11-22T03:00:00Z  destroy     0  12345       2       1        12      0.0  a, b   emulator:1",
    ]


def test_a_run_without_an_end_has_no_exit_code() -> None:
    assert lines(PastRun(TARGET, replace(RUN, exit_code=None)))[1].split()[2] == "-"


def test_long_and_hostile_names_are_escaped_and_shortened() -> None:
    hostile = replace(RUN, scope="\x1b[2J\u202e" * 100, command="\n" * 100)
    for line in lines(PastRun(Target("x" * 500, "\x9b" * 500), hostile)):
        assert line.isprintable()
        assert len(line) < 200
    wide = lines(PastRun(TARGET, replace(RUN, scope="s" * 100)))[1]
    assert wide.endswith("https://api.openai.c…rg-a, project proj-a")
    assert f"{'s' * (WIDEST // 2)}…{'s' * (WIDEST // 2)}" in wide

"""Names and containers as a table for terminals, and an id alone for programs."""

from __future__ import annotations

from reconciler.model.plan import Reason
from reconciler.model.standing import Standing
from reconciler.render.list_text import NARROW, WIDEST, id_lines, list_lines
from reconciler.render.paint import Paint

ALIVE = Standing("ci-analysis", "running", "cntr_1", 100, 9900, 10_000)
SURPLUS = Standing("ci-analysis", "running", "cntr_22", 9000, None, 10_000, (Reason.DUPLICATE,))
GONE = Standing("ci-b", "expired")
STRAY = Standing("ci-old", "paused", "cntr_3", None, 9999, 10_000, (Reason.NOT_IN_MANIFEST,))


def lines(*standings: Standing) -> list[str]:
    return list(list_lines(standings, Paint()))


def test_a_line_for_each_container_and_for_each_name_without_one() -> None:
    moved = (Reason.DUPLICATE, Reason.FIELD_CHANGED)
    assert lines(ALIVE, SURPLUS, GONE, STRAY, Standing("ci-p", "paused", "cntr_4", reasons=moved)) == [
        "NAME         ID       STATUS      AGE   IDLE  NOTE",
        "ci-analysis  cntr_1   running     2 h  100 s",
        "ci-analysis  cntr_22  running  16 min      -  duplicate",
        "ci-b         -        expired       -      -",
        "ci-old       cntr_3   paused        -    1 s  not-in-manifest",
        "ci-p         cntr_4   paused        -      -  duplicate, field-changed",
        "2 of 3 declared names alive, 2 copies too many, 1 not declared.",
    ]


def test_the_last_line_counts_names_and_not_rows() -> None:
    assert lines(ALIVE)[-1] == "1 of 1 declared name alive."
    assert lines(ALIVE, SURPLUS)[-1] == "1 of 1 declared name alive, 1 copy too many."
    assert lines(ALIVE, GONE)[-1] == "1 of 2 declared names alive."
    assert lines(GONE, STRAY)[-1] == "0 of 1 declared name alive, 1 not declared."


def test_nothing_is_a_count_without_a_table() -> None:
    assert lines() == ["0 of 0 declared names alive."]


def test_what_is_not_there_stands_out_where_there_are_colours() -> None:
    head, alive, gone, _ = list_lines((ALIVE, GONE), Paint(enabled=True))
    assert head.startswith("\x1b[2mNAME")
    assert alive.startswith("ci-analysis")
    assert gone.startswith("\x1b[33mci-b")


def test_long_and_hostile_texts_are_escaped_and_shortened() -> None:
    nasty = "\x1b[2J\u202e::set-output\n"
    hostile = Standing(nasty * 100, nasty * 100, nasty * 100, -(2**70), -(2**70), 2**70)
    for line in lines(hostile, Standing("", ""), Standing("x" * 500, "::x", "##[x]")):
        assert line.isprintable()
        assert "##[" not in line
        assert not line.startswith("::")
        assert len(line) < WIDEST + 2 * NARROW + 100
    assert lines(Standing("n" * 100, "running", "cntr_1"))[1].startswith("n" * 100)


def test_the_id_stands_alone() -> None:
    assert list(id_lines((ALIVE,))) == ["cntr_1"]
    assert list(id_lines((GONE,))) == []

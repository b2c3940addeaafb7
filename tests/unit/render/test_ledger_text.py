"""What a ledger holds and what was forgotten of it, in words."""

from __future__ import annotations

from msgspec.structs import replace
from support.ledgers import FULL, OTHER, SEEN, TARGET

from reconciler.model.history import LedgerReport, TargetReport
from reconciler.model.memory import Birth, Intent
from reconciler.model.plan import Target
from reconciler.model.touching import Conduct, OwnTouch
from reconciler.render.ledger_text import forgotten_lines, ledger_lines
from reconciler.render.paint import Paint

FILLED = TargetReport(
    TARGET, 4.5, FULL.intents, FULL.births, (SEEN,), 2, 1, 1, 2, 3, Conduct(OwnTouch.NO, distrusted=True)
)
REPORT = LedgerReport("/c/ledger.db", 36864, 1, (TargetReport(OTHER), FILLED), 1)


def shown(report: LedgerReport) -> list[str]:
    return list(ledger_lines(report, Paint()))


def test_everything_that_people_act_on_is_listed() -> None:
    assert shown(REPORT) == [
        "/c/ledger.db: 36.0 KiB, version 1",
        "",
        "https://api.openai.com/v1, organization org-a",
        "  lag seen: 0 s",
        "  open intents: none",
        "  births not yet listed: none",
        "  scopes: none",
        "  0 tombstones, 0 touches",
        "  0 listings of files, 0 digests",
        "  whether listing files is activity there is not known yet",
        "  0 runs",
        "",
        "https://api.openai.com/v1, organization org-a, project proj-a",
        "  lag seen: 4.5 s",
        "  open intents: 2",
        "    ci-a, 1970-01-01T00:01:40Z",
        "    ci-b",
        "  births not yet listed: 2",
        "    ci-c (cntr_1), 1970-01-01T00:01:41Z",
        "    ci-d (cntr_2)",
        "  scopes: 1",
        "    ci-* without ci-other-*, ci-x-*, applied 2026-11-22T03:00:00Z",
        "  2 tombstones, 1 touch",
        "  1 listing of files, 2 digests",
        "  listing files is no activity there",
        "  its last_active_at was seen not to move with an upload, so files are listed every time",
        "  3 runs",
        "",
        "1 local file with known digests",
    ]


def test_what_there_is_none_of() -> None:
    assert shown(LedgerReport("x.db")) == ["x.db: there is no ledger."]
    assert shown(LedgerReport("x.db", 0, 1)) == ["x.db: 0 B, version 1", "Nothing is remembered."]


def test_what_was_forgotten_is_counted() -> None:
    assert list(forgotten_lines(REPORT)) == [
        "Forgotten: the digests of 1 local file.",
        "Forgotten of https://api.openai.com/v1, organization org-a: its lag.",
        (
            "Forgotten of https://api.openai.com/v1, organization org-a, project proj-a: "
            "1 scope, 2 open intents, 2 births, 2 tombstones, 1 touch, "
            "1 listing of files, 2 digests, 3 runs."
        ),
    ]
    assert list(forgotten_lines(LedgerReport("x.db"))) == ["x.db: there is no ledger."]
    assert list(forgotten_lines(LedgerReport("x.db", 5))) == ["x.db was damaged and is deleted."]
    assert list(forgotten_lines(LedgerReport("x.db", 5, 1))) == ["x.db: nothing to forget."]


def test_many_are_cut_short_and_hostile_ones_escaped() -> None:
    hostile = TargetReport(
        Target("\x1b[2J"),
        intents=tuple(Intent(f"\x1b[2J{number}", 1 << 62) for number in range(50)),
        births=(Birth("\u202e" * 99, "\n", -(1 << 62)),),
        prefixes=(replace(SEEN, prefix="\x9b", exclude=("\r",), seen_at="\x00"),),
    )
    lines = shown(LedgerReport("\x1b", 1, 1, (hostile,)))
    assert all(line.isprintable() for line in lines)
    assert "    … and 30 more" in lines
    assert all(line.isprintable() for line in forgotten_lines(LedgerReport("\x1b", 1, 1, (hostile,))))

"""What people are shown of a ledger, and what is forgotten on purpose: never a file that is no ledger."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace
from support.ledgers import (
    AS_NOBODY,
    DAMAGED,
    EMPTY,
    FOREIGN,
    FULL,
    NO_TIME,
    OTHER,
    RUN,
    SEEN,
    TARGET,
    UNKNOWN,
    filled,
    output,
    remembering,
)

from reconciler.ledger.clear import clear, clear_prefix
from reconciler.ledger.report import DamagedLedger, read_report, read_runs
from reconciler.ledger.schema import VERSION
from reconciler.ledger.store import Place
from reconciler.model.errors import LocalFileError
from reconciler.model.history import LedgerReport, PastRun, SeenPrefix, TargetReport
from reconciler.model.memory import Intent, Touch

REPORT = TargetReport(
    TARGET, 4.5, FULL.intents, FULL.births, (SEEN,), tombstones=2, touches=len(FULL.touches), runs=1
)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A ledger about two targets."""
    path = filled(tmp_path / "ledger.db")
    with remembering(path, target=OTHER) as ledger:
        ledger.record(replace(RUN, requests=99))
        ledger.remember_prefix(SEEN)
        ledger.remember_prefix(SeenPrefix("cd-", (), "y"))
    return Place(path, busy_seconds=NO_TIME)


def test_a_report_is_about_every_target(place: Place) -> None:
    report = read_report(place)
    other = TargetReport(OTHER, prefixes=(SeenPrefix("cd-", (), "y"), SEEN), runs=1)
    assert report == LedgerReport(str(place.path), place.path.stat().st_size, VERSION, (other, REPORT))
    assert not report.damaged


def test_runs_of_all_targets_come_last_first_and_limited(place: Place) -> None:
    assert read_runs(place, 10) == (PastRun(OTHER, replace(RUN, requests=99)), PastRun(TARGET, RUN))
    assert read_runs(place, 1) == (PastRun(OTHER, replace(RUN, requests=99)),)


@pytest.mark.parametrize("case", EMPTY)
def test_where_nothing_is_nothing_is_made(tmp_path: Path, case: str) -> None:
    place = Place(EMPTY[case](tmp_path / "ledger.db"), own=True)
    before = place.path.read_bytes() if place.path.exists() else None
    for report in (read_report(place), clear(place), clear_prefix(place, "ci-")):
        assert report == LedgerReport(str(place.path))
    assert read_runs(place, 10) == ()
    assert (place.path.read_bytes() if place.path.exists() else None) == before


READERS = f"""
import sqlite3, sys
from pathlib import Path
from reconciler.ledger.report import read_report, read_runs
from reconciler.ledger.store import Place
{AS_NOBODY}
place = Place(Path(sys.argv[1]))
print(len(read_report(place).targets), len(read_runs(place, 9)))
"""


def test_reading_works_where_nothing_can_be_written() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = filled(Path(folder) / "ledger.db")
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        before = path.stat().st_mtime_ns
        assert output(READERS, str(path)) == "1 1\n"
        assert path.stat().st_mtime_ns == before
        Path(folder).chmod(0o755)


def test_reading_changes_not_a_byte(place: Place) -> None:
    before = place.path.read_bytes()
    read_report(place)
    read_runs(place, 10)
    assert place.path.read_bytes() == before


KILLED = """
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA cache_size = 1")
db.execute("BEGIN IMMEDIATE")
db.execute("DELETE FROM intent")
db.executemany("INSERT INTO intent VALUES (1, ?, 0, '[]')", [(f"{number:0100}",) for number in range(2000)])
os.kill(os.getpid(), 9)
"""


def test_reading_undoes_first_what_a_kill_left_half_done(place: Place) -> None:
    output(KILLED, str(place.path))
    assert Path(f"{place.path}-journal").stat().st_size
    assert read_report(place).targets[1] == REPORT
    assert not Path(f"{place.path}-journal").exists()


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_ledger_is_named_and_cleared_away(tmp_path: Path, case: str, own: bool) -> None:  # noqa: FBT001 - of the table
    path = DAMAGED[case](tmp_path / "ledger.db")
    place = Place(path, own)
    with pytest.raises(DamagedLedger, match="is damaged"):
        read_report(place)
    with pytest.raises(DamagedLedger):
        clear_prefix(place, "ci-")
    assert path.exists()
    size = path.stat().st_size
    forgotten = clear(place)
    assert (forgotten, forgotten.damaged) == (LedgerReport(str(path), size), True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("case", UNKNOWN)
def test_a_file_that_may_be_anybodys_is_cleared_away_only_at_our_own_place(tmp_path: Path, case: str) -> None:
    path = UNKNOWN[case](tmp_path / "ledger.db")
    for work in (read_report, clear):
        with pytest.raises(LocalFileError, match="is no ledger"):
            work(Place(path))
    assert path.exists()
    with pytest.raises(DamagedLedger):
        read_report(Place(path, own=True))
    assert clear(Place(path, own=True)).damaged
    assert not path.exists()


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("case", FOREIGN)
def test_a_foreign_file_is_never_touched(tmp_path: Path, case: str, own: bool) -> None:  # noqa: FBT001 - of the table
    place = Place(FOREIGN[case](tmp_path / "ledger.db"), own)
    before = place.path.read_bytes()
    for work in (read_report, clear, lambda place: clear_prefix(place, "ci-")):
        with pytest.raises(LocalFileError) as raised:
            work(place)
        assert not isinstance(raised.value, DamagedLedger)
    assert place.path.read_bytes() == before


@pytest.mark.parametrize("own", [True, False])
def test_a_pipe_is_not_waited_for(tmp_path: Path, own: bool) -> None:  # noqa: FBT001 - of the table
    os.mkfifo(tmp_path / "pipe")
    for work in (read_report, clear):
        with pytest.raises(LocalFileError, match="not a regular file"):
            work(Place(tmp_path / "pipe", own))
    assert (tmp_path / "pipe").exists()


def test_clearing_forgets_everything_and_says_what(place: Place) -> None:
    with remembering(place.path) as ledger:
        ledger.touched({f"cntr_{number}": Touch(number, None) for number in range(5000)})
    report = read_report(place)
    assert clear(place) == report
    assert read_report(place).targets == ()
    assert place.path.stat().st_size < (report.size or 0) / 2
    assert read_runs(place, 10) == ()
    raw = place.path.read_bytes()
    assert b"cntr_5" not in raw
    assert b"org-a" not in raw
    with remembering(place.path) as ledger:
        ledger.intend("ci-a", 1)
        assert ledger.recall().intents == (Intent("ci-a", 1),)


def test_clearing_a_scope_forgets_that_alone_on_every_target(place: Place) -> None:
    forgotten = clear_prefix(place, "ci-")
    assert forgotten.targets == (
        TargetReport(OTHER, prefixes=(SEEN,)),
        TargetReport(TARGET, prefixes=(SEEN,)),
    )
    other, first = read_report(place).targets
    assert other.prefixes == (SeenPrefix("cd-", (), "y"),)
    assert first == replace(REPORT, prefixes=())
    assert clear_prefix(place, "ci-").targets == ()
    assert clear_prefix(place, "").targets == ()


def test_a_ledger_held_by_another_process_is_out_of_reach(place: Place) -> None:
    with closing(sqlite3.connect(place.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert len(read_runs(place, 10)) == 2, "who writes is not in the way of who reads"
        for work in (clear, lambda place: clear_prefix(place, "ci-")):
            with pytest.raises(LocalFileError, match="out of reach: database is locked"):
                work(place)
    assert len(read_report(place).targets) == 2

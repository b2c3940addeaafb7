"""Every way a ledger can be broken ends in one warning, and in the values of one that remembers nothing."""

from __future__ import annotations

import os
import random
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from support.ledgers import (
    AS_NOBODY,
    DAMAGED,
    EMPTY,
    FOREIGN,
    FULL,
    NO_TIME,
    SEEN,
    UNKNOWN,
    fill,
    filled,
    output,
    remembering,
)

from reconciler.model.memory import Intent, Memory, Touch


@pytest.mark.parametrize("case", EMPTY)
def test_what_is_empty_becomes_a_ledger_without_a_word(tmp_path: Path, case: str) -> None:
    path = EMPTY[case](tmp_path / "ledger.db")
    with remembering(path) as ledger:
        assert ledger.recall() == Memory()
        fill(ledger)
    with remembering(path) as ledger:
        assert ledger.recall() == FULL


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("case", DAMAGED)
def test_what_is_damaged_is_begun_anew(tmp_path: Path, case: str, own: bool) -> None:  # noqa: FBT001 - of the table
    path = DAMAGED[case](tmp_path / "ledger.db")
    (tmp_path / "ledger.db-journal").write_bytes(b"of the damaged one")
    warnings: list[str] = []
    with remembering(path, warnings, own=own) as ledger:
        assert ledger.recall() == Memory()
        assert ledger.prefixes() == ()
        fill(ledger)
        assert ledger.recall() == FULL
    assert warnings == [f"the ledger {path} was damaged; a new one was begun"]
    with remembering(path) as ledger:
        assert (ledger.recall(), ledger.prefixes()) == (FULL, (SEEN,))
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_cannot_be_told_is_ours_only_at_our_own_place(tmp_path: Path, case: str) -> None:
    path = UNKNOWN[case](tmp_path / "ledger.db")
    before = path.read_bytes()
    warnings: list[str] = []
    with remembering(path, warnings) as ledger:
        fill(ledger)
        assert ledger.recall() == Memory()
    assert warnings == [f"no ledger can be kept at {path} (file is not a database); going on without one"]
    assert path.read_bytes() == before
    with remembering(path, warnings, own=True) as ledger:
        fill(ledger)
    assert warnings[1:] == [f"the ledger {path} was damaged; a new one was begun"]
    with remembering(path) as ledger:
        assert ledger.recall() == FULL


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("case", FOREIGN)
def test_what_is_somebody_elses_is_left_alone(tmp_path: Path, case: str, own: bool) -> None:  # noqa: FBT001 - of the table
    path = FOREIGN[case](tmp_path / "ledger.db")
    before = path.read_bytes()
    warnings: list[str] = []
    with remembering(path, warnings, own=own) as ledger:
        fill(ledger)
        assert (ledger.recall(), ledger.prefixes()) == (Memory(), ())
    assert len(warnings) == 1
    assert ("newer version" if case == "a newer version" else "no ledger") in warnings[0]
    assert path.read_bytes() == before


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "below a file"])
def test_what_is_no_file_is_left_alone(tmp_path: Path, kind: str, own: bool) -> None:  # noqa: FBT001 - of the table
    path = tmp_path / "ledger.db"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path = Path("/dev/null")
    else:
        path.write_text("")
        path /= "ledger.db"
    warnings: list[str] = []
    with remembering(path, warnings, own=own) as ledger:
        fill(ledger)
        assert ledger.recall() == Memory()
    assert len(warnings) == 1
    assert warnings[0].startswith(f"no ledger can be kept at {path} (")
    assert not Path(f"{path}-journal").exists()


def test_a_file_of_any_name_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (":memory:", "file:x?mode=memory", "a b#c?d%20"):
        assert filled(Path(name)).is_file()


def test_a_link_stays_where_what_it_leads_to_is_damaged(tmp_path: Path) -> None:
    real = DAMAGED["corrupt pages"](tmp_path / "real.db")
    (tmp_path / "real.db-journal").write_bytes(b"x")
    link = tmp_path / "link.db"
    link.symlink_to(real)
    warnings: list[str] = []
    with remembering(link, warnings) as ledger:
        fill(ledger)
    assert len(warnings) == 1
    with remembering(real) as ledger:
        assert ledger.recall() == FULL
    assert not (tmp_path / "real.db-journal").exists()


def test_damage_that_shows_while_it_is_used_costs_the_past_and_not_the_note(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with remembering(path) as ledger:
        ledger.touched({f"cntr_{number:05}": Touch(number, None) for number in range(5000)})
    warnings: list[str] = []
    with remembering(path, warnings) as ledger:
        with path.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xa5" * (path.stat().st_size - 4096))
        ledger.intend("ci-a", 1)
        ledger.intend("ci-b", 2)
        assert ledger.recall() == Memory(intents=(Intent("ci-a", 1), Intent("ci-b", 2)))
    assert len(warnings) == 1


def test_a_file_held_by_another_process_is_given_up_after_a_while(tmp_path: Path) -> None:
    path = filled(tmp_path / "ledger.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        warnings: list[str] = []
        with remembering(path, warnings, busy_seconds=NO_TIME) as ledger:
            fill(ledger)
            assert ledger.recall() == Memory()
        assert warnings == [f"no ledger can be kept at {path} (database is locked); going on without one"]


def test_a_file_that_others_write_is_still_read(tmp_path: Path) -> None:
    path = filled(tmp_path / "ledger.db")
    warnings: list[str] = []
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as other,
        remembering(path, warnings, busy_seconds=NO_TIME) as ledger,
    ):
        other.execute("BEGIN IMMEDIATE")
        ledger.intend("ci-z", 1)
        ledger.intend("ci-z", 1)
        assert ledger.recall() == FULL
    assert warnings == [f"nothing can be noted in the ledger {path} (database is locked); going on without"]


def test_a_folder_that_is_deleted_meanwhile(tmp_path: Path) -> None:
    path = filled(tmp_path / "folder" / "ledger.db")
    warnings: list[str] = []
    with remembering(path, warnings) as ledger:
        ledger.recall()  # it is opened when it is first used
        path.unlink()
        path.parent.rmdir()
        ledger.intend("ci-z", 1)
        ledger.intend("ci-y", 1)
        assert ledger.recall() == FULL, "what is open can still be read"
    assert len(warnings) == 1
    assert not path.parent.exists()


READ_ONLY = f"""
import sys
from pathlib import Path
from support.ledgers import FULL, fill, remembering
{AS_NOBODY}
warnings = []
with remembering(Path(sys.argv[1]), warnings) as ledger:
    before = ledger.recall()
    fill(ledger)
    ledger.intend("ci-z", 1)
    assert ledger.recall() == before
print(before == FULL, len(warnings), warnings)
"""


@pytest.mark.parametrize("writable", ["file", "folder", "nothing"])
def test_what_is_read_only_is_read(writable: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = filled(Path(folder) / "ledger.db")
        path.chmod(0o666 if writable == "file" else 0o444)
        Path(folder).chmod(0o777 if writable == "folder" else 0o555)
        before = path.read_bytes()
        ran = output(READ_ONLY, str(path))
        assert ran.startswith("True 1 ['nothing can be noted in the ledger"), ran
        assert path.read_bytes() == before
        Path(folder).chmod(0o755)


def test_a_folder_where_nothing_can_be_made() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        ran = output(READ_ONLY, f"{folder}/ledger.db")
        assert ran.startswith("False 1 ['no ledger can be kept at"), ran
        Path(folder).chmod(0o755)


FULL_DISK = """
import resource, sys
from pathlib import Path
from support.ledgers import fill, remembering
from reconciler.model.memory import Memory
warnings = []
size = Path(sys.argv[1]).stat().st_size if sys.argv[2] == "filled" else 0
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))  # no file may grow beyond it, as on a full disk
with remembering(Path(sys.argv[1]), warnings) as ledger:
    before = ledger.recall()
    for number in range(2000):
        ledger.intend(f"ci-{number:060}", number)
print(len(before.births), len(warnings), warnings)
"""


def test_a_full_disk(tmp_path: Path) -> None:
    path = filled(tmp_path / "ledger.db")
    with remembering(path) as ledger:
        ledger.touched({f"more_{number}": Touch(number, None) for number in range(200)})
    for state, births in (("filled", 2), ("new", 0)):
        file = path if state == "filled" else tmp_path / "new.db"
        ran = output(FULL_DISK, str(file), state)
        assert ran.startswith(f"{births} 1 ["), ran
    with remembering(path) as ledger:
        memory = ledger.recall()
    assert memory.births == FULL.births
    assert len(memory.touches) == 202


def test_a_flipped_byte_is_never_more_than_one_warning(tmp_path: Path) -> None:
    path = filled(tmp_path / "ledger.db")
    whole = path.read_bytes()
    chance = random.Random(7)  # noqa: S311 - places in a file, no secrets
    harmed = 0
    for _ in range(400):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data)
        warnings: list[str] = []
        with remembering(path, warnings, own=True) as ledger:
            memory = ledger.recall()
            ledger.prefixes()
            memory.buried("cntr_3", 200)
            memory.used_at("cntr_5", 200)
            assert memory.lag > 0
            fill(ledger)
        assert len(warnings) <= 1
        harmed += bool(warnings)
    assert 10 < harmed < 400

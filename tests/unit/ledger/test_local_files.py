"""A local file is read again unless nothing about it can have changed since it was read."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing, contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from support.ledgers import changed, filled

from reconciler.ledger.clear import clear
from reconciler.ledger.local_files import RACY_SECONDS, LocalFiles
from reconciler.ledger.store import Place, Store
from reconciler.manifest import fingerprint, load
from reconciler.model.memory import FileState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LATER = 60.0
"""Seconds after which nothing here is racy any more."""

FALSE = "f" * 64
"""A digest that no file here has: who shows it has not read the file."""


@contextmanager
def remembered(folder: Path, ahead: float = LATER) -> Iterator[LocalFiles]:
    """What is remembered, so many seconds from now."""
    with closing(Store(Place(folder / "ledger.db"), pytest.fail)) as store:
        yield LocalFiles(store, time.time() + ahead)


def digest(folder: Path, ahead: float = LATER) -> str | None:
    """The digest that a set gets for its only file."""
    loaded = load([str(folder / "m.yaml")])
    assert loaded.desired is not None
    with remembered(folder, ahead) as prints:
        printed = fingerprint(loaded.desired, prints)
    assert printed.diagnostics == ()
    (file,) = printed.desired.containers[0].files or ()
    assert file.spec.bytes == (folder / "data.bin").stat().st_size
    return file.spec.sha256


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A manifest with one local file."""
    (tmp_path / "m.yaml").write_text(
        "version: 1\ncontainers: [{name: ab-c, files: [{source: data.bin}]}]\n", encoding="utf-8"
    )
    (tmp_path / "data.bin").write_bytes(b"one")
    return tmp_path


def lie(folder: Path) -> None:
    """Makes what is remembered recognisable."""
    changed(folder / "ledger.db", f"UPDATE local_file SET sha256 = '{FALSE}'")  # noqa: S608 - our own


def of(data: bytes) -> str:
    return sha256(data).hexdigest()


def test_a_file_that_did_not_change_is_not_read_again(folder: Path) -> None:
    assert digest(folder) == of(b"one")
    lie(folder)
    assert digest(folder) == FALSE


def _rewrite(path: Path) -> None:
    path.write_bytes(b"two")


def _rewrite_and_set_the_time_back(path: Path) -> None:
    before = path.stat()
    path.write_bytes(b"two")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _put_another_in_its_place(path: Path) -> None:
    before = path.stat()
    other = path.with_name("other")
    other.write_bytes(b"two")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(path)


def _grow(path: Path) -> None:
    path.write_bytes(b"longer")


@pytest.mark.parametrize(
    "change", [_rewrite, _rewrite_and_set_the_time_back, _put_another_in_its_place, _grow]
)
def test_a_file_that_may_have_changed_is_read_again(folder: Path, change: Callable[[Path], None]) -> None:
    digest(folder)
    lie(folder)
    change(folder / "data.bin")
    assert digest(folder) == of((folder / "data.bin").read_bytes())
    lie(folder)
    assert digest(folder) == FALSE, "and known from then on"


@pytest.mark.parametrize("ahead", [0.0, RACY_SECONDS - 1.0, -LATER])
def test_a_file_of_this_moment_or_of_the_future_is_not_remembered(folder: Path, ahead: float) -> None:
    """It may change once more within one tick of its clock, and look the same."""
    assert digest(folder, ahead) == of(b"one")
    lie_if_any(folder)
    assert digest(folder, ahead) == of(b"one")


def lie_if_any(folder: Path) -> None:
    """As `lie`, where a ledger was made at all."""
    with remembered(folder) as prints:
        assert prints.known({}) == {}
    lie(folder)


def test_a_name_in_no_encoding_is_a_name(folder: Path) -> None:
    name = os.fsdecode(b"/\xff.bin")
    state = FileState(3, 1, 1, 1, 1)
    with remembered(folder) as prints:
        prints.keep({name: (state, FALSE)})
        assert prints.known({name: state}) == {name: FALSE}
    assert b"bin" not in (folder / "ledger.db").read_bytes(), "no names travel"


def test_what_is_used_stays_in_use(folder: Path) -> None:
    digest(folder)
    digest(folder, ahead=LATER + 10 * 86_400)
    with closing(sqlite3.connect(folder / "ledger.db")) as db:
        ((used,),) = db.execute("SELECT used FROM local_file").fetchall()
    assert used == int((time.time() + LATER) // 86_400) + 10


def test_clearing_the_ledger_forgets_local_files(folder: Path) -> None:
    digest(folder)
    lie(folder)
    clear(Place(folder / "ledger.db"))
    assert digest(folder) == of(b"one")


def test_what_a_ledger_holds_of_an_account_says_nothing_of_files(folder: Path) -> None:
    filled(folder / "ledger.db")
    assert digest(folder) == of(b"one")

"""Forms of manifests in the ledger: found again, bounded, forgotten with everything else."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest
from support.ledgers import changed

from reconciler.ledger import bounds
from reconciler.ledger.clear import clear
from reconciler.ledger.forms import LARGEST_FORM, Forms
from reconciler.ledger.store import Place, Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAY = 86_400


@contextmanager
def remembered(folder: Path, day: int = 1) -> Iterator[Forms]:
    """What is remembered on a day."""
    with closing(Store(Place(folder / "ledger.db"), pytest.fail)) as store:
        yield Forms(store, day * DAY)


def test_a_form_is_found_by_its_key_alone(tmp_path: Path) -> None:
    with remembered(tmp_path) as forms:
        assert forms.form("a") is None
        forms.keep("a", "form é")
        forms.keep("a", "form")
    with remembered(tmp_path) as forms:
        assert (forms.form("a"), forms.form("b")) == ("form", None)


def test_what_is_used_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "KEPT_FORMS", 2)
    with remembered(tmp_path) as forms:
        for key in "abc":
            forms.keep(key, key)
            if key == "b":
                forms._today += 1
    with remembered(tmp_path, 9) as forms:
        assert forms.form("c") == "c"
        forms.keep("d", "d")
    with remembered(tmp_path, 9) as forms:
        assert [key for key in "abcd" if forms.form(key)] == ["c", "d"]


def test_what_is_very_large_is_not_kept(tmp_path: Path) -> None:
    with remembered(tmp_path) as forms:
        forms.keep("a", "x" * (LARGEST_FORM + 1))
        assert forms.form("a") is None


def test_a_row_that_nobody_wrote_is_damage(tmp_path: Path) -> None:
    with remembered(tmp_path) as forms:
        forms.keep("a", "x")
    changed(tmp_path / "ledger.db", "UPDATE form SET used = 'x'")
    told: list[str] = []
    with closing(Store(Place(tmp_path / "ledger.db"), told.append)) as store:
        assert Forms(store, DAY).form("a") is None
    assert len(told) == 1


def test_clearing_the_ledger_forgets_forms(tmp_path: Path) -> None:
    with remembered(tmp_path) as forms:
        forms.keep("a", "x")
    clear(Place(tmp_path / "ledger.db"))
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as db:
        assert db.execute("SELECT count(*) FROM form").fetchone() == (0,)

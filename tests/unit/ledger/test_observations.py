"""Listings of files: recalled as they were noted, whatever a server calls its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import live_file
from support.ledgers import remembering
from support.strategies import law

from reconciler.ledger.ledger import Ledger
from reconciler.model.live import LiveFile, base_name
from reconciler.model.spec import FileSpec
from reconciler.model.touching import Observation

if TYPE_CHECKING:
    from pathlib import Path

NUMBERS = st.integers(0, 2**80)
SPECS = st.builds(
    FileSpec, st.text(), st.none() | NUMBERS, st.none() | st.text("0123456789abcdef", min_size=9)
)
FILES = st.builds(LiveFile, st.text("abc", min_size=1), st.text(), st.text(), NUMBERS, SPECS)


def seen(container: str, *files: LiveFile) -> Observation:
    return Observation(container, 100, 120, None, 121, settled=True, files=files)


@given(st.lists(st.lists(FILES, max_size=4), max_size=3))
@law
def test_listings_are_recalled_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, listed: list[list[LiveFile]]
) -> None:
    noted = {f"cntr_{number}": seen(f"cntr_{number}", *files) for number, files in enumerate(listed)}
    with remembering(tmp_path_factory.mktemp("ledger") / "ledger.db") as ledger:
        ledger.observations.keep(noted.values())
        found = {each.id: each for each in ledger.observations.of([*noted, "cntr_other"])}
    assert found == noted


def test_a_listing_that_cannot_be_written_is_not_remembered_and_stops_nothing(tmp_path: Path) -> None:
    odd = LiveFile("cfile_2", "/mnt/data/\ud800", "user", 90, FileSpec("\ud800", 1))
    with remembering(tmp_path / "ledger.db") as ledger:
        ledger.observations.keep([seen("cntr_1", odd), seen("cntr_2", live_file("a.txt"))])
        assert [each.id for each in ledger.observations.of(["cntr_1", "cntr_2"])] == ["cntr_2"]


@pytest.mark.parametrize(
    "files",
    [
        "{}",
        "[1]",
        '[["a"]]',
        '[["a","b","user",1,["c",1,2]]]',
        '[["a","b","user","1",["c",1,null]]]',
        "[" * 9_999,
        "",
    ],
)
def test_files_that_were_not_written_so_are_damage(tmp_path: Path, files: str) -> None:
    warnings: list[str] = []
    with remembering(tmp_path / "ledger.db", warnings) as ledger:
        ledger.observations.keep([seen("cntr_1", live_file("a.txt"))])
        ledger._part.write(lambda db, _: db.execute("UPDATE observation SET files = ?", (files,)))
        assert ledger.observations.of(["cntr_1"]) == ()
    assert "damaged" in warnings[0]


def test_without_a_file_nothing_is_remembered() -> None:
    ledger = Ledger()
    ledger.observations.keep([seen("cntr_1")])
    assert ledger.observations.of(["cntr_1"]) == ()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/mnt/data/0123456789abcdef0123456789abcdef-a.txt", "a.txt"),
        ("/mnt/data/file-Ab1-a.txt", "a.txt"),
        ("/mnt/data/a.txt", "a.txt"),
        ("a.txt", "a.txt"),
        ("/mnt/data//a.txt", "a.txt"),
        ("/a.txt", "a.txt"),
        ("/mnt/data/b/a.txt", "b/a.txt"),
        ("/mnt/data/0123456789abcdef0123456789abcdef-file-1-a.txt", "file-1-a.txt"),
    ],
)
def test_ledgers_keep_base_names_by_a_rule_that_their_version_stands_for(path: str, name: str) -> None:
    """Whoever changes what comes out here raises `ledger.schema.VERSION`."""
    assert base_name(path) == name

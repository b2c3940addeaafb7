"""What is kept is bounded, the newest of it, also where everything is of the same second."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from support.ledgers import FULL, OTHER, RUN, SEEN, TARGET, filled, remembering

from reconciler.ledger import bounds
from reconciler.ledger.report import read_report, read_runs
from reconciler.ledger.store import Place
from reconciler.model.memory import ContentDigest, Touch
from reconciler.model.plan import Target

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keeps less than users do."""
    few = {"TARGETS": 3, "RUNS": 5, "TOUCHES": 5, "BIRTHS": 5, "TOMBSTONES": 5, "DIGESTS": 5}
    for kind, count in few.items():
        monkeypatch.setattr(bounds, f"KEPT_{kind}", count)


def test_the_newest_of_each_kind_stays(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with remembering(path, target=OTHER) as ledger:
        ledger.buried("cntr_other", 1)
    with remembering(path) as ledger:
        for number in range(8):
            ledger.record(replace(RUN, requests=number))
            ledger.touched({f"touch_{number}": Touch(number, None)})
            ledger.buried(f"grave_{number}", number)
            ledger.born(f"birth_{number}", "ci-a", number)
    with remembering(path) as ledger:
        memory = ledger.recall()
    assert set(memory.tombstones) == {f"grave_{number}" for number in range(3, 8)}
    assert [birth.id for birth in memory.births] == [f"birth_{number}" for number in range(3, 8)]
    assert len(memory.touches) == 5
    assert max(touch.ours for touch in memory.touches.values()) == 7
    assert [past.run.requests for past in read_runs(Place(path), 100)] == [7, 6, 5, 4, 3]
    with remembering(path, target=OTHER) as ledger:
        assert ledger.recall().tombstones == {"cntr_other": 1}, "another target's are its own"


@pytest.mark.parametrize("date", [7, None])
def test_of_one_second_as_many_stay_as_are_kept(tmp_path: Path, date: int | None) -> None:
    path = tmp_path / "ledger.db"
    with remembering(path) as ledger:
        for number in range(8):
            ledger.buried(f"cntr_{number}", date)
            ledger.born(f"birth_{number}", "ci-a", date)
            ledger.touched({f"touch_{number}": Touch(7, None)})
    with remembering(path) as ledger:
        memory = ledger.recall()
    assert (len(memory.tombstones), len(memory.births), len(memory.touches)) == (5, 5, 5)


def test_what_has_no_time_goes_before_what_has(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with remembering(path) as ledger:
        for number in range(5):
            ledger.buried(f"cntr_{number}", number)
            ledger.buried(f"undated_{number}", None)
    with remembering(path) as ledger:
        assert set(ledger.recall().tombstones) == {f"cntr_{number}" for number in range(5)}


def test_creates_of_unknown_fate_are_never_let_go(tmp_path: Path) -> None:
    with remembering(tmp_path / "ledger.db") as ledger:
        for number in range(50):
            ledger.intend(f"ci-{number}", number)
    with remembering(tmp_path / "ledger.db") as ledger:
        assert len(ledger.recall().intents) == 50


def test_the_targets_used_last_stay_with_what_is_theirs(tmp_path: Path) -> None:
    path = filled(tmp_path / "ledger.db")
    for number in (1, 2):
        with remembering(path, target=Target(f"emulator:{number}")) as ledger:
            ledger.intend("ci-a", 1)
    with remembering(path) as ledger:
        ledger.intend("ci-z", 1)  # it is used again
    with remembering(path, target=Target("emulator:3")) as ledger:
        ledger.intend("ci-a", 1)
    report = read_report(Place(path))
    assert [target.target for target in report.targets] == [
        Target("emulator:2"),
        Target("emulator:3"),
        TARGET,
    ]
    with remembering(path, target=Target("emulator:1")) as ledger:
        assert ledger.recall().intents == ()


def test_the_digests_used_last_stay(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with remembering(path) as ledger:
        ledger.digests.learn(content(number, used=100 - number) for number in range(8))
    with remembering(path) as ledger:
        held = ledger.digests.of(f"cntr_{number}" for number in range(8))
    assert sorted(each.file_id for each in held) == [f"cfile_{number}" for number in range(5)]


def test_a_file_that_has_grown_too_large_loses_what_is_old_and_can_be_had_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "KEPT_DIGESTS", 100_000)
    path = filled(tmp_path / "ledger.db")
    with remembering(path) as ledger:
        ledger.digests.learn(content(number, used=number) for number in range(4000))
    large = path.stat().st_size
    monkeypatch.setattr(bounds, "LARGEST", large // 2)
    with remembering(path) as ledger:
        ledger.digests.learn([content(4000, used=4000)])
    assert path.stat().st_size <= large // 2 * 3 // 4
    with remembering(path) as ledger:
        held = {each.used for each in ledger.digests.of(f"cntr_{number}" for number in range(4001))}
        assert 400 < len(held) < 4000
        assert held == set(range(4001 - len(held), 4001)), "the newest"
        memory = ledger.recall()
        assert (memory.intents, memory.births, memory.tombstones) == (
            FULL.intents,
            FULL.births,
            FULL.tombstones,
        )
        assert ledger.prefixes() == (SEEN,)


def test_what_is_no_cache_stays_in_a_file_however_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "LARGEST", 1)
    path = filled(tmp_path / "ledger.db")
    with remembering(path) as ledger:
        assert ledger.recall().intents == FULL.intents
        assert ledger.recall().tombstones == FULL.tombstones
    assert [past.run for past in read_runs(Place(path), 9)] == [RUN]


def content(number: int, *, used: int) -> ContentDigest:
    """What is in a file of a container of its own."""
    return ContentDigest(f"cntr_{number}", f"cfile_{number}", number, f"{number:064x}", used=used)

"""What is noted is recalled, by the same target and by no other; without a store nothing is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.ledgers import FULL, OTHER, RUN, SEEN, TARGET, fill, filled, remembering
from support.strategies import law

from reconciler.ledger.ledger import Ledger
from reconciler.ledger.listed import KEPT_ENDS, KEPT_LISTS
from reconciler.ledger.report import read_runs
from reconciler.ledger.store import Place
from reconciler.model.history import PastRun, SeenPrefix
from reconciler.model.listed import Cursor, Dead, Horizon, NameFilter
from reconciler.model.memory import Birth, ContentDigest, Intent, Memory, Touch
from reconciler.model.plan import Target
from reconciler.model.touching import Conduct, OwnTouch

if TYPE_CHECKING:
    from pathlib import Path


def test_every_note_is_recalled_by_a_later_run(tmp_path: Path) -> None:
    path = filled(tmp_path / "folder" / "ledger.db")
    with remembering(path) as ledger:
        assert ledger.recall() == FULL
        assert ledger.prefixes() == (SEEN,)
    assert read_runs(Place(path), 10) == (PastRun(TARGET, RUN),)
    assert [each.name for each in path.parent.iterdir()] == ["ledger.db"], "one file, so that it can travel"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_note_is_there_at_once_and_not_only_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with remembering(path) as first, remembering(path) as second:
        fill(first)
        assert second.recall() == FULL


@pytest.mark.parametrize(
    "other",
    [OTHER, Target(TARGET.url), Target(TARGET.url, None, "proj-a"), Target("emulator:1", "org-a", "proj-a")],
)
def test_one_target_knows_nothing_of_another(tmp_path: Path, other: Target) -> None:
    path = filled(tmp_path / "ledger.db")
    with remembering(path, target=other) as ledger:
        assert (ledger.recall(), ledger.prefixes()) == (Memory(), ())
        ledger.intend("ci-a", 7)
        ledger.settled(["ci-b"])
        ledger.forget_prefix("ci-")
        assert ledger.recall() == Memory(intents=(Intent("ci-a", 7),))
    with remembering(path) as ledger:
        assert ledger.recall() == FULL
        assert ledger.prefixes() == (SEEN,)


def test_what_speaks_against_a_server_is_not_unlearned_by_a_run_beside(tmp_path: Path) -> None:
    """Each of two runs notes what it learned, and neither knew of the other."""
    with remembering(tmp_path / "ledger.db") as ledger:
        for learned in (Conduct(OwnTouch.NO), Conduct(distrusted=True), Conduct(OwnTouch.YES)):
            ledger.observations.learn(learned)
        assert ledger.observations.conduct() == Conduct(OwnTouch.NO, distrusted=True)


def test_a_birth_settles_its_intent_and_is_a_touch(tmp_path: Path) -> None:
    with remembering(tmp_path / "ledger.db") as ledger:
        ledger.intend("ci-a", 100)
        ledger.intend("ci-b", 100)
        ledger.born("cntr_1", "ci-a", 105)
        memory = ledger.recall()
        assert memory.intents == (Intent("ci-b", 100),)
        assert memory.births == (Birth("cntr_1", "ci-a", 105),)
        assert memory.touches == {"cntr_1": Touch(105, None)}
        ledger.forget_births(["cntr_1", "cntr_none"])
        ledger.settled(["ci-b"])
        assert ledger.recall() == Memory(touches=memory.touches)


def test_what_is_buried_is_no_birth_any_more(tmp_path: Path) -> None:
    with remembering(tmp_path / "ledger.db") as ledger:
        ledger.born("cntr_1", "ci-a", 105)
        ledger.buried("cntr_1", 110)
        assert ledger.recall().births == ()
        assert ledger.recall().tombstones == {"cntr_1": 110}


def test_the_longest_lag_and_the_last_touch_and_scope_count(tmp_path: Path) -> None:
    with remembering(tmp_path / "ledger.db") as ledger:
        for seconds in (3.0, 7.5, 2.0, 0.0, -1.0):
            ledger.lag_seen(seconds)
        ledger.touched({"cntr_1": Touch(5, 4)})
        ledger.touched({"cntr_1": Touch(9, None)})
        ledger.remember_prefix(SEEN)
        ledger.remember_prefix(SeenPrefix("ab-", (), "x"))
        ledger.remember_prefix(SeenPrefix("ci-", ("ci-y-",), "later"))
        assert ledger.recall() == Memory(lag_seen=7.5, touches={"cntr_1": Touch(9, None)})
        assert ledger.prefixes() == (SeenPrefix("ab-", (), "x"), SeenPrefix("ci-", ("ci-y-",), "later"))
        ledger.forget_prefix("ci-")
        assert ledger.prefixes() == (SeenPrefix("ab-", (), "x"),)


def test_digests_are_of_a_container_and_a_file_and_the_last_ones_count(tmp_path: Path) -> None:
    one, other = (
        ContentDigest("cntr_1", "cfile_1", 3, "aa", 90, 100),
        ContentDigest("cntr_2", "cfile_1", None, "bb"),
    )
    with remembering(tmp_path / "ledger.db") as ledger:
        ledger.digests.learn([one, ContentDigest("cntr_2", "cfile_1", 5, "cc"), other])
    with remembering(tmp_path / "ledger.db") as ledger:
        assert set(ledger.digests.of(["cntr_1", "cntr_2", "cntr_3"])) == {one, other}
        assert ledger.digests.of(f"cntr_{number}" for number in range(2, 2000)) == (other,)
        assert ledger.digests.of([]) == ()
    with remembering(tmp_path / "ledger.db", target=OTHER) as ledger:
        assert ledger.digests.of(["cntr_1"]) == ()


def test_without_a_store_every_note_is_taken_and_none_kept() -> None:
    ledger = Ledger()
    fill(ledger)
    assert (ledger.recall(), ledger.prefixes()) == (Memory(), ())
    ledger.close()


def test_a_ledger_that_was_closed_takes_notes_in_silence(tmp_path: Path) -> None:
    with remembering(tmp_path / "ledger.db") as ledger:
        pass
    fill(ledger)
    assert (ledger.recall(), ledger.prefixes()) == (Memory(), ())


def test_what_no_file_can_hold_costs_that_note_and_one_warning(tmp_path: Path) -> None:
    warnings: list[str] = []
    with remembering(tmp_path / "ledger.db", warnings) as ledger:
        ledger.intend("ci-a", 100)
        ledger.intend("half a \ud800 pair", 100)
        ledger.buried("cntr_1", 1 << 70)
        ledger.intend("ci-b", 100)
    assert len(warnings) == 1
    assert "cannot be noted" in warnings[0]
    with remembering(tmp_path / "ledger.db") as ledger:
        assert ledger.recall() == Memory(intents=(Intent("ci-a", 100), Intent("ci-b", 100)))


_NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
_DATES = st.none() | st.integers(-(1 << 63), (1 << 63) - 1)


@given(st.dictionaries(_NAMES, _DATES), st.dictionaries(_NAMES, _DATES), st.floats(0, 1e9))
@law
def test_any_names_and_times_come_back(
    tmp_path_factory: pytest.TempPathFactory,
    intents: dict[str, int | None],
    graves: dict[str, int | None],
    lag: float,
) -> None:
    path = tmp_path_factory.mktemp("ledger") / "ledger.db"
    with remembering(path) as ledger:
        for name, date in intents.items():
            ledger.intend(name, date)
        for each, date in graves.items():
            ledger.buried(each, date)
        ledger.lag_seen(lag)
    with remembering(path) as ledger:
        memory = ledger.recall()
    assert {intent.name: intent.date for intent in memory.intents} == intents
    assert memory.tombstones == graves
    assert memory.lag_seen == lag


def test_the_ends_of_pages_come_back_in_their_order_for_each_list(tmp_path: Path) -> None:
    ends = (Cursor("cntr_9", 100), Cursor("cntr_1", 100), Cursor("cntr_5", 101))
    with remembering(tmp_path / "ledger.db") as ledger:
        assert ledger.page_ends() == ()
        ledger.remember_ends(ends)
        ledger.remember_ends(ends[:1], "ci-")
    with remembering(tmp_path / "ledger.db") as ledger:
        assert (ledger.page_ends(), ledger.page_ends("ci-"), ledger.page_ends("x")) == (ends, ends[:1], ())
        ledger.remember_ends(())
        assert (ledger.page_ends(), ledger.page_ends("ci-")) == ((), ends[:1])


def test_what_the_filter_by_name_does_comes_back_and_is_forgotten(tmp_path: Path) -> None:
    with remembering(tmp_path / "ledger.db") as ledger:
        assert ledger.name_filter() is None
        for seen in (NameFilter(works=True, date=7), NameFilter(works=False), None):
            ledger.remember_filter(seen)
            assert ledger.name_filter() == seen


def test_what_is_known_of_the_dead_comes_back_for_each_scope(tmp_path: Path) -> None:
    seen = Horizon(
        Cursor("cntr_3", 9), 100, (Dead("cntr_9", "ci-a", 8, "expired"), Dead("cntr_1", "", 8, "x"))
    )
    with remembering(tmp_path / "ledger.db") as ledger:
        assert ledger.horizon("one") is None
        ledger.remember_horizon("one", seen)
        ledger.remember_horizon("two", replace(seen, dead=()))
    with remembering(tmp_path / "ledger.db") as ledger:
        assert (ledger.horizon("one"), ledger.horizon("two")) == (seen, replace(seen, dead=()))
        ledger.remember_horizon("one", None)
        assert (ledger.horizon("one"), ledger.horizon("two")) == (None, replace(seen, dead=()))
        for number in range(KEPT_LISTS):
            ledger.remember_horizon(str(number), seen)
        assert ledger.horizon("two") is None
        assert ledger.horizon(str(KEPT_LISTS - 1)) == seen


def test_the_ends_of_pages_are_bounded(tmp_path: Path) -> None:
    ends = [Cursor(f"cntr_{number}", number) for number in range(3 * KEPT_ENDS)]
    with remembering(tmp_path / "ledger.db") as ledger:
        ledger.remember_ends(ends)
        assert list(ledger.page_ends()) == ends[2::3]
        for number in range(KEPT_LISTS):
            ledger.remember_ends(ends[:3], f"ci-{number}-")
        assert ledger.page_ends() == ()
        assert ledger.page_ends(f"ci-{KEPT_LISTS - 1}-") == tuple(ends[:3])


def test_what_a_container_was_created_with_is_kept_until_it_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with remembering(path) as ledger:
        ledger.made_with("cntr_1", {"the skill a": "0f"}, 7)
        ledger.made_with("cntr_2", {"the skill b": "1f"}, None)
        ledger.made_with("cntr_3", {}, 7)
    with remembering(path) as ledger:
        assert ledger.recall_made_with(["cntr_1", "cntr_3", "cntr_none"]) == {"cntr_1": {"the skill a": "0f"}}
        ledger.buried("cntr_1", 9)
        assert ledger.recall_made_with(["cntr_1", "cntr_2"]) == {"cntr_2": {"the skill b": "1f"}}
    with remembering(path, target=OTHER) as ledger:
        assert ledger.recall_made_with(["cntr_2"]) == {}
    assert Ledger().recall_made_with(["cntr_2"]) == {}

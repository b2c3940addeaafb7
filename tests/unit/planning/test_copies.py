"""Which copy of a name is kept, held against a second implementation of the same rule."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.builders import (
    BORN,
    allow,
    brief,
    declared_file,
    default_spec,
    desired,
    entry,
    live_file,
    plan_of,
    policy,
    row,
    scope,
    spec,
    state,
)
from support.strategies import entries, law, live_containers, numbered, with_files

from reconciler.model.live import LiveState, NotRead
from reconciler.model.profile import OPENAI
from reconciler.model.spec import ALLOWLIST, Compare
from reconciler.planning.copies import assess, rank

if TYPE_CHECKING:
    from reconciler.model.live import LiveContainer, LiveFile
    from reconciler.model.spec import DesiredContainer

WANTED = entry("ci-a", declared_file("a.txt"), fields=spec("ci-a", memory_limit="4g"))
RIGHT = spec("ci-a", memory_limit="4g")


def kept(*copies: LiveContainer) -> list[str]:
    """The plan for one name, the kept copy first."""
    return brief(plan_of(desired(WANTED), state(*copies)))


def copy(number: int, *, work: str, age: int = 0, status: str = "running") -> LiveContainer:
    """A copy that needs this work and is older by this much."""
    files = (live_file("a.txt"),) if work == "keep" else ()
    fields = default_spec("ci-a") if work == "replace" else RIGHT
    return row("ci-a", *files, number=number, fields=fields, created_at=BORN - age, status=status)


def test_least_work_comes_before_age() -> None:
    copies = (copy(1, work="replace", age=9), copy(2, work="sync", age=5), copy(3, work="keep"))
    assert kept(*copies) == [
        "keep ci-a () cntr_3",
        "delete ci-a (duplicate) cntr_2",
        "delete ci-a (duplicate) cntr_1",
    ]
    assert kept(*copies[:2])[0] == "sync ci-a (file-missing) cntr_2"


def test_age_comes_before_ids() -> None:
    found = kept(copy(1, work="sync"), copy(2, work="sync", age=1))
    assert found == ["sync ci-a (file-missing) cntr_2", "delete ci-a (duplicate) cntr_1"]


def test_the_lowest_id_decides_at_last() -> None:
    found = kept(copy(2, work="replace"), copy(1, work="replace"))
    assert found == ["create+delete ci-a (field-changed) cntr_1", "delete ci-a (duplicate) cntr_2"]


def test_a_crash_between_the_halves_of_a_replace_is_cleaned_up() -> None:
    assert kept(copy(1, work="replace", age=99), copy(2, work="keep")) == [
        "keep ci-a () cntr_2",
        "delete ci-a (duplicate) cntr_1",
    ]


def test_a_crash_before_the_new_copy_was_complete_is_completed_and_cleaned_up() -> None:
    assert kept(copy(1, work="replace", age=99), copy(2, work="sync")) == [
        "sync ci-a (file-missing) cntr_2",
        "delete ci-a (duplicate) cntr_1",
    ]


def test_a_copy_of_unknown_status_may_be_the_kept_one() -> None:
    found = kept(copy(1, work="keep", status="paused"), copy(2, work="sync", age=9))
    assert found == ["keep ci-a () cntr_1", "delete ci-a (duplicate) cntr_2"]


def test_without_a_prefix_surplus_copies_are_only_reported_also_when_adopted() -> None:
    wanted = desired(entry("ci-a", unmanaged=True), within=scope(None))
    for asked in (policy(), policy(adopt=True)):
        assert brief(plan_of(wanted, state(row(), row(number=2)), asked)) == [
            "keep ci-a () cntr_1",
            "skip ci-a (duplicate, foreign) cntr_2",
        ]


def test_files_that_matter_and_were_not_read_are_never_planned_on() -> None:
    with pytest.raises(ValueError, match="the files of cntr_1 were not read"):
        plan_of(desired(entry("ci-a")), state(row(unread=True)))


def test_files_that_do_not_matter_need_not_be_read() -> None:
    unmanaged = desired(entry("ci-a", unmanaged=True))
    replaced = desired(WANTED)
    assert brief(plan_of(unmanaged, state(row(unread=True)))) == ["keep ci-a () cntr_1"]
    assert brief(plan_of(replaced, state(row(unread=True)))) == ["create+delete ci-a (field-changed) cntr_1"]


# The oracle: the same rule written down a second time, from the manifest's point of view.


def _replaced(one: DesiredContainer, live: LiveContainer) -> bool:
    if re.search("~[a-z][a-z2-7]{8}$", live.name):  # nothing here declares what a stamp stands for
        return True
    wanted, shown = one.spec, live.spec
    if shown.memory_limit is not None and shown.memory_limit != (wanted.memory_limit or "1g"):
        return True
    minutes = wanted.expires_after.minutes if wanted.expires_after else 20
    if shown.expires_after and shown.expires_after.minutes not in (None, minutes):
        return True
    if shown.network_policy is None:
        return False
    kind = wanted.network_policy.type if wanted.network_policy else "disabled"
    if shown.network_policy.type != kind:
        return True
    domains = shown.network_policy.allowed_domains
    if kind != ALLOWLIST or domains is None or wanted.network_policy is None:
        return False
    allowed = wanted.network_policy.allowed_domains or ()
    return {domain.lower() for domain in domains} != {domain.lower() for domain in allowed}


def _synced(one: DesiredContainer, live: LiveContainer, *, by_size: bool) -> bool:
    if one.files is None or isinstance(live.files, NotRead):
        return False
    declared = {file.spec.path: file.spec for file in one.files}
    rows = [file for file in live.files if file.source != "assistant"]
    for path, wanted in declared.items():
        named = [file.spec for file in rows if file.spec.path == path]
        if len(named) != 1 or named[0].bytes not in (None, wanted.bytes):
            return True
        if named[0].sha256 != wanted.sha256 and not (by_size and named[0].sha256 is None):
            return True
    strays = [file for file in rows if file.source == "user" and file.spec.path not in declared]
    return one.prune_files and any(file.spec.bytes is not None for file in strays)


def _beats(one: tuple[int, LiveContainer], other: tuple[int, LiveContainer]) -> bool:
    (work, row_), (other_work, other_row) = one, other
    if work != other_work:
        return work < other_work
    if row_.created_at != other_row.created_at:
        return row_.created_at < other_row.created_at
    return row_.id < other_row.id


def _half_read(file: LiveFile) -> LiveFile:
    """Some contents are known and some are not, by an accident that has to do with nothing else."""
    return file if file.created_at % 2 else replace(file, spec=replace(file.spec, sha256=None))


COPIES = st.lists(live_containers(), min_size=1, max_size=5).map(numbered)


@given(entries("ci-a"), COPIES, st.sampled_from(Compare))
@law
def test_every_copy_before_another_beats_it(
    one: DesiredContainer, copies: LiveState, compare: Compare
) -> None:
    by_size = compare is Compare.SIZE
    copies = with_files(copies, lambda files: tuple(map(_half_read, files)))

    def work(live: LiveContainer) -> int:
        return 2 if _replaced(one, live) else int(_synced(one, live, by_size=by_size))

    ranked = rank(assess(one, live, OPENAI, compare) for live in copies.containers)
    judged = [(work(found.copy), found.copy) for found in ranked]
    assert [found.action.value for found in ranked] == [("keep", "sync", "replace")[n] for n, _ in judged]
    assert {found.copy.id for found in ranked} == {live.id for live in copies.containers}
    assert all(_beats(before, after) for before, after in pairwise(judged))


@given(entries("ci-a"), COPIES, st.data())
@law
def test_two_runs_that_see_the_copies_in_another_order_keep_the_same_one(
    one: DesiredContainer, copies: LiveState, data: st.DataObject
) -> None:
    again = data.draw(st.permutations(copies.containers))
    first, second = (
        [found.copy.id for found in rank(assess(one, live, OPENAI, Compare.DIGEST) for live in rows)]
        for rows in (copies.containers, again)
    )
    assert first == second


def test_an_allowlist_in_another_order_is_the_same_copy() -> None:
    wanted = entry(
        "ci-a", unmanaged=True, fields=spec("ci-a", network_policy=allow("a.example", "b.example"))
    )
    shown = spec("ci-a", network_policy=allow("B.example", "a.example"))
    found = brief(plan_of(desired(wanted), state(row(fields=shown), row(number=2, created_at=BORN - 1))))
    assert found == ["keep ci-a () cntr_1", "delete ci-a (duplicate) cntr_2"]

"""Which container stands for a name, told by the list alone, and held against what a plan keeps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.builders import (
    BORN,
    allow,
    declared_file,
    default_spec,
    desired,
    entry,
    plan_of,
    policy,
    row,
    scope,
    spec,
    state,
)
from support.schemas import result_validator
from support.strategies import Case, cases, law

from reconciler.model.asked import Asked
from reconciler.model.live import LiveState, NotRead
from reconciler.model.names import live_name
from reconciler.model.plan import Change, Reason
from reconciler.model.profile import OPENAI
from reconciler.model.result import Result
from reconciler.model.spec import Ignorable, WhenExpired
from reconciler.model.stamp import stamp_of
from reconciler.model.write_only import SkillReference, WriteOnly
from reconciler.planning.standing import all_standings, standings_of, without_files
from reconciler.render.result_json import result_json

if TYPE_CHECKING:
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.live import LiveContainer
    from reconciler.model.scope import Desired
    from reconciler.model.spec import DesiredContainer
    from reconciler.model.standing import Standing
    from reconciler.planning.policy import Policy

FOUR = spec("ci-a", memory_limit="4g")
PLAIN = entry("ci-a", unmanaged=True, fields=FOUR)
FILES = entry("ci-a", declared_file("a.txt"), fields=FOUR)
SKILLED = entry("ci-a", unmanaged=True, inputs=WriteOnly((SkillReference("x", "1"),)))


def brief(standing: Standing) -> str:
    """A standing as one line: `ci-a running cntr_1 (duplicate)`."""
    reasons = ", ".join(standing.reasons)
    return f"{standing.name} {standing.status} {standing.container_id or '-'} ({reasons})"


def listed(wanted: Desired, *rows: LiveContainer, asked: Policy | None = None) -> list[str]:
    """What stands under all names."""
    return [brief(found) for found in all_standings(wanted, state(*rows), asked or policy())[0]]


def told(wanted: Desired, *rows: LiveContainer, asked: Policy | None = None) -> list[str]:
    """The codes of what is worth knowing about all of them."""
    return [found.code for found in all_standings(wanted, state(*rows), asked or policy())[1]]


def of(one: DesiredContainer, *rows: LiveContainer, prefix: str | None = "ci-") -> list[str]:
    """What stands under one name, the container to use first."""
    wanted = desired(one, within=scope(prefix))
    return [brief(found) for found in standings_of(one, wanted, state(*rows), OPENAI)[0]]


def warned(one: DesiredContainer, *rows: LiveContainer, prefix: str | None = "ci-") -> tuple[Diagnostic, ...]:
    """What is worth knowing about the container to use."""
    return standings_of(one, desired(one, within=scope(prefix)), state(*rows), OPENAI)[1]


def copy(number: int, *, right: bool = True, age: int = 0, status: str = "running") -> LiveContainer:
    """A copy whose files nobody listed; a wrong one has another size."""
    fields = FOUR if right else default_spec("ci-a")
    return row("ci-a", number=number, fields=fields, created_at=BORN - age, status=status, unread=True)


def test_a_name_without_a_container_is_absent_and_one_whose_rows_are_dead_is_as_the_last_of_them() -> None:
    assert of(PLAIN) == ["ci-a absent - ()"]
    old, young = copy(1, age=9, status="deleted"), copy(2, status="expired")
    assert of(PLAIN, young, old) == ["ci-a expired - ()"]
    assert of(PLAIN, copy(1, age=9, status="expired"), copy(2, status="deleted")) == ["ci-a deleted - ()"]
    assert of(PLAIN, old, young, copy(3, age=99)) == ["ci-a running cntr_3 ()"]


@pytest.mark.parametrize("when", [WhenExpired.LEAVE, WhenExpired.ON_DEMAND])
def test_what_apply_does_not_create_again_says_so(when: WhenExpired) -> None:
    left = replace(PLAIN, when_expired=when)
    assert of(left, copy(1, status="expired")) == ["ci-a expired - (left-expired)"]
    assert of(left, copy(1, status="deleted")) == ["ci-a deleted - ()"]
    assert of(left) == ["ci-a absent - ()"]
    assert of(left, copy(1, status="expired"), copy(2)) == ["ci-a running cntr_2 ()"]


def test_least_work_then_the_oldest_then_the_lowest_id() -> None:
    wrong, old, low, high = copy(9, right=False, age=99), copy(8, age=5), copy(2), copy(3)
    assert of(FILES, high, wrong, low, old) == [
        "ci-a running cntr_8 ()",
        "ci-a running cntr_2 (duplicate)",
        "ci-a running cntr_3 (duplicate)",
        "ci-a running cntr_9 (duplicate, field-changed)",
    ]


def test_a_stamp_is_found_by_the_declared_name_and_compared() -> None:
    stamp = stamp_of(SKILLED.inputs)
    same = row(live_name("ci-a", stamp), number=2)
    bare = row("ci-a", number=1, created_at=BORN - 9)
    assert of(SKILLED, bare, same) == [
        "ci-a running cntr_2 ()",
        "ci-a running cntr_1 (duplicate, stamp-changed)",
    ]
    assert of(SKILLED, bare) == ["ci-a running cntr_1 (stamp-changed)"]


def test_what_is_ignored_is_no_reason_to_prefer_another_copy() -> None:
    ignoring = replace(PLAIN, ignore=(Ignorable.MEMORY_LIMIT,))
    assert of(ignoring, copy(1, right=False, age=1), copy(2)) == [
        "ci-a running cntr_1 (field-changed, ignored)",
        "ci-a running cntr_2 (duplicate)",
    ]
    assert [found.code for found in warned(ignoring, copy(1, right=False))] == []


def test_without_a_prefix_apply_takes_none_of_them_away() -> None:
    assert of(PLAIN, copy(1, right=False), copy(2, right=False), prefix=None) == [
        "ci-a running cntr_1 (field-changed, foreign)",
        "ci-a running cntr_2 (duplicate, field-changed, foreign)",
    ]
    assert of(PLAIN, copy(1), prefix=None) == ["ci-a running cntr_1 ()"]


def test_an_unknown_status_is_alive_and_told() -> None:
    paused = copy(1, status="paused", age=1)
    assert of(PLAIN, paused, copy(2)) == ["ci-a paused cntr_1 ()", "ci-a running cntr_2 (duplicate)"]
    assert [found.code for found in warned(PLAIN, paused)] == ["unknown-status"]
    assert [found.code for found in warned(PLAIN, copy(3, age=9), paused)] == ["duplicate"]
    assert of(PLAIN, copy(1, age=9), copy(2, status="paused"))[1:] == [
        "ci-a paused cntr_2 (duplicate, unverifiable)"
    ]


def test_one_copy_that_is_as_declared_needs_no_words() -> None:
    assert warned(FILES, copy(1)) == ()
    assert warned(FILES) == ()
    assert warned(FILES, copy(1, status="expired")) == ()


def test_a_copy_that_a_replace_would_end_is_told() -> None:
    (found,) = warned(PLAIN, copy(1, right=False))
    assert (found.code, found.message) == (
        "field-changed",
        "ci-a (cntr_1) is not as declared; a replace would end this id",
    )
    assert [found.code for found in warned(SKILLED, row("ci-a"))] == ["stamp-changed"]


@pytest.mark.parametrize(
    ("one", "others", "certain"),
    [
        (FILES, [copy(2)], False),
        (FILES, [copy(2, right=False)], True),
        (FILES, [copy(2, right=False), copy(3)], False),
        (PLAIN, [copy(2)], True),
        (replace(FILES, ignore=(Ignorable.FILES,)), [copy(2)], True),
    ],
)
def test_where_files_decide_which_copy_is_kept_that_is_told(
    one: DesiredContainer, others: list[LiveContainer], *, certain: bool
) -> None:
    (found,) = warned(one, copy(1), *others)
    which = "apply keeps this one" if certain else "apply, which also compares their files, may keep another"
    assert found.code == "duplicate"
    assert found.message.startswith(f"{1 + len(others)} live containers are named ci-a; {which}")


def test_all_names_are_sorted_and_what_is_not_declared_comes_last() -> None:
    wanted = desired(PLAIN, entry("ci-z", unmanaged=True), within=scope(exclude=("ci-x-",)))
    rows = (
        row("ci-m~abcdefgh2", number=5),
        row("ci-b", number=6),
        row("ci-x-1", number=7),
        row("other", number=8),
        row("ci-dead", number=9, status="expired"),
        copy(1, right=False),
        copy(2),
    )
    assert listed(wanted, *rows) == [
        "ci-a running cntr_2 ()",
        "ci-a running cntr_1 (duplicate, field-changed)",
        "ci-z absent - ()",
        "ci-b running cntr_6 (not-in-manifest)",
        "ci-m running cntr_5 (not-in-manifest)",
    ]
    assert listed(replace(wanted, scope=scope(None)), *rows)[2:] == ["ci-z absent - ()"]


def test_globs_narrow_it_and_one_that_selects_nothing_is_told() -> None:
    wanted = desired(PLAIN, entry("ci-b", unmanaged=True))
    rows = (copy(1), row("ci-stray", number=2, status="paused"))
    assert listed(wanted, *rows, asked=policy("ci-b")) == ["ci-b absent - ()"]
    assert listed(wanted, *rows, asked=policy("ci-s*")) == ["ci-stray paused cntr_2 (not-in-manifest)"]
    assert listed(wanted, *rows, asked=policy(asked=Asked(exclude=("ci-[as]*",)))) == ["ci-b absent - ()"]
    assert told(wanted, *rows) == ["unknown-status"]
    assert told(wanted, *rows, asked=policy("ci-b", "ci-q")) == []
    assert told(wanted, *rows, asked=policy("ci-q")) == ["nothing-selected"]
    asked = policy("ci-a", asked=Asked(exclude=("ci-b", "ci-q")))
    assert told(wanted, *rows, asked=asked) == ["nothing-excluded"]


def test_times_are_the_servers_and_ages_are_by_its_clock() -> None:
    (found,), _ = all_standings(desired(PLAIN), state(copy(1, age=20)), policy())
    assert (found.created_at, found.last_active_at, found.observed_at) == (BORN - 20, BORN - 20, BORN + 100)
    assert (found.age, found.idle) == (120, 120)
    early = replace(found, last_active_at=BORN + 200)
    assert early.idle == 0
    silent = replace(copy(1), created_at=0, last_active_at=None)
    (found,), _ = all_standings(desired(PLAIN), LiveState((silent,), None), policy())
    assert (found.created_at, found.age, found.idle) == (None, None, None)


def test_fields_that_no_row_shows_are_no_difference() -> None:
    one = entry("ci-a", unmanaged=True, fields=spec("ci-a", network_policy=allow("a.example")))
    assert of(one, row("ci-a", fields=spec("ci-a"))) == ["ci-a running cntr_1 ()"]


# The plan is the oracle: it knows more, and where it cannot matter it says the same.


def unread(live: LiveState) -> LiveState:
    """The same account as the container list shows it."""
    return replace(
        live, containers=tuple(replace(found, files=NotRead.NOT_READ) for found in live.containers)
    )


def kept(case: Case, wanted: Desired) -> dict[str, Change]:
    """The main change of each declared name, by the plan."""
    changes = plan_of(wanted, case.live, policy(limited=False)).changes
    declared = wanted.by_name()
    return {
        change.name: change
        for change in reversed(changes)
        if change.name in declared and Reason.DUPLICATE not in change.reasons
    }


@given(cases())
@law
def test_the_container_to_use_is_the_one_that_a_plan_keeps_unless_it_is_told_that_files_decide(
    case: Case,
) -> None:
    changes = kept(case, case.desired)
    for one in case.desired.containers:
        found, warnings = standings_of(one, case.desired, unread(case.live), OPENAI)
        doubtful = any("may keep another" in warning.message for warning in warnings)
        assert doubtful or found[0].container_id == changes[one.name].container_id


@given(cases())
@law
def test_without_files_it_is_the_one_that_a_plan_keeps_with_the_reasons_of_the_plan(case: Case) -> None:
    bare = replace(case.desired, containers=tuple(map(without_files, case.desired.containers)))
    changes = kept(case, bare)
    status = {Reason.ABSENT, Reason.EXPIRED, Reason.UNVERIFIABLE, Reason.PROTECTED}
    for one in case.desired.containers:
        found, _ = standings_of(one, case.desired, unread(case.live), OPENAI)
        change = changes[one.name]
        assert found[0].container_id == change.container_id
        assert set(found[0].reasons) == set(change.reasons) - status


@given(cases(), st.data())
@law
def test_every_live_copy_of_the_set_is_told_once_whatever_the_order_of_rows(
    case: Case, data: st.DataObject
) -> None:
    rows = data.draw(st.permutations(case.live.containers))
    shuffled = replace(unread(case.live), containers=tuple(rows))
    found, warnings = all_standings(case.desired, unread(case.live), policy())
    assert all_standings(case.desired, shuffled, policy()) == (found, warnings)
    declared = case.desired.by_name()
    owned = {
        found.id
        for found in case.live.containers
        if not found.dead
        and (found.declared_name in declared or case.desired.scope.holds(found.declared_name))
    }
    ids = [standing.container_id for standing in found if standing.container_id is not None]
    assert sorted(ids) == sorted(owned)
    assert {standing.name for standing in found if standing.declared} == set(declared)


@given(cases())
@law
def test_as_json_it_is_what_is_published(case: Case) -> None:
    found, warnings = all_standings(case.desired, unread(case.live), case.policy)
    value = json.loads(result_json(Result("list", diagnostics=warnings, standings=found)))
    result_validator().validate(value)
    assert [item["container_id"] for item in value["items"]] == [one.container_id for one in found]

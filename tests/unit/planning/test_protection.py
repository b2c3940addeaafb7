"""Protected containers and withheld deletes: what stays, what goes on, and that nothing gets around it."""

from __future__ import annotations

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.builders import (
    brief,
    declared_file,
    desired,
    destruction_of,
    entry,
    plan_of,
    policy,
    row,
    scope,
    spec,
    state,
)
from support.strategies import Case, cases, guards, law

from reconciler.model.asked import Asked
from reconciler.model.plan import Action, Plan, Reason
from reconciler.model.scope import Limits
from reconciler.planning.simulate import simulate

BIGGER = entry("ci-a", unmanaged=True, fields=spec(memory_limit="4g"), prevent_destroy=True)
PLAIN = entry("ci-a", unmanaged=True, prevent_destroy=True)
NO_DELETE = policy(asked=Asked(no_delete=True))


def test_what_would_change_is_still_shown() -> None:
    plan = plan_of(desired(BIGGER), state(row()))
    (change,) = plan.changes
    assert [(field.path, field.before, field.after) for field in change.fields] == [
        ("memory_limit", "1g", "4g")
    ]
    assert (plan.protected, plan.pending, plan.blocked, plan.withheld) == ((change,), (), (), ())
    assert not plan.converged
    assert plan.cost.requests == 0
    assert [found.message for found in plan.diagnostics] == [
        "this plan would replace or delete what is protected: ci-a"
    ]
    assert "--skip-blocked" in (plan.diagnostics[0].hint or "")


def test_what_protection_does_not_stand_in_the_way_of_goes_on() -> None:
    wanted = desired(
        entry("ci-a", declared_file("a.txt"), prevent_destroy=True),
        entry("ci-b", unmanaged=True, prevent_destroy=True),
        entry("ci-c", unmanaged=True, prevent_destroy=True),
    )
    live = state(row("ci-a"), row("ci-b", number=2, status="expired"), row("ci-c", number=3))
    plan = plan_of(wanted, live)
    assert brief(plan) == [
        "sync ci-a (file-missing) cntr_1",
        "create ci-b (expired) -",
        "keep ci-c () cntr_3",
    ]
    assert plan.diagnostics == ()


def test_a_surplus_copy_goes_while_the_kept_one_is_right_and_waits_where_it_is_not() -> None:
    live = state(row(), row(number=2))
    assert brief(plan_of(desired(PLAIN), live)) == ["keep ci-a () cntr_1", "delete ci-a (duplicate) cntr_2"]
    waiting = plan_of(desired(BIGGER), live)
    assert brief(waiting) == [
        "skip ci-a (field-changed, protected) cntr_1",
        "skip ci-a (duplicate, protected) cntr_2",
    ]
    assert simulate(waiting, desired(BIGGER), live).containers == live.containers


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (policy("ci-b"), "skip ci-a (filtered) -"),
        (policy(asked=Asked(exclude=("ci-a",))), "skip ci-a (filtered) -"),
        (NO_DELETE, "skip ci-a (field-changed, filtered) cntr_1"),
        (policy(window=60), "skip ci-a (field-changed, protected) cntr_1"),
    ],
)
def test_what_is_left_out_anyway_does_not_meet_it_and_what_meets_it_is_not_called_busy(
    asked: object, expected: str
) -> None:
    assert isinstance(asked, type(NO_DELETE))
    plan = plan_of(desired(BIGGER), state(row(used_at=row().created_at + 90)), asked)
    assert brief(plan) == [expected]


def test_without_a_prefix_foreign_comes_first_and_an_adopted_one_is_protected() -> None:
    alone = desired(BIGGER, within=scope(None))
    assert brief(plan_of(alone, state(row()))) == ["skip ci-a (field-changed, foreign) cntr_1"]
    adopted = plan_of(alone, state(row()), policy(adopt=True))
    assert brief(adopted) == ["skip ci-a (field-changed, protected) cntr_1"]


def test_undeclared_ones_are_protected_only_where_they_would_be_pruned() -> None:
    live = state(row("ci-prod-1"), row("ci-prod-1", number=2))
    for prune, reason in ((True, "protected"), (False, "prune-off")):
        plan = plan_of(desired(PLAIN, within=scope(prune=prune, protect=("ci-prod-?",))), live)
        assert brief(plan)[1:] == [
            f"skip ci-prod-1 (not-in-manifest, {reason}) cntr_1",
            f"skip ci-prod-1 (not-in-manifest, {reason}) cntr_2",
        ]
        assert plan.converged is False
        assert bool(plan.protected) is prune


def test_destroy_takes_no_copy_of_a_protected_name() -> None:
    wanted = desired(PLAIN, entry("ci-b"), within=scope(prune=True, protect=("ci-p*",)))
    live = state(row(), row(number=2), row("ci-b", number=3), row("ci-p", number=4))
    assert brief(destruction_of(wanted, live)) == [
        "skip ci-a (requested, protected) cntr_1",
        "skip ci-a (requested, protected) cntr_2",
        "delete ci-b (requested) cntr_3",
        "skip ci-p (not-in-manifest, protected) cntr_4",
    ]


def test_what_is_protected_does_not_count_as_lost() -> None:
    wanted = desired(BIGGER, within=scope(limits=Limits(max_deletes=0)))
    assert plan_of(wanted, state(row())).blocked == ()


def test_no_delete_withholds_copies_too_and_does_the_rest() -> None:
    wanted = desired(
        entry("ci-a", unmanaged=True),
        entry("ci-b", unmanaged=True),
        entry("ci-c", declared_file("a.txt")),
        within=scope(prune=True),
    )
    live = state(row(), row(number=2), row("ci-c", number=3), row("ci-old", number=4))
    plan = plan_of(wanted, live, NO_DELETE)
    assert brief(plan) == [
        "keep ci-a () cntr_1",
        "skip ci-a (duplicate, filtered) cntr_2",
        "create ci-b (absent) -",
        "sync ci-c (file-missing) cntr_3",
        "skip ci-old (not-in-manifest, filtered) cntr_4",
    ]
    assert [change.container_id for change in plan.spared] == ["cntr_2", "cntr_4"]
    assert not plan_of(wanted, simulate(plan, wanted, live), NO_DELETE).converged, "there is more to do"


def test_what_a_glob_leaves_out_is_not_called_withheld() -> None:
    wanted = desired(PLAIN, within=scope(prune=True))
    asked = policy("ci-a", asked=Asked(no_delete=True))
    plan = plan_of(wanted, state(row(), row("ci-old", number=2)), asked)
    assert plan.spared == ()
    assert plan.converged


def test_a_replace_on_request_is_one_of_the_copy_that_was_there() -> None:
    wanted = desired(entry("ci-a", declared_file("a.txt")))
    asked = policy(asked=Asked(replace=("ci-a",)))
    live = state(row(unread=True))
    plan = plan_of(wanted, live, asked)
    assert brief(plan) == ["create+delete ci-a (requested) cntr_1"]
    after = simulate(plan, wanted, live)
    assert plan_of(wanted, after, asked).pending, "asked again, it is done again"
    approved = replace(asked, replacing=frozenset({"cntr_1"}))
    assert plan_of(wanted, live, approved) == plan
    assert plan_of(wanted, after, approved).converged


def kept_back(case: Case, plan: Plan) -> None:
    """Nothing protected is gone or other than it was."""
    after = {live.id: live.spec for live in simulate(plan, case.desired, case.live).containers}
    guarded = {one.name for one in case.desired.containers if one.prevent_destroy}
    kept = {change.container_id for change in plan.changes if Reason.DUPLICATE in change.reasons}
    met = 0
    for live in case.live.containers:
        name = live.declared_name
        claimed = name in guarded or case.desired.scope.protects(name)
        if claimed and live.id not in kept and not live.dead:
            met += 1
            assert after[live.id] == live.spec
    event(f"{min(met, 2)} protected, {min(len(plan.protected), 2)} met")


guarded_cases = cases(guard=st.none() | guards)


@given(guarded_cases)
@law
def test_nothing_protected_is_ever_deleted_or_replaced(case: Case) -> None:
    kept_back(case, plan_of(case.desired, case.live, case.policy))


@given(guarded_cases)
@law
def test_not_by_destroy_either_and_no_copy_of_it(case: Case) -> None:
    plan = destruction_of(case.desired, case.live, case.policy)
    kept_back(case, plan)
    assert all(Reason.DUPLICATE not in change.reasons for change in plan.changes)


@given(guarded_cases)
@law
def test_a_name_keeps_a_copy_whatever_stands_in_the_way(case: Case) -> None:
    plan = plan_of(case.desired, case.live, case.policy)
    after = {live.declared_name for live in simulate(plan, case.desired, case.live).containers}
    declared = case.desired.by_name()
    assert {live.declared_name for live in case.live.containers if live.declared_name in declared} <= after


@given(guarded_cases)
@law
def test_with_no_delete_no_container_is_ever_deleted(case: Case) -> None:
    asked = replace(case.policy, asked=replace(case.policy.asked, no_delete=True))
    plan = plan_of(case.desired, case.live, asked)
    assert not {Action.DELETE, Action.REPLACE} & {change.action for change in plan.changes}
    before = {live.id for live in case.live.containers}
    assert before <= {live.id for live in simulate(plan, case.desired, case.live).containers}

"""Containers in use: what counts as use, what waits for its end, and what goes on meanwhile."""

from __future__ import annotations

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.builders import (
    BORN,
    brief,
    declared_file,
    desired,
    destruction_of,
    entry,
    live_file,
    plan_of,
    policy,
    row,
    scope,
    spec,
    state,
)
from support.strategies import Case, cases, guards, law

from reconciler.model.digest import plan_digest
from reconciler.model.live import LiveState
from reconciler.model.plan import Action, Activity, BusyGuard, Change, Plan, Reason
from reconciler.model.scope import Limits
from reconciler.model.spec import ReplaceOrder
from reconciler.planning.busy import activity_of
from reconciler.planning.simulate import simulate

NOW = BORN + 100
"""The `Date` of every observation here."""

USED = NOW - 40
IDLE = NOW - 90
ASKED = policy(window=60)
ALLOWED = policy(window=60, allowed=True)

BIGGER = desired(entry("ci-a", unmanaged=True, fields=spec(memory_limit="4g")))
PLAIN = desired(entry("ci-a", unmanaged=True))


@pytest.mark.parametrize(
    ("used_at", "date", "age"),
    [
        (NOW - 40, NOW, 40),
        (NOW - 59, NOW, 59),
        (NOW - 60, NOW, None),  # the window is over
        (NOW - 61, NOW, None),
        (NOW, NOW, 0),
        (NOW + 5, NOW, 0),  # read after the list was
        (None, NOW, None),  # nobody but us was ever there
    ],
)
def test_in_use_is_what_was_used_within_the_window(used_at: int | None, date: int, age: int | None) -> None:
    found = activity_of(replace(row(used_at=used_at), last_active_at=NOW), date, 60)
    assert (found.age if found else None) == age


@pytest.mark.parametrize(
    ("last_active_at", "used_at", "date", "expected"),
    [
        (None, None, NOW, Activity(None, NOW)),
        (None, None, None, Activity(None, None)),
        (NOW - 10_000, NOW - 10_000, None, Activity(NOW - 10_000, None)),
        (NOW - 10_000, None, None, Activity(None, None)),
    ],
)
def test_what_nobody_can_rule_out_is_use(
    last_active_at: int | None, used_at: int | None, date: int | None, expected: Activity
) -> None:
    found = activity_of(replace(row(), last_active_at=last_active_at, used_at=used_at), date, 60)
    assert found == expected
    assert expected.age is None


def test_a_replace_waits_and_still_says_what_would_change() -> None:
    plan = plan_of(BIGGER, state(row(used_at=USED)), ASKED)
    (change,) = plan.changes
    assert brief(plan) == ["skip ci-a (field-changed, busy) cntr_1"]
    assert [(field.path, field.before, field.after) for field in change.fields] == [
        ("memory_limit", "1g", "4g")
    ]
    assert change.activity == Activity(USED, NOW)
    assert (plan.withheld, plan.pending, plan.blocked) == ((change,), (), ())
    assert not plan.converged
    assert plan.cost.requests == 0


@pytest.mark.parametrize("order", ReplaceOrder)
def test_with_the_allowance_it_is_replaced_and_marked(order: ReplaceOrder) -> None:
    wanted = desired(entry("ci-a", unmanaged=True, fields=spec(memory_limit="4g"), order=order))
    (change,) = plan_of(wanted, state(row(used_at=USED)), ALLOWED).changes
    assert (change.action, change.order) == (Action.REPLACE, order)
    assert change.reasons == (Reason.FIELD_CHANGED, Reason.BUSY)
    assert change.activity == Activity(USED, NOW)
    assert not change.withheld


def test_nobody_asks_unless_told_to() -> None:
    assert brief(plan_of(BIGGER, state(row(used_at=NOW)))) == ["create+delete ci-a (field-changed) cntr_1"]


def test_what_is_idle_goes_unmarked() -> None:
    for asked in (ASKED, ALLOWED):
        found = brief(plan_of(BIGGER, state(row(used_at=IDLE)), asked))
        assert found == ["create+delete ci-a (field-changed) cntr_1"]


def test_a_sync_a_create_and_what_stays_are_nobodys_loss() -> None:
    wanted = desired(
        entry("ci-a", declared_file("a.txt"), prune_files=True), entry("ci-b"), entry("ci-c", unmanaged=True)
    )
    live = state(
        row("ci-a", live_file("a.txt", b"old"), live_file("x", number=2), used_at=USED),
        row("ci-c", number=3, used_at=USED),
        row("ci-d", number=4, used_at=USED),
    )
    assert brief(plan_of(wanted, live, ASKED)) == [
        "sync ci-a (file-changed, file-extra) cntr_1",
        "create ci-b (absent) -",
        "keep ci-c () cntr_3",
        "skip ci-d (not-in-manifest, prune-off) cntr_4",
    ]


def test_what_is_undeclared_waits() -> None:
    wanted = desired(*PLAIN.containers, within=scope(prune=True))
    live = state(row(used_at=USED), row("ci-old", number=2, used_at=USED), row("ci-older", number=3))
    assert brief(plan_of(wanted, live, ASKED)) == [
        "keep ci-a () cntr_1",
        "skip ci-old (not-in-manifest, busy) cntr_2",
        "delete ci-older (not-in-manifest) cntr_3",
    ]


def test_a_surplus_copy_in_use_waits_and_an_idle_one_goes() -> None:
    live = state(row(), row(number=2, used_at=USED), row(number=3, used_at=IDLE))
    assert brief(plan_of(PLAIN, live, ASKED)) == [
        "keep ci-a () cntr_1",
        "skip ci-a (duplicate, busy) cntr_2",
        "delete ci-a (duplicate) cntr_3",
    ]


def test_surplus_copies_wait_with_the_replace_of_the_kept_one() -> None:
    live = state(row(used_at=USED), row(number=2), row(number=3, used_at=USED))
    plan = plan_of(BIGGER, live, ASKED)
    assert brief(plan) == [
        "skip ci-a (field-changed, busy) cntr_1",
        "skip ci-a (duplicate, busy) cntr_2",
        "skip ci-a (duplicate, busy) cntr_3",
    ]
    assert [change.activity is None for change in plan.changes] == [False, True, False]
    assert simulate(plan, BIGGER, live).containers == live.containers


def test_an_idle_kept_copy_is_replaced_beside_one_in_use() -> None:
    live = state(row(), row(number=2, used_at=USED))
    assert brief(plan_of(BIGGER, live, ASKED)) == [
        "create+delete ci-a (field-changed) cntr_1",
        "skip ci-a (duplicate, busy) cntr_2",
    ]


def test_with_the_allowance_copies_go_in_use_or_not() -> None:
    live = state(row(used_at=USED), row(number=2), row(number=3, used_at=USED))
    assert brief(plan_of(BIGGER, live, ALLOWED)) == [
        "create+delete ci-a (field-changed, busy) cntr_1",
        "delete ci-a (duplicate) cntr_2",
        "delete ci-a (duplicate, busy) cntr_3",
    ]


def test_destroy_waits_for_each_copy_by_itself() -> None:
    wanted = desired(*PLAIN.containers, within=scope(prune=True))
    live = state(row(used_at=USED), row(number=2), row("ci-old", number=3, used_at=USED))
    assert brief(destruction_of(wanted, live, ASKED)) == [
        "skip ci-a (requested, busy) cntr_1",
        "delete ci-a (requested) cntr_2",
        "skip ci-old (not-in-manifest, busy) cntr_3",
    ]
    assert brief(destruction_of(wanted, live, ALLOWED)) == [
        "delete ci-a (requested, busy) cntr_1",
        "delete ci-a (requested) cntr_2",
        "delete ci-old (not-in-manifest, busy) cntr_3",
    ]


def test_what_destroy_spares_still_costs() -> None:
    wanted = desired(*PLAIN.containers)
    spared = destruction_of(wanted, state(row(used_at=USED)), ASKED)
    assert (spared.cost.requests, spared.cost.usd_per_hour) == (0, 0.09)
    assert destruction_of(wanted, state(row(used_at=IDLE)), ASKED).cost.usd_per_hour == 0.0


def test_what_stands_in_the_way_already_is_not_called_busy() -> None:
    alone = desired(*BIGGER.containers, within=scope(None))
    assert brief(plan_of(alone, state(row(used_at=USED)), ASKED)) == [
        "skip ci-a (field-changed, foreign) cntr_1"
    ]
    filtered = plan_of(BIGGER, state(row(used_at=USED)), policy("ci-b", window=60))
    assert brief(filtered) == ["skip ci-a (filtered) -"]


def test_a_limit_counts_only_what_is_done() -> None:
    wanted = desired(*PLAIN.containers, within=scope(prune=True, limits=Limits(max_deletes=1)))
    live = state(row(), row("ci-b", number=2, used_at=USED), row("ci-c", number=3))
    assert brief(plan_of(wanted, live, ASKED)) == [
        "keep ci-a () cntr_1",
        "skip ci-b (not-in-manifest, busy) cntr_2",
        "delete ci-c (not-in-manifest) cntr_3",
    ]
    allowed = plan_of(wanted, live, ALLOWED)
    assert brief(allowed)[1:] == [
        "skip ci-b (not-in-manifest, busy, blocked-by-limit) cntr_2",
        "skip ci-c (not-in-manifest, blocked-by-limit) cntr_3",
    ]
    assert (len(allowed.blocked), allowed.withheld) == (2, ())


def test_a_plan_says_what_was_asked_and_its_digest_depends_on_it() -> None:
    live = state(row(used_at=USED))
    digests = {
        plan_digest(plan_of(PLAIN, live, asked)) for asked in (policy(), ASKED, ALLOWED, policy(window=61))
    }
    assert len(digests) == 4
    assert plan_of(PLAIN, live, ALLOWED).busy == BusyGuard(60, allowed=True)
    later = LiveState(live.containers, NOW + 10)
    assert plan_digest(plan_of(BIGGER, later, ASKED)) == plan_digest(plan_of(BIGGER, live, ASKED))


def planned(case: Case, live: LiveState | None = None) -> Plan:
    """The plan of a case, or of the same case with another account."""
    return plan_of(case.desired, live or case.live, case.policy)


def asked(case: Case, *, allowed: bool) -> Case:
    """The case with or without the allowance."""
    assert case.policy.busy is not None
    return replace(case, policy=replace(case.policy, busy=replace(case.policy.busy, allowed=allowed)))


def in_use(case: Case) -> set[str]:
    """Ids of the containers that somebody is using, found without the code under test."""
    assert case.policy.busy is not None
    date = case.live.date or 0
    return {
        live.id
        for live in case.live.containers
        if live.last_active_at is None
        or (live.used_at is not None and date - live.used_at < case.policy.busy.window)
    }


guarded = cases(guard=guards)


@given(guarded)
@law
def test_nothing_in_use_is_ever_deleted_or_replaced_without_the_allowance(case: Case) -> None:
    case = asked(case, allowed=False)
    busy = in_use(case)
    for plan in (planned(case), destruction_of(case.desired, case.live, case.policy)):
        after = {live.id: live.spec for live in simulate(plan, case.desired, case.live).containers}
        event(f"{min(len(plan.withheld), 2)} withheld")
        for live in case.live.containers:
            assert live.id not in busy or after[live.id] == live.spec


@given(guarded)
@law
def test_the_allowance_does_what_would_be_done_if_nobody_had_asked(case: Case) -> None:
    case = asked(case, allowed=True)
    plan = planned(case)
    silent = planned(replace(case, policy=replace(case.policy, busy=None)))

    def unmarked(change: Change) -> Change:
        reasons = tuple(reason for reason in change.reasons if reason is not Reason.BUSY)
        return replace(change, reasons=reasons, activity=None)

    assert tuple(map(unmarked, plan.changes)) == silent.changes
    marked = {change.container_id for change in plan.changes if Reason.BUSY in change.reasons}
    losses = {
        change.container_id
        for change in silent.changes
        if change.blocked or change.action in (Action.DELETE, Action.REPLACE)
    }
    assert marked == losses & in_use(case)


@given(cases(limited=False, guard=guards))
@law
def test_only_what_is_in_use_waits_and_what_waits_for_it(case: Case) -> None:
    case = asked(case, allowed=False)
    plan, busy = planned(case), in_use(case)
    silent = planned(replace(case, policy=replace(case.policy, busy=None)))
    waiting = {change.name for change in plan.withheld if Reason.FIELD_CHANGED in change.reasons}
    for given_up, would in zip(plan.changes, silent.changes, strict=True):
        if given_up.withheld:
            assert would.action in (Action.DELETE, Action.REPLACE)
            assert given_up.container_id in busy or (would.surplus and would.name in waiting)
        else:
            assert given_up == would


@given(cases(limited=False, guard=guards))
@law
def test_a_name_whose_replace_waits_keeps_every_copy(case: Case) -> None:
    case = asked(case, allowed=False)
    plan = planned(case)
    waiting = {change.name for change in plan.withheld if Reason.FIELD_CHANGED in change.reasons}
    after = {live.id for live in simulate(plan, case.desired, case.live).containers}
    kept = {live.id for live in case.live.containers if live.declared_name in waiting}
    event(f"{min(len(kept), 3)} copies of waiting names")
    assert kept <= after


@given(cases(limited=False, guard=guards))
@law
def test_applying_what_may_be_done_leaves_only_what_waits(case: Case) -> None:
    plan = planned(case)
    again = planned(case, simulate(plan, case.desired, case.live))
    assert again.pending == ()
    assert {change.container_id for change in again.withheld} <= {
        change.container_id for change in plan.withheld
    }


@given(cases(limited=False, guard=guards), st.integers(0, 10**9))
@law
def test_once_nobody_uses_anything_any_more_it_converges(case: Case, later: int) -> None:
    assert case.policy.busy is not None
    known = LiveState(
        tuple(replace(live, last_active_at=BORN) for live in case.live.containers),
        NOW + case.policy.busy.window + later,
    )
    plan = planned(case, known)
    assert plan.withheld == ()
    again = planned(case, simulate(plan, case.desired, known))
    assert (again.pending, again.withheld) == ((), ())

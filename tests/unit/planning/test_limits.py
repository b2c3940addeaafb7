"""Limits: how many containers one apply may lose, at their edges, and what a blocked plan looks like."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
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
from support.strategies import Case, cases, law

from reconciler.model.asked import Asked
from reconciler.model.diagnostics import Severity
from reconciler.model.plan import Action, Plan, Reason
from reconciler.model.scope import Limits
from reconciler.model.spec import ReplaceOrder
from reconciler.planning.ownership import claim


def losing(
    *,
    deletes: int,
    replaces: int = 0,
    kept: int = 0,
    limits: Limits | None = None,
    asked: Asked | None = None,
) -> Plan:
    """A plan that deletes, replaces and keeps this many of the owned containers."""
    going = [row(f"ci-old-{number}", number=number) for number in range(deletes)]
    changing = [row(f"ci-new-{number}", number=100 + number) for number in range(replaces)]
    staying = [row(f"ci-same-{number}", number=200 + number) for number in range(kept)]
    entries = [
        entry(live.name, unmanaged=True, fields=spec(live.name, memory_limit="4g")) for live in changing
    ]
    entries += [entry(live.name, unmanaged=True) for live in staying]
    within = scope(prune=True, limits=limits)
    return plan_of(desired(*entries, within=within), state(*going, *changing, *staying), policy(asked=asked))


def why(plan: Plan) -> list[str]:
    """Which limits forbid a plan."""
    found = [one for one in plan.diagnostics if one.code == "blocked-by-limit"]
    assert all(one.severity is Severity.WARNING for one in found)
    assert all(one.hint for one in found)
    assert bool(found) == bool(plan.blocked)
    return [one.message for one in found]


@pytest.mark.parametrize(
    ("deletes", "replaces", "kept", "blocked"),
    [
        (8, 0, 1, False),  # 9 owned: a percentage says nothing yet
        (0, 9, 0, False),
        (3, 0, 7, False),  # exactly 30 % of 10
        (4, 0, 6, True),
        (0, 4, 6, True),  # replaces lose what is inside just the same
        (2, 2, 6, True),
        (1, 2, 7, False),
        (3, 0, 8, False),  # 27 % of 11
        (30, 0, 70, False),
        (31, 0, 69, True),
    ],
)
def test_thirty_percent_of_ten_or_more(deletes: int, replaces: int, kept: int, blocked: bool) -> None:  # noqa: FBT001 - a table
    plan = losing(deletes=deletes, replaces=replaces, kept=kept)
    assert bool(plan.blocked) is blocked
    owned, lost = deletes + replaces + kept, deletes + replaces
    expected = f"this plan would delete or replace {lost} of {owned} containers; the limit is 30 %"
    assert why(plan) == ([expected] if blocked else [])


@pytest.mark.parametrize(
    ("percent", "lost", "blocked"),
    [(0, 1, True), (0, 0, False), (39, 4, True), (40, 4, False), (100, 9, False)],
)
def test_the_percentage_is_the_manifests(percent: int, lost: int, blocked: bool) -> None:  # noqa: FBT001 - a table
    plan = losing(deletes=lost, kept=10 - lost, limits=Limits(None, percent))
    assert bool(plan.blocked) is blocked


@pytest.mark.parametrize(
    ("most", "deletes", "replaces", "blocked"),
    [(0, 1, 0, True), (0, 0, 1, True), (0, 0, 0, False), (2, 1, 1, False), (2, 2, 1, True), (2, 2, 0, False)],
)
def test_a_count_holds_at_any_size(most: int, deletes: int, replaces: int, blocked: bool) -> None:  # noqa: FBT001 - a table
    plan = losing(deletes=deletes, replaces=replaces, kept=3, limits=Limits(most))
    assert bool(plan.blocked) is blocked
    expected = f"this plan would delete or replace {deletes + replaces} containers; the limit is {most}"
    assert why(plan) == ([expected] if blocked else [])


@pytest.mark.parametrize(
    ("limits", "hints"),
    [
        (Limits(1, 50), ["max_deletes to at least 4"]),
        (None, ["max_delete_percent to at least 37"]),
        (Limits(1), ["max_deletes to at least 4", "max_delete_percent to at least 37"]),
    ],
)
def test_every_violated_limit_is_named_with_the_least_that_lets_the_plan_pass(
    limits: Limits | None, hints: list[str]
) -> None:
    plan = losing(deletes=4, kept=7, limits=limits)
    assert [one.hint for one in plan.diagnostics] == [
        f"if that is meant: --allow-deletes 4; or set scope.limits.{hint}" for hint in hints
    ]
    enough = Limits(4, 37)
    assert not losing(deletes=4, kept=7, limits=enough).blocked
    assert losing(deletes=4, kept=7, limits=Limits(4, 36)).blocked
    assert losing(deletes=4, kept=7, limits=Limits(3, 37)).blocked


@pytest.mark.parametrize(("deletes", "blocked"), [(1, False), (2, True), (3, True)])
def test_never_all_of_two_or_more(deletes: int, blocked: bool) -> None:  # noqa: FBT001 - a table
    wanted = desired(entry("ci-fresh"), within=scope(prune=True, limits=Limits(None, 100)))
    plan = plan_of(wanted, state(*(row(f"ci-{number}", number=number) for number in range(deletes))))
    expected = f"this plan would delete all {deletes} containers of the scope"
    assert why(plan) == ([expected] if blocked else [])


def test_replacing_all_is_not_deleting_all() -> None:
    assert not losing(deletes=0, replaces=5).blocked
    assert not losing(deletes=4, replaces=1).blocked


@pytest.mark.parametrize("count", [1, 2, 50])
def test_an_empty_set_deletes_nothing_not_even_one(count: int) -> None:
    plan = losing(deletes=count, limits=Limits(None, 100))
    assert why(plan) == [
        f"the manifests declare no container, and this plan would delete all {count} that exist"
    ]
    assert plan.summary[Action.DELETE] == 0


def test_deleting_everything_is_named_beside_the_limits_that_it_violates_too() -> None:
    messages = why(losing(deletes=10, limits=Limits(3)))
    assert messages == [
        "the manifests declare no container, and this plan would delete all 10 that exist",
        "this plan would delete or replace 10 containers; the limit is 3",
        "this plan would delete or replace 10 of 10 containers; the limit is 30 %",
    ]


def test_an_empty_set_where_nothing_stands_or_nothing_is_pruned_is_no_refusal() -> None:
    assert why(plan_of(desired(within=scope(prune=True)), state())) == []
    off = plan_of(desired(), state(row("ci-old")))
    assert (why(off), brief(off)) == ([], ["skip ci-old (not-in-manifest, prune-off) cntr_1"])


def test_surplus_copies_are_no_loss_and_do_not_count_as_owned() -> None:
    copies = [row("ci-a", number=number) for number in range(30)]
    wanted = desired(
        entry("ci-a", unmanaged=True),
        within=scope(prune=True, limits=Limits(max_deletes=0, max_delete_percent=0)),
    )
    plan = plan_of(wanted, state(*copies))
    assert (why(plan), plan.summary[Action.DELETE]) == ([], 29)


@pytest.mark.parametrize(("kept", "blocked"), [(4, False), (5, True)])
def test_surplus_copies_do_not_thin_out_a_percentage(kept: int, blocked: bool) -> None:  # noqa: FBT001 - a table
    """Four of nine say nothing yet, four of ten are too many; thirty copies more would make them few."""
    copies = [row("ci-a", number=number) for number in range(31)]
    staying = [row(f"ci-same-{number}", number=100 + number) for number in range(kept)]
    going = [row(f"ci-old-{number}", number=200 + number) for number in range(4)]
    entries = [entry(name, unmanaged=True) for name in ("ci-a", *(live.name for live in staying))]
    plan = plan_of(desired(*entries, within=scope(prune=True)), state(*copies, *staying, *going))
    assert bool(why(plan)) is blocked


def test_dead_rows_do_not_count_as_owned() -> None:
    dead = [row("ci-dead", number=100 + number, status="expired") for number in range(50)]
    wanted = desired(entry("ci-fresh"), within=scope(prune=True))
    live = [row(f"ci-{number}", number=number) for number in range(2)]
    assert why(plan_of(wanted, state(*dead, *live))) == [
        "this plan would delete all 2 containers of the scope"
    ]


def test_containers_of_others_do_not_count_as_owned() -> None:
    strangers = [row("auto", number=100 + number) for number in range(50)]
    wanted = desired(entry("ci-fresh"), within=scope(prune=True))
    live = [row(f"ci-{number}", number=number) for number in range(2)]
    assert why(plan_of(wanted, state(*strangers, *live)))


def test_what_blocks_is_shown_and_the_rest_of_the_plan_stays() -> None:
    wanted = desired(
        entry("ci-a", declared_file("a.txt")),
        entry("ci-b", unmanaged=True),
        entry("ci-c"),
        entry(
            "ci-d",
            unmanaged=True,
            fields=spec("ci-d", memory_limit="4g"),
            order=ReplaceOrder.DELETE_FIRST,
        ),
        within=scope(prune=True, limits=Limits(max_deletes=1)),
    )
    live = state(
        row("ci-a"),
        row("ci-b", number=2),
        row("ci-b", number=3),
        row("ci-d", number=4),
        row("ci-e", number=5),
    )
    plan = plan_of(wanted, live)
    assert brief(plan) == [
        "sync ci-a (file-missing) cntr_1",
        "keep ci-b () cntr_2",
        "delete ci-b (duplicate) cntr_3",
        "create ci-c (absent) -",
        "skip ci-d (field-changed, blocked-by-limit) cntr_4",
        "skip ci-e (not-in-manifest, blocked-by-limit) cntr_5",
    ]
    assert [field.path for field in plan.blocked[0].fields] == ["memory_limit"]


def test_a_selection_is_what_counts_as_lost_and_the_whole_scope_as_owned() -> None:
    live = state(*(row(f"ci-{number}", number=number) for number in range(10)))
    wanted = desired(entry("ci-0", unmanaged=True), within=scope(prune=True))
    assert why(plan_of(wanted, live, policy("ci-[1-3]"))) == []
    assert why(plan_of(wanted, live, policy("ci-[1-4]")))


def test_without_limits_nothing_is_blocked() -> None:
    live = state(*(row(f"ci-{number}", number=number) for number in range(20)))
    plan = plan_of(desired(within=scope(prune=True, limits=Limits(0, 0))), live, policy(limited=False))
    assert plan.summary[Action.DELETE] == 20


def test_destroy_is_exempt() -> None:
    wanted = desired(
        *(entry(f"ci-{number}") for number in range(12)), within=scope(prune=True, limits=Limits(0, 0))
    )
    live = state(*(row(f"ci-{number}", number=number) for number in range(14)))
    plan = destruction_of(wanted, live, policy())
    assert plan.summary[Action.DELETE] == 14
    assert not any(Reason.BLOCKED_BY_LIMIT in change.reasons for change in plan.changes)


FEW = Limits(max_deletes=1)


@pytest.mark.parametrize(
    ("asked", "blocked"),
    [
        (Asked(), {"delete", "replace"}),
        (Asked(allow_deletes=2, allow_replaces=3), set()),
        (Asked(allow_deletes=9, allow_replaces=9), set()),  # fewer than were allowed: some are gone already
        (Asked(allow_deletes=2), {"replace"}),
        (Asked(allow_replaces=3), {"delete"}),
        (Asked(allow_deletes=1, allow_replaces=3), {"delete"}),
        (Asked(allow_deletes=2, allow_replaces=2), {"replace"}),
        (Asked(allow_deletes=0, allow_replaces=0), {"delete", "replace"}),
    ],
)
def test_a_limit_is_overridden_by_saying_the_number_of_each_kind(asked: Asked, blocked: set[str]) -> None:
    plan = losing(deletes=2, replaces=3, kept=1, limits=FEW, asked=asked)
    assert {plan.meant(change).value for change in plan.blocked} == blocked
    assert bool(why(plan)) is bool(blocked)


def test_what_one_kind_was_allowed_does_not_count_against_the_other() -> None:
    assert not losing(deletes=5, replaces=1, limits=FEW, asked=Asked(allow_deletes=5)).blocked


def test_the_number_that_was_said_holds_also_where_the_limits_would_allow_more() -> None:
    assert not losing(deletes=3, kept=3).blocked
    plan = losing(deletes=3, kept=3, asked=Asked(allow_deletes=2))
    assert why(plan) == ["this plan would delete 3 containers; --allow-deletes says 2"]
    assert len(plan.blocked) == 3


@pytest.mark.parametrize("count", [1, 2, 12])
def test_an_empty_set_deletes_all_where_the_number_is_said(count: int) -> None:
    assert len(losing(deletes=count, asked=Asked(allow_deletes=count - 1)).blocked) == count
    plan = losing(deletes=count, asked=Asked(allow_deletes=count))
    assert (plan.blocked, plan.summary[Action.DELETE]) == ((), count)


def test_an_empty_set_is_refused_whatever_is_left_out_of_it() -> None:
    live = state(*(row(f"ci-{number}", number=number) for number in range(3)))
    wanted = desired(within=scope(prune=True))
    plan = plan_of(wanted, live, policy(asked=Asked(exclude=("ci-0",))))
    assert why(plan) == ["the manifests declare no container, and this plan would delete 2 of 3 that exist"]


@pytest.mark.parametrize("asked", [Asked(), Asked(allow_replaces=1)])
def test_what_to_type_is_said_and_enough(asked: Asked) -> None:
    plan = losing(deletes=4, replaces=2, kept=9, limits=Limits(2, 10), asked=asked)
    said: dict[str, int] = {}
    for found in plan.diagnostics:
        words = (found.hint or "").partition(";")[0].split()
        said |= {
            word[2:].replace("-", "_"): int(number)
            for word, number in pairwise(words)
            if word.startswith("--")
        }
    assert said == {"allow_deletes": 4, "allow_replaces": 2}
    again = Asked(allow_deletes=said["allow_deletes"], allow_replaces=said["allow_replaces"])
    assert not losing(deletes=4, replaces=2, kept=9, limits=Limits(2, 10), asked=again).blocked


@given(cases(limited=True))
@law
def test_without_a_number_never_all_of_two_or_more_and_with_one_never_more(case: Case) -> None:
    plan = plan_of(case.desired, case.live, case.policy)
    asked = case.policy.asked
    owned = {row.declared_name: row for row in claim(case.desired, case.live).all_alive()}
    lost = [change for change in plan.changes if change.action is Action.DELETE and not change.surplus]
    replaced = plan.summary[Action.REPLACE]
    if asked.allow_deletes is None:
        assert not lost or len(lost) < len(claim(case.desired, case.live).all_alive()) or len(owned) == 1
        assert not lost or case.desired.containers
    else:
        assert len(lost) <= asked.allow_deletes
    assert asked.allow_replaces is None or replaced <= asked.allow_replaces

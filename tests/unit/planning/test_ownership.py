"""The six rules of `planning.ownership`, one test each, by the numbers they have there."""

from __future__ import annotations

from support.builders import (
    BORN,
    brief,
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

from reconciler.model.plan import Action
from reconciler.model.scope import Limits
from reconciler.planning.diff import sweepable
from reconciler.planning.ownership import claim


def test_rule_1_a_prefix_owns_its_names_less_the_excluded_and_a_declaration_claims_every_copy() -> None:
    wanted = desired(entry("ci-a", unmanaged=True), within=scope("ci-", exclude=("ci-other-",), prune=True))
    live = state(
        row("ci-a", number=1),
        row("ci-a~abcdefgh2", number=2, created_at=BORN + 1),  # the same name, stamped
        row("ci-a~abcdefgh", number=3),  # no stamp: another name
        row("ci-other-x", number=4),
        row("ci", number=5),
        row("x-ci-a", number=6),
    )
    assert brief(plan_of(wanted, live, policy(limited=False))) == [
        "keep ci-a () cntr_1",
        "delete ci-a (duplicate) cntr_2",
        "delete ci-a~abcdefgh (not-in-manifest) cntr_3",
    ]


def test_rule_2_without_a_prefix_exactly_the_declared_names_and_nothing_destroyed_unless_adopted() -> None:
    wanted = desired(
        entry("ci-a", unmanaged=True, fields=spec("ci-a", memory_limit="4g")),
        entry("ci-b", unmanaged=True),
        within=scope(None),
    )
    live = state(row("ci-a"), row("ci-b", number=2), row("ci-b", number=3), row("ci-c", number=4))
    kept = ["keep ci-b () cntr_2", "skip ci-b (duplicate, foreign) cntr_3"]
    assert brief(plan_of(wanted, live)) == ["skip ci-a (field-changed, foreign) cntr_1", *kept]
    assert brief(plan_of(wanted, live, policy(adopt=True))) == [
        "create+delete ci-a (field-changed) cntr_1",
        *kept,
    ]
    assert brief(destruction_of(wanted, live)) == [
        "skip ci-a (requested, foreign) cntr_1",
        "skip ci-b (requested, foreign) cntr_2",
        "skip ci-b (requested, foreign) cntr_3",
    ]
    assert {change.action for change in destruction_of(wanted, live, policy(adopt=True)).changes} == {
        Action.DELETE
    }


def test_rule_3_what_is_not_claimed_is_in_no_change_no_count_and_no_limit() -> None:
    wanted = desired(entry("ci-a"), within=scope(prune=True, sweep=True, limits=Limits(max_deletes=0)))
    strangers = [row(name, number=number) for number, name in enumerate(["", "auto", "CI-a", "ci", "\x1b"])]
    strangers += [row("auto", number=9, status="expired"), row("auto", number=10, status="paused")]
    plan = plan_of(wanted, state(*strangers))
    alone = plan_of(wanted, state())
    assert (plan.changes, plan.dead_rows, plan.diagnostics) == (alone.changes, 0, ())
    assert brief(plan) == ["create ci-a (absent) -"]
    assert sweepable(claim(wanted, state(*strangers)), wanted, policy()) == ()


def test_rule_4_dead_rows_are_never_matched_changed_or_counted_in_limits() -> None:
    wanted = desired(entry("ci-a", unmanaged=True), within=scope(prune=True, limits=Limits(max_deletes=0)))
    live = state(
        row("ci-a", number=1, status="expired"),
        row("ci-a", number=2, status="deleted"),
        row("ci-old", number=3, status="expired"),
    )
    plan = plan_of(wanted, live)
    assert brief(plan) == ["create ci-a (expired) -"]
    assert (plan.dead_rows, plan.blocked) == (3, ())


def test_rule_4_only_sweep_deletes_dead_rows_and_only_those_of_the_scope() -> None:
    live = state(
        row("ci-b", number=1, status="expired", created_at=BORN + 1),
        row("ci-a", number=2, status="deleted"),
        row("ci-a", number=3),
        row("other", number=4, status="expired"),
    )
    sweeping, still = desired(within=scope(sweep=True)), desired(within=scope(sweep=False))
    assert sweepable(claim(sweeping, live), sweeping, policy()) == ("cntr_2", "cntr_1")
    assert sweepable(claim(sweeping, live), sweeping, policy("ci-b")) == ("cntr_1",)
    assert sweepable(claim(still, live), still, policy()) == ()


def test_rule_5_an_unknown_status_is_alive_matched_warned_about_and_no_surplus_copy() -> None:
    wanted = desired(entry("ci-a", unmanaged=True))
    strange = row("ci-a", number=1, status="paused", created_at=BORN + 9)
    alone = plan_of(wanted, state(strange))
    assert brief(alone) == ["keep ci-a () cntr_1"]
    assert [found.message for found in alone.diagnostics] == [
        "ci-a (cntr_1) has the unknown status 'paused'; it is taken for alive"
    ]
    beside = plan_of(wanted, state(strange, row("ci-a", number=2)))
    assert brief(beside) == ["keep ci-a () cntr_2", "skip ci-a (duplicate, unverifiable) cntr_1"]
    older = plan_of(wanted, state(strange, row("ci-a", number=2, created_at=BORN + 10)))
    assert brief(older) == ["keep ci-a () cntr_1", "delete ci-a (duplicate) cntr_2"]


def test_rule_6_prune_governs_undeclared_names_and_nothing_else() -> None:
    live = state(row("ci-a", number=1), row("ci-a", number=2), row("ci-old", number=3))
    one = entry("ci-a", unmanaged=True)
    shared = ["keep ci-a () cntr_1", "delete ci-a (duplicate) cntr_2"]
    off, on = (desired(one, within=scope(prune=prune)) for prune in (False, True))
    assert brief(plan_of(off, live)) == [*shared, "skip ci-old (not-in-manifest, prune-off) cntr_3"]
    assert brief(plan_of(on, live)) == [*shared, "delete ci-old (not-in-manifest) cntr_3"]
    assert brief(destruction_of(off, live))[-1] == "skip ci-old (not-in-manifest, prune-off) cntr_3"
    assert brief(destruction_of(on, live))[-1] == "delete ci-old (not-in-manifest) cntr_3"

"""The rules of `planning.ownership`, by the numbers they have there."""

from __future__ import annotations

from msgspec.structs import replace
from support.builders import (
    BORN,
    brief,
    declared_file,
    desired,
    destruction_of,
    entry,
    live_file,
    operations,
    plan_of,
    policy,
    row,
    scope,
    spec,
    state,
)

from reconciler.model.asked import Asked
from reconciler.model.digest import plan_digest
from reconciler.model.history import SeenPrefix
from reconciler.model.plan import Action
from reconciler.model.scope import Limits
from reconciler.model.spec import WhenExpired
from reconciler.planning.diff import sweepable
from reconciler.planning.overlap import overlaps
from reconciler.planning.takeover import takes_over


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


def test_rule_3_what_is_not_claimed_is_only_counted_in_no_change_no_warning_and_no_limit() -> None:
    wanted = desired(entry("ci-a"), within=scope(prune=True, sweep=True, limits=Limits(max_deletes=0)))
    strangers = [row(name, number=number) for number, name in enumerate(["", "auto", "CI-a", "ci", "\x1b"])]
    strangers += [row("auto", number=9, status="expired"), row("auto", number=10, status="paused")]
    plan = plan_of(wanted, state(*strangers))
    alone = plan_of(wanted, state())
    assert (plan.changes, plan.dead_rows, plan.diagnostics) == (alone.changes, 0, ())
    assert (plan.others, alone.others) == (6, 0), "live ones: who counts, counts what may be in the way"
    assert plan_digest(plan) == plan_digest(alone), "what others do is no reason to review a plan again"
    assert brief(plan) == ["create ci-a (absent) -"]
    assert sweepable(wanted, state(*strangers), policy()) == ()


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
    assert sweepable(sweeping, live, policy()) == ("cntr_2", "cntr_1")
    assert sweepable(sweeping, live, policy("ci-b")) == ("cntr_1",)
    assert sweepable(still, live, policy()) == ()


def test_rule_4_no_sweep_takes_the_row_of_a_container_that_is_left_expired() -> None:
    live = state(
        row("ci-a", number=1, status="expired"),
        row("ci-b", number=2, status="expired"),
        row("ci-b", number=3),
    )
    left = [entry(name, unmanaged=True, when_expired=WhenExpired.LEAVE) for name in ("ci-a", "ci-b")]
    wanted = desired(*left, within=scope(sweep=True))
    assert sweepable(wanted, live, policy()) == ("cntr_2",)
    no_delete = policy(asked=Asked(no_delete=True))
    assert sweepable(wanted, live, no_delete) == ()


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


def test_rule_7_every_copy_is_claimed_and_the_one_that_needs_least_work_is_kept() -> None:
    small, right = row("ci-a", number=1, fields=spec(memory_limit="1g")), row("ci-a", number=2)
    wanted = desired(entry("ci-a", unmanaged=True, fields=spec(memory_limit="4g")))
    right = replace(right, spec=replace(right.spec, memory_limit="4g"), created_at=BORN + 9)
    assert brief(plan_of(wanted, state(small, right))) == [
        "keep ci-a () cntr_2",
        "delete ci-a (duplicate) cntr_1",
    ]


def test_rule_8_the_first_plan_over_what_exists_says_what_it_takes_over() -> None:
    wanted = desired(entry("ci-a", unmanaged=True), entry("ci-b"), within=scope(prune=True))
    live = state(row("ci-a"), row("ci-a", number=2), row("ci-old", number=3), row("auto", number=4))
    plan = plan_of(wanted, live)
    (note,) = takes_over(plan, (SeenPrefix("cj-", (), ""),), adopt=False)
    assert note.message == (
        "the scope ci-* is not known to have been applied here before: this plan takes over ci-a (cntr_1)"
    )
    assert takes_over(plan, (SeenPrefix("ci-", (), ""),), adopt=False) == ()
    assert takes_over(plan_of(wanted, state(row("auto"))), (), adopt=False) == ()


def test_rule_8_a_set_without_prefix_takes_over_what_it_adopts_and_says_so_every_time() -> None:
    wanted = desired(entry("ci-a", unmanaged=True), within=scope(None))
    plan = plan_of(wanted, state(row("ci-a")), policy(adopt=True))
    assert takes_over(plan, (), adopt=False) == ()
    (note,) = takes_over(plan, (), adopt=True)
    assert note.message == "--adopt: this plan takes over ci-a (cntr_1)"


def test_rule_9_what_is_protected_is_never_deleted_or_replaced_declared_or_not() -> None:
    bigger = entry("ci-a", unmanaged=True, fields=spec(memory_limit="4g"), prevent_destroy=True)
    wanted = desired(bigger, within=scope(prune=True, protect=("ci-prod-*",)))
    live = state(row("ci-a"), row("ci-prod-1", number=2), row("ci-old", number=3))
    assert brief(plan_of(wanted, live)) == [
        "skip ci-a (field-changed, protected) cntr_1",
        "delete ci-old (not-in-manifest) cntr_3",
        "skip ci-prod-1 (not-in-manifest, protected) cntr_2",
    ]


def test_rule_10_files_of_the_assistant_are_nobodys_business() -> None:
    wanted = desired(entry("ci-a", declared_file("a.txt"), prune_files=True))
    theirs = live_file("a.txt", b"theirs", source="assistant")
    (change,) = plan_of(wanted, state(row("ci-a", theirs))).changes
    assert operations(change) == ["upload a.txt -"]


def test_rule_11_files_of_users_go_only_under_prune_files_and_only_where_files_are_managed() -> None:
    live = state(row("ci-a", live_file("theirs.txt")))
    for prune, expected in ((False, "keep"), (True, "delete")):
        (change,) = plan_of(desired(entry("ci-a", prune_files=prune)), live).changes
        assert operations(change) == [f"{expected} theirs.txt cfile_1"]
    (unmanaged,) = plan_of(desired(entry("ci-a", unmanaged=True, prune_files=True)), live).changes
    assert unmanaged.files == ()


def test_rule_12_a_scope_that_reaches_into_another_is_named() -> None:
    wider = SeenPrefix("ci-", (), "")
    assert [found.code for found in overlaps(scope("ci-a-"), (wider,))] == ["overlapping-scope"]
    assert overlaps(scope("ci-a-"), (SeenPrefix("ci-", ("ci-a-",), ""),)) == ()

"""The diff: each action with every reason it can have today, and the options that change a plan."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.builders import (
    BORN,
    HERE,
    PROVENANCE,
    allow,
    brief,
    declared_file,
    default_spec,
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
from support.strategies import Case, cases, law, shuffled

from reconciler.model.asked import Asked
from reconciler.model.digest import plan_digest
from reconciler.model.live import LiveState, NotRead
from reconciler.model.plan import Action, FieldChange, Reason
from reconciler.model.scope import Desired, Limits
from reconciler.model.spec import Compare, ContainerSpec, ReplaceOrder

BIGGER = spec("ci-a", memory_limit="4g")
PLAIN = desired(entry("ci-a", unmanaged=True))


def test_an_empty_set_against_an_empty_account_is_an_empty_plan() -> None:
    plan = plan_of(desired(), state())
    assert (plan.changes, plan.diagnostics, plan.cost.requests, plan.cost.usd_per_hour) == ((), (), 0, 0.0)


def test_create_says_what_it_sends() -> None:
    wanted = desired(entry("ci-a", declared_file("b.txt"), declared_file("a.txt"), fields=BIGGER))
    (change,) = plan_of(wanted, state()).changes
    assert (change.action, change.reasons, change.container_id) == (Action.CREATE, (Reason.ABSENT,), None)
    assert change.fields == (FieldChange("memory_limit", None, "4g"),)
    assert operations(change) == ["upload a.txt -", "upload b.txt -"]
    assert change.source == HERE


@pytest.mark.parametrize("status", ["expired", "deleted"])
def test_a_name_whose_only_rows_are_dead_is_created_as_expired(status: str) -> None:
    assert brief(plan_of(PLAIN, state(row(status=status)))) == ["create ci-a (expired) -"]
    alive_too = state(row(status=status), row(number=2))
    assert brief(plan_of(PLAIN, alive_too)) == ["keep ci-a () cntr_2"]


def test_replace_says_which_fields_and_uploads_everything() -> None:
    wanted = desired(entry("ci-a", declared_file("a.txt"), fields=BIGGER, order=ReplaceOrder.DELETE_FIRST))
    (change,) = plan_of(wanted, state(row("ci-a", live_file("a.txt")))).changes
    assert change.actions == ("delete", "create")
    assert (change.reasons, change.container_id) == ((Reason.FIELD_CHANGED,), "cntr_1")
    assert change.fields == (FieldChange("memory_limit", "1g", "4g"),)
    assert operations(change) == ["upload a.txt -"]


def test_sync_and_keep_show_what_is_unverifiable() -> None:
    wanted = desired(entry("ci-a", declared_file("a.txt"), fields=BIGGER))
    hidden = row("ci-a", fields=ContainerSpec("ci-a"))
    (sync,) = plan_of(wanted, state(hidden)).changes
    assert (sync.action, sync.reasons) == (Action.SYNC, (Reason.FILE_MISSING, Reason.UNVERIFIABLE))
    (keep,) = plan_of(wanted, state(replace(hidden, files=(live_file("a.txt"),)))).changes
    assert (keep.action, keep.reasons) == (Action.KEEP, (Reason.UNVERIFIABLE,))
    assert sync.fields == keep.fields == (FieldChange("memory_limit", None, "4g"),)
    assert keep.files == ()


def test_an_unverifiable_field_does_not_hide_a_changed_one() -> None:
    wanted = desired(
        entry("ci-a", unmanaged=True, fields=spec("ci-a", memory_limit="4g", network_policy=allow("a")))
    )
    shown = row(fields=spec("ci-a", memory_limit="1g"))
    (change,) = plan_of(wanted, state(shown)).changes
    assert (change.action, change.reasons) == (Action.REPLACE, (Reason.FIELD_CHANGED,))
    assert [field.path for field in change.fields] == ["memory_limit"]


def test_a_kept_container_reports_its_undeclared_files_only() -> None:
    wanted = desired(entry("ci-a", declared_file("a.txt")))
    live = state(row("ci-a", live_file("a.txt"), live_file("x.txt", number=2)))
    (change,) = plan_of(wanted, live).changes
    assert (change.action, change.reasons, operations(change)) == (
        Action.KEEP,
        (Reason.FILE_EXTRA,),
        ["keep x.txt cfile_2"],
    )


def test_reasons_come_in_one_order() -> None:
    wanted = desired(
        entry("ci-a", declared_file("a.txt"), declared_file("b.txt"), fields=BIGGER, prune_files=True)
    )
    live = row(
        "ci-a", live_file("a.txt", b"x", before=""), live_file("z", number=2), fields=ContainerSpec("ci-a")
    )
    (change,) = plan_of(wanted, state(live)).changes
    assert change.reasons == (
        Reason.FILE_CHANGED,
        Reason.FILE_MISSING,
        Reason.FILE_EXTRA,
        Reason.IN_PLACE,
        Reason.UNVERIFIABLE,
    )


def test_changes_are_sorted_by_name_and_the_kept_copy_comes_first() -> None:
    wanted = desired(entry("ci-b", unmanaged=True), entry("ci-d"), within=scope(prune=True))
    live = state(
        row("ci-c", number=1, created_at=BORN + 1),
        row("ci-c", number=2),
        row("ci-b", number=3, created_at=BORN + 1),
        row("ci-b", number=4),
        row("ci-a", number=5),
    )
    assert brief(plan_of(wanted, live, policy(limited=False))) == [
        "delete ci-a (not-in-manifest) cntr_5",
        "keep ci-b () cntr_4",
        "delete ci-b (duplicate) cntr_3",
        "delete ci-c (not-in-manifest) cntr_2",
        "delete ci-c (not-in-manifest) cntr_1",
        "create ci-d (absent) -",
    ]


def test_a_selection_leaves_everything_else_alone_and_says_so() -> None:
    wanted = desired(
        entry("ci-a", fields=BIGGER), entry("ci-b"), entry("ci-c", unmanaged=True), within=scope(prune=True)
    )
    live = state(
        row("ci-a"),
        row("ci-a", number=2),
        row("ci-c", number=3),
        row("ci-old", number=4),
        row("ci-x", number=5),
    )
    assert brief(plan_of(wanted, live, policy("ci-[cx]"))) == [
        "skip ci-a (filtered) -",
        "skip ci-b (filtered) -",
        "keep ci-c () cntr_3",
        "skip ci-old (not-in-manifest, filtered) cntr_4",
        "delete ci-x (not-in-manifest) cntr_5",
    ]


def test_what_is_not_selected_is_filtered_whatever_else_stands_in_its_way() -> None:
    live = state(row("ci-a"), row("ci-old", number=2))
    found = brief(plan_of(PLAIN, live, policy("ci-a")))
    assert found == ["keep ci-a () cntr_1", "skip ci-old (not-in-manifest, filtered) cntr_2"]


@pytest.mark.parametrize(
    ("globs", "selected"),
    [
        (("ci-a",), {"ci-a"}),
        (("ci-*",), {"ci-a", "ci-ab", "ci-B"}),
        (("ci-?",), {"ci-a", "ci-B"}),
        (("*b", "ci-a"), {"ci-a", "ci-ab"}),
        (("CI-a",), set()),
        (("ci-[!a]*",), {"ci-B"}),
        ((), {"ci-a", "ci-ab", "ci-B"}),
    ],
)
def test_selections_are_globs_that_mind_case(globs: tuple[str, ...], selected: set[str]) -> None:
    wanted = desired(*(entry(name) for name in ("ci-a", "ci-ab", "ci-B")))
    plan = plan_of(wanted, state(), policy(*globs))
    assert {change.name for change in plan.pending} == selected
    assert [found.code for found in plan.diagnostics] == ([] if selected else ["nothing-selected"])


def test_a_selection_of_something_undeclared_is_something() -> None:
    assert plan_of(PLAIN, state(row("ci-old")), policy("ci-old")).diagnostics == ()
    (warning,) = plan_of(PLAIN, state(row("ci-old")), policy("ci-olf", "x")).diagnostics
    assert warning.message == "--name ci-olf, x matches no container"


def test_adopting_changes_nothing_for_a_set_with_a_prefix() -> None:
    wanted = desired(entry("ci-a", unmanaged=True, fields=BIGGER), within=scope(prune=True))
    live = state(row(), row("ci-b", number=2), row(number=3))
    assert plan_of(wanted, live, policy(adopt=True)) == plan_of(wanted, live, policy())


def test_without_a_prefix_names_are_created_and_synced_without_adopting() -> None:
    wanted = desired(entry("a", declared_file("a.txt")), entry("b"), within=scope(None))
    assert brief(plan_of(wanted, state(row("a")))) == ["sync a (file-missing) cntr_1", "create b (absent) -"]


def test_destroy_deletes_every_copy_and_asks_nothing_of_files() -> None:
    wanted = desired(entry("ci-a"), entry("ci-b"), entry("ci-c"), within=scope(prune=True))
    live = state(
        row("ci-a", number=2, unread=True, created_at=BORN + 1),
        row("ci-a", number=1, unread=True, created_at=BORN + 2),
        row("ci-b", number=3, status="expired"),
        row("ci-c", number=4, status="paused"),
        row("ci-old", number=5),
    )
    plan = destruction_of(wanted, live)
    assert brief(plan) == [
        "delete ci-a (requested) cntr_2",
        "delete ci-a (requested) cntr_1",
        "delete ci-c (requested) cntr_4",
        "delete ci-old (not-in-manifest) cntr_5",
    ]
    assert (plan.cost.requests, plan.dead_rows) == (8, 1)
    assert plan.cost.usd_per_hour == 0.0  # nothing is left that costs anything


def test_destroying_a_selection() -> None:
    wanted = desired(entry("ci-a"), entry("ci-b"), within=scope(prune=True))
    live = state(row("ci-a"), row("ci-b", number=2), row("ci-old", number=3))
    plan = destruction_of(wanted, live, policy("ci-b"))
    assert brief(plan) == [
        "skip ci-a (requested, filtered) cntr_1",
        "delete ci-b (requested) cntr_2",
        "skip ci-old (not-in-manifest, filtered) cntr_3",
    ]


def test_a_plan_carries_where_it_comes_from() -> None:
    wanted = replace(PLAIN, manifests=("ci", "more.yaml"))
    plan = plan_of(wanted, state(), policy("ci-*"))
    assert (plan.target, plan.created_at, plan.tool_version) == (
        PROVENANCE.target,
        PROVENANCE.created_at,
        PROVENANCE.tool_version,
    )
    assert (plan.scope, plan.manifests, plan.names) == (wanted.scope, ("ci", "more.yaml"), ("ci-*",))
    assert [name for name, _ in plan.desired] == ["ci-a"]


def test_every_reason_that_can_be_given_today_is_given() -> None:
    """The rest of the closed set belongs to what manifests cannot say yet."""
    later = {Reason.STAMP_CHANGED, Reason.PROTECTED, Reason.BUSY, Reason.LEFT_EXPIRED, Reason.IGNORED}
    limited = scope(prune=True, limits=Limits(max_deletes=0), compare=Compare.SIZE)
    everything = desired(
        entry("ci-a"),
        entry("ci-b", declared_file("a"), declared_file("b"), declared_file("c"), declared_file("d")),
        entry("ci-c"),
        entry("ci-d", fields=spec("ci-d", memory_limit="4g")),
        within=limited,
    )
    full = (
        live_file("a", b"x", number=1, before=""),
        live_file("b", number=2),
        live_file("b", number=3),
        live_file("d", known=False, number=4),
    )
    live = state(
        row("ci-b", *full),
        row("ci-b", number=2),
        row("ci-c", number=3, status="expired"),
        row("ci-d", number=4),
        row("ci-e", number=5),
    )
    kept = replace(everything, scope=scope())
    alone = desired(entry("a", fields=spec("a", memory_limit="4g")), within=scope(None))
    plans = [
        plan_of(everything, live),
        plan_of(kept, live),
        plan_of(kept, live, policy("ci-a")),
        plan_of(alone, state(row("a"))),
        destruction_of(everything, live),
    ]
    given_reasons = {reason for plan in plans for change in plan.changes for reason in change.reasons}
    assert given_reasons == set(Reason) - later


@given(cases(), st.data())
@law
def test_a_plan_does_not_depend_on_the_order_of_anything(case: Case, data: st.DataObject) -> None:
    rows = tuple(
        live if isinstance(live.files, NotRead) else replace(live, files=data.draw(shuffled(live.files)))
        for live in data.draw(shuffled(case.live.containers))
    )
    again = LiveState(rows, case.live.date)
    entries = tuple(
        replace(one, files=None if one.files is None else data.draw(shuffled(one.files)))
        for one in case.desired.containers
    )
    wanted = Desired(case.desired.scope, entries, case.desired.manifests)
    for plan in (plan_of, destruction_of):
        first, second = plan(case.desired, case.live, case.policy), plan(wanted, again, case.policy)
        assert first == second
        assert plan_digest(first) == plan_digest(second)


@given(cases())
@law
def test_every_pending_change_is_about_something_that_the_set_claims(case: Case) -> None:
    declared, live = case.desired.by_name(), {row.id: row for row in case.live.containers}
    for plan in (plan_of, destruction_of):
        for change in plan(case.desired, case.live, case.policy).changes:
            assert change.name in declared or case.desired.scope.holds(change.name)
            if change.container_id is not None:
                assert live[change.container_id].declared_name == change.name
                assert not live[change.container_id].dead


@given(cases())
@law
def test_nothing_undeclared_is_deleted_without_prune(case: Case) -> None:
    wanted = replace(case.desired, scope=replace(case.desired.scope, prune=False))
    for plan in (plan_of, destruction_of):
        for change in plan(wanted, case.live, case.policy).pending:
            assert change.name in wanted.by_name()


@given(cases())
@law
def test_every_live_container_of_the_set_is_in_the_plan_once(case: Case) -> None:
    plan = plan_of(case.desired, case.live, replace(case.policy, names=(), asked=Asked()))
    claimed = [
        live.id
        for live in case.live.containers
        if not live.dead
        and (live.declared_name in case.desired.by_name() or case.desired.scope.holds(live.declared_name))
    ]
    assert sorted(change.container_id for change in plan.changes if change.container_id) == sorted(claimed)


def test_a_default_container_is_what_an_empty_declaration_means() -> None:
    assert brief(plan_of(PLAIN, state(row(fields=default_spec("ci-a"))))) == ["keep ci-a () cntr_1"]

"""The laws, in the pure middle alone: diff, carry out, diff again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.builders import (
    BORN,
    brief,
    declared_file,
    desired,
    entry,
    live_file,
    plan_of,
    row,
    scope,
    spec,
    state,
    unguarded,
)
from support.strategies import Case, cases, law

from reconciler.model.asked import Asked
from reconciler.model.live import ASSISTANT, LiveContainer, LiveState, NotRead
from reconciler.model.plan import FileOperation, Plan
from reconciler.model.spec import ReplaceOrder
from reconciler.model.steps import Chain, CreateContainer, Link, chains_of
from reconciler.planning.approval import uncovered
from reconciler.planning.simulate import carried_out, simulate

A = declared_file("a.txt")


def planned(case: Case, live: LiveState | None = None) -> Plan:
    """The plan of a case, or of the same case with another account."""
    return plan_of(case.desired, live or case.live, case.policy)


@st.composite
def cut_off(draw: st.DrawFn, plan: Plan, case: Case) -> LiveState:
    """What a kill leaves: of every chain the first few steps, none of some, all of others."""
    chains = [_cut(draw, chain) for chain in chains_of(plan.changes, case.desired.by_name())]
    return carried_out(chains, case.live)


def _cut(draw: st.DrawFn, chain: Chain) -> Chain:
    done = draw(st.integers(0, sum(len(link.steps) for link in chain.links)))
    links = []
    for link in chain.links:
        links.append(Link(link.change, link.steps[:done]))
        done = max(0, done - len(link.steps))
    return replace(chain, links=tuple(links))


@given(cases(limited=False))
@law
def test_after_an_apply_the_plan_is_empty(case: Case) -> None:
    after = simulate(planned(case), case.desired, case.live)
    assert planned(case, after).pending == ()


@given(cases(limited=True))
@law
def test_after_an_apply_within_limits_the_plan_is_empty(case: Case) -> None:
    plan = planned(case)
    if not plan.blocked:
        assert planned(case, simulate(plan, case.desired, case.live)).pending == ()


@given(cases(limited=False), st.data())
@law
def test_stopping_after_any_steps_still_converges_to_the_same(case: Case, data: st.DataObject) -> None:
    plan = planned(case)
    stopped = data.draw(cut_off(plan, case))
    again = planned(case, stopped)
    after = simulate(again, case.desired, stopped)
    assert planned(case, after).pending == ()
    if _owns_all(case):
        assert _contents(after) == _contents(simulate(plan, case.desired, case.live))


def _owns_all(case: Case) -> bool:
    """Elsewhere a replace that was cut off leaves its old copy, which is then reported only."""
    return case.desired.scope.prefix is not None and all(live.recognised for live in case.live.containers)


def _contents(live: LiveState) -> dict[str, set[frozenset[tuple[str, str | None, str]]]]:
    """By name, the sets of files that live containers hold."""
    found: dict[str, set[frozenset[tuple[str, str | None, str]]]] = {}
    for container in live.containers:
        if not container.dead and not isinstance(container.files, NotRead):
            files = frozenset((file.spec.path, file.spec.sha256, file.source) for file in container.files)
            found.setdefault(container.declared_name, set()).add(files)
    return found


@given(cases(limited=False), st.data())
@law
def test_what_was_approved_covers_what_a_run_that_was_cut_off_left(case: Case, data: st.DataObject) -> None:
    plan = planned(case)
    stopped = data.draw(cut_off(plan, case))
    assert not uncovered(plan, planned(case, stopped))


@given(cases(limited=False))
@law
def test_nothing_outside_the_scope_changes(case: Case) -> None:
    declared, within = case.desired.by_name(), case.desired.scope

    def others(live: LiveState) -> list[LiveContainer]:
        return [
            found
            for found in live.containers
            if found.dead or not (found.declared_name in declared or within.holds(found.declared_name))
        ]

    after = simulate(planned(case), case.desired, case.live)
    assert others(after) == others(case.live)


@given(cases(limited=False))
@law
def test_without_prune_no_container_of_an_undeclared_name_is_deleted(case: Case) -> None:
    still = replace(case, desired=replace(case.desired, scope=replace(case.desired.scope, prune=False)))
    declared = still.desired.by_name()
    after = {live.id for live in simulate(planned(still), still.desired, still.live).containers}
    assert {live.id for live in still.live.containers if live.declared_name not in declared} <= after


@given(cases(limited=False))
@law
def test_without_a_prefix_nothing_that_was_there_goes_unless_adopted(case: Case) -> None:
    alone = replace(
        case,
        desired=replace(case.desired, scope=scope(None)),
        policy=replace(case.policy, adopt=False),
    )
    after = {live.id for live in simulate(planned(alone), alone.desired, alone.live).containers}
    assert {live.id for live in alone.live.containers} <= after


@given(cases(limited=False))
@law
def test_every_declared_name_has_exactly_one_live_copy_that_holds_what_is_declared(case: Case) -> None:
    owning = replace(
        case,
        desired=replace(
            case.desired, scope=scope(prune=True), containers=tuple(map(unguarded, case.desired.containers))
        ),
        policy=replace(case.policy, names=(), asked=Asked()),
    )
    after = simulate(planned(owning), owning.desired, owning.live)
    for one in owning.desired.containers:
        copies = [
            live
            for live in after.containers
            if live.declared_name == one.name and live.status in ("running", "active")
        ]
        strange = [
            live for live in after.containers if live.declared_name == one.name and not live.recognised
        ]
        assert len(copies) == 1 or (not copies and strange)
        if one.files is not None:
            wanted = {(file.spec.path, file.spec.sha256) for file in one.files}
            assert any(wanted <= _uploaded(live) for live in (*copies, *strange))


def _uploaded(live: LiveContainer) -> set[tuple[str, str | None]]:
    files = () if isinstance(live.files, NotRead) else live.files
    return {(file.spec.path, file.spec.sha256) for file in files if file.source != ASSISTANT}


@given(cases(limited=False))
@law
def test_files_of_the_assistant_stay_wherever_their_container_does(case: Case) -> None:
    def made(live: LiveState) -> dict[str, list[str]]:
        return {
            found.id: [file.id for file in found.files if file.source == ASSISTANT]
            for found in live.containers
            if not isinstance(found.files, NotRead)
        }

    before, after = made(case.live), made(simulate(planned(case), case.desired, case.live))
    assert all(after[key] == before[key] for key in after.keys() & before.keys())


@given(cases(limited=False))
@law
def test_an_unchanged_digest_means_no_upload(case: Case) -> None:
    by_id = {live.id: live for live in case.live.containers}
    for change in planned(case).pending:
        if change.container_id is None or change.actions != ("sync",):
            continue
        there = _uploaded(by_id[change.container_id])
        for file in change.files:
            if file.operation is FileOperation.UPLOAD:
                assert (file.path, file.sha256) not in there


def test_new_containers_are_made_as_they_are_declared() -> None:
    wanted = desired(entry("ci-a", declared_file("a.txt"), fields=spec("ci-a", memory_limit="4g")))
    (made,) = simulate(plan_of(wanted, state()), wanted, state()).containers
    assert (made.name, made.status, made.spec) == ("ci-a", "running", wanted.containers[0].spec)
    assert not isinstance(made.files, NotRead)
    assert [file.spec for file in made.files] == [declared_file("a.txt").spec]
    assert made.created_at > BORN


def test_a_sync_changes_the_files_of_the_same_container() -> None:
    wanted = desired(entry("ci-a", declared_file("a.txt"), prune_files=True))
    live = state(row("ci-a", live_file("a.txt", b"old"), live_file("x", number=2)))
    (after,) = simulate(plan_of(wanted, live), wanted, live).containers
    assert after.id == "cntr_1"
    assert not isinstance(after.files, NotRead)
    assert [file.spec for file in after.files] == [declared_file("a.txt").spec]


@pytest.mark.parametrize("order", ReplaceOrder)
def test_at_no_instant_of_a_create_first_replace_is_the_name_without_a_container(order: ReplaceOrder) -> None:
    one = entry("ci-a", declared_file("a.txt"), fields=spec("ci-a", memory_limit="4g"), order=order)
    wanted, live = desired(one), state(row("ci-a"))
    (chain,) = chains_of(plan_of(wanted, live).changes, wanted.by_name())
    (link,) = chain.links
    standing = [
        len(carried_out([replace(chain, links=(Link(link.change, link.steps[:done]),))], live).containers)
        for done in range(len(link.steps) + 1)
    ]
    if order is ReplaceOrder.CREATE_FIRST:
        assert standing == [1, 2, 2, 2, 1, 1]
    else:
        assert standing == [1, 0, 0, 1, 1, 1]


def test_a_create_that_was_cut_off_is_completed_in_the_container_that_stands() -> None:
    wanted = desired(entry("ci-a", declared_file("a.txt"), declared_file("b.txt")))
    (chain,) = chains_of(plan_of(wanted, state()).changes, wanted.by_name())
    (link,) = chain.links
    assert isinstance(link.steps[0], CreateContainer)
    cut = carried_out([replace(chain, links=(Link(link.change, link.steps[:2]),))], state())
    assert brief(plan_of(wanted, cut)) == [f"sync ci-a (file-missing) {cut.containers[0].id}"]


def test_what_was_simulated_can_be_simulated_on_without_two_of_one_id() -> None:
    one, two = desired(entry("ci-a", A)), desired(entry("ci-a", A), entry("ci-b", A))
    first = simulate(plan_of(one, state()), one, state())
    second = simulate(plan_of(two, first), two, first)
    assert len({found.id for found in second.containers}) == 2
    files = [file.id for found in second.containers if isinstance(found.files, tuple) for file in found.files]
    assert len(set(files)) == 2

"""The steps of each change, in the order that carries the argument for safety, and what they cost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import (
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
from support.strategies import Case, cases, law

from reconciler.model.plan import Action, Change, FileOperation, Plan, Reason
from reconciler.model.requests import closing_requests, requests_of, rows_shown
from reconciler.model.spec import DesiredContainer, ReplaceOrder
from reconciler.model.steps import (
    PAGE,
    CheckFiles,
    ConfirmDeleted,
    CreateContainer,
    DeleteContainer,
    DeleteFile,
    ReadKept,
    Step,
    UploadFile,
    VerifyInPlace,
    VerifyUploads,
    chains_of,
)

A, B, C = declared_file("a.txt", b"a"), declared_file("b.txt", b"b"), declared_file("c.txt", b"c")
BIGGER = spec(memory_limit="4g")


def steps_of(plan: Plan, *entries: DesiredContainer) -> list[Step]:
    """Every step of a plan, chain after chain."""
    chains = chains_of(plan.changes, {one.name: one for one in entries})
    return [step for chain in chains for link in chain.links for step in link.steps]


def test_a_create_without_files_is_one_request() -> None:
    one = entry("ci-a")
    assert steps_of(plan_of(desired(one), state()), one) == [CreateContainer("ci-a", one.spec)]


def test_a_create_uploads_and_then_verifies_every_file() -> None:
    one = entry("ci-a", A, B)
    assert steps_of(plan_of(desired(one), state()), one) == [
        CreateContainer("ci-a", one.spec),
        UploadFile(A),
        UploadFile(B),
        VerifyUploads(("a.txt", "b.txt")),
    ]


def test_a_replace_has_its_new_copy_complete_and_verified_before_the_old_one_goes() -> None:
    one = entry("ci-a", A, fields=BIGGER)
    assert steps_of(plan_of(desired(one), state(row())), one) == [
        CreateContainer("ci-a", BIGGER),
        UploadFile(A),
        VerifyUploads(("a.txt",)),
        DeleteContainer("cntr_1"),
        ConfirmDeleted("cntr_1"),
    ]


def test_at_a_quota_a_replace_deletes_first() -> None:
    one = entry("ci-a", A, fields=BIGGER, order=ReplaceOrder.DELETE_FIRST)
    assert steps_of(plan_of(desired(one), state(row())), one) == [
        DeleteContainer("cntr_1"),
        ConfirmDeleted("cntr_1"),
        CreateContainer("ci-a", BIGGER),
        UploadFile(A),
        VerifyUploads(("a.txt",)),
    ]


def test_a_sync_looks_then_uploads_then_verifies_then_deletes() -> None:
    one = entry("ci-a", A, B, C, prune_files=True)
    listed = row(
        "ci-a",
        live_file("a.txt", b"old", number=1),
        live_file("b.txt", b"b", number=2),
        live_file("x.txt", b"x", number=3),
    )
    assert steps_of(plan_of(desired(one), state(listed)), one) == [
        CheckFiles(("a.txt", "c.txt"), ("cfile_1", "cfile_3")),
        UploadFile(A),
        UploadFile(C),
        VerifyUploads(("a.txt", "c.txt")),
        DeleteFile("a.txt", "cfile_1"),
        DeleteFile("x.txt", "cfile_3"),
    ]


def test_a_sync_that_only_deletes_verifies_nothing() -> None:
    one = entry("ci-a", prune_files=True)
    listed = row("ci-a", live_file("x.txt", number=3))
    assert steps_of(plan_of(desired(one), state(listed)), one) == [
        CheckFiles((), ("cfile_3",)),
        DeleteFile("x.txt", "cfile_3"),
    ]


def test_the_check_before_a_sync_knows_the_kept_row_too() -> None:
    one = entry("ci-a", A)
    listed = row("ci-a", live_file("a.txt", b"a", number=1), live_file("a.txt", b"zzz", number=2))
    assert steps_of(plan_of(desired(one), state(listed)), one) == [
        CheckFiles(("a.txt",), ("cfile_1", "cfile_2")),
        DeleteFile("a.txt", "cfile_2"),
    ]


def test_in_place_ends_with_a_look_at_what_went_along() -> None:
    one = entry("ci-a", A)
    listed = row("ci-a", live_file("a.txt", b"old", before=""))
    assert steps_of(plan_of(desired(one), state(listed)), one) == [
        CheckFiles(("a.txt",), ("cfile_1",)),
        UploadFile(A),
        VerifyUploads(("a.txt",)),
        DeleteFile("a.txt", "cfile_1"),
        VerifyInPlace((A,)),
    ]


def test_surplus_copies_go_last_and_after_one_reading_of_the_kept_one() -> None:
    one = entry("ci-a", A)
    copies = [row("ci-a", number=number) for number in (1, 2, 3)]
    assert steps_of(plan_of(desired(one), state(*copies)), one) == [
        CheckFiles(("a.txt",), ()),
        UploadFile(A),
        VerifyUploads(("a.txt",)),
        ReadKept(),
        DeleteContainer("cntr_2"),
        ConfirmDeleted("cntr_2"),
        DeleteContainer("cntr_3"),
        ConfirmDeleted("cntr_3"),
    ]


def test_one_name_is_one_chain_that_knows_its_kept_copy() -> None:
    one = entry("ci-a", unmanaged=True)
    plan = plan_of(desired(one), state(row(number=1), row(number=2), row(number=3)))
    (chain,) = chains_of(plan.changes, {"ci-a": one})
    assert (chain.name, chain.container_id, chain.last) == ("ci-a", "cntr_1", False)
    assert [link.change.container_id for link in chain.links] == ["cntr_2", "cntr_3"]


@pytest.mark.parametrize("reported", ["without a prefix", "of unknown status"])
def test_a_chain_works_on_the_kept_copy_also_beside_one_that_is_only_reported(reported: str) -> None:
    """Whoever mistook the two would write into a container that nobody gave us."""
    one = entry("ci-a", A)
    within = scope(None) if reported == "without a prefix" else scope()
    status = "running" if within.prefix is None else "paused"
    live = state(row(number=1), row(number=2, status=status), row(number=3, status=status))
    plan = plan_of(desired(one, within=within), live)
    assert [change.action for change in plan.changes] == [Action.SYNC, Action.SKIP, Action.SKIP]
    (chain,) = chains_of(plan.changes, {"ci-a": one})
    assert chain.container_id == "cntr_1"


def test_containers_of_one_undeclared_name_go_independently_and_last() -> None:
    within = scope(prune=True)
    wanted = desired(entry("ci-a", unmanaged=True), within=within)
    live = state(row("ci-a"), row("ci-old", number=2), row("ci-old", number=3))
    plan = plan_of(wanted, live, policy(limited=False))
    chains = chains_of(plan.changes, wanted.by_name())
    assert [(chain.name, chain.last, len(chain.links)) for chain in chains] == [("ci-old", True, 1)] * 2


def test_a_requested_delete_does_not_wait() -> None:
    wanted = desired(entry("ci-a"))
    plan = destruction_of(wanted, state(row(number=1), row(number=2)))
    chains = chains_of(plan.changes, wanted.by_name())
    assert [(chain.name, chain.last) for chain in chains] == [("ci-a", False)] * 2
    assert steps_of(plan, *wanted.containers) == [
        DeleteContainer("cntr_1"),
        ConfirmDeleted("cntr_1"),
        DeleteContainer("cntr_2"),
        ConfirmDeleted("cntr_2"),
    ]


def test_what_is_kept_or_skipped_has_no_chain() -> None:
    wanted = desired(entry("ci-a", unmanaged=True), entry("ci-b", unmanaged=True))
    live = state(row("ci-a"), row("ci-old", number=2))
    assert chains_of(plan_of(wanted, live, policy("ci-a")).changes, wanted.by_name()) == ()


def test_a_delete_of_nothing_in_particular_is_refused() -> None:
    change = Change("ci-a", Action.DELETE, (Reason.REQUESTED,), None)
    with pytest.raises(ValueError, match="without the container that goes"):
        chains_of([change], {})


@given(cases(limited=False))
@law
def test_the_requests_of_a_plan_follow_the_formula(case: Case) -> None:
    plan = plan_of(case.desired, case.live, case.policy)
    declared = case.desired.by_name()
    rows = rows_shown((row.created_at for row in case.live.containers), case.live.date)
    chains = chains_of(plan.changes, declared)
    assert requests_of(chains, rows=rows) == _formula(plan, declared, rows)


def _formula(plan: Plan, declared: dict[str, DesiredContainer], rows: int) -> int:
    """The prose of `requests_of`, once more and from the changes alone."""
    total = created = 0
    for change in plan.pending:
        files = len(declared[change.name].files or ()) if change.name in declared else 0
        create = 1 + files + (1 if files else 0)
        uploads = sum(file.operation is FileOperation.UPLOAD for file in change.files)
        deletes = sum(file.operation is FileOperation.DELETE for file in change.files)
        match change.action:
            case Action.CREATE:
                total, created = total + create, created + 1
            case Action.REPLACE:
                total, created = total + create + 2, created + 1
            case Action.SYNC:
                total += 1 + uploads + (1 if uploads else 0) + deletes
                total += Reason.IN_PLACE in change.reasons
            case _:
                total += 2
    total += len({change.name for change in plan.pending if change.surplus})
    pages, left = divmod(created + rows, PAGE)
    return total + (pages + (1 if left else 0) if created else 0)


@pytest.mark.parametrize(
    ("created", "rows", "pages"),
    [
        (0, 0, 0),
        (0, 500, 0),
        (1, 0, 1),
        (1, 1, 1),
        (99, 1, 1),
        (100, 0, 1),
        (100, 1, 2),
        (101, 0, 2),
        (199, 1, 2),
        (199, 9, 3),
    ],
)
def test_the_closing_list_is_read_to_the_first_row_that_was_there(
    created: int, rows: int, pages: int
) -> None:
    assert closing_requests(created, rows) == pages


@pytest.mark.parametrize(
    ("created", "date", "shown"),
    [
        ([], 1000, 0),
        ([1, 2, 3], 1000, 1),
        ([1, 998, 1000], 1000, 3),
        ([998, 999], 1000, 2),
        ([1, 997], 1000, 1),
        ([5, 6], None, 1),
    ],
)
def test_the_closing_list_shows_what_is_as_young_as_the_run_and_one_row_more(
    created: list[int], date: int | None, shown: int
) -> None:
    assert rows_shown(created, date) == shown


@given(st.integers(0, 3))
def test_creates_share_one_closing_list(count: int) -> None:
    wanted = desired(*(entry(f"ci-{number}") for number in range(count)))
    assert plan_of(wanted, state()).cost.requests == count + min(count, 1)


def test_swept_rows_cost_a_request_each() -> None:
    dead = state(*(row("ci-old", number=number, status="expired") for number in range(3)))
    assert plan_of(desired(within=scope(sweep=True)), dead).cost.requests == 3
    assert plan_of(desired(), dead).cost.requests == 0

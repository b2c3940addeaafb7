"""Hints: what is pointed out beside a plan, what is not, and that nothing but notes comes of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.builders import (
    HERE,
    PROVENANCE,
    allow,
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
from support.strategies import desired_sets, law, live_states

from reconciler.model.digest import plan_digest
from reconciler.model.live import LiveContainer, LiveState
from reconciler.model.scope import Desired, Limits
from reconciler.planning.diff import Situation, diff
from reconciler.planning.hints import MISTYPED, MOST, RENAMED, hints

if TYPE_CHECKING:
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.plan import Plan

PRUNE = scope(prune=True, limits=Limits(None, 100))


def notes(plan: Plan) -> list[Diagnostic]:
    """The hints of a plan."""
    return [found for found in plan.diagnostics if found.code in {MISTYPED, RENAMED}]


def told(wanted: Desired, *rows: LiveContainer) -> list[tuple[str, str]]:
    """What is hinted at: the code, and what is said up to its first comma or colon."""
    found = notes(plan_of(wanted, state(*rows)))
    return [(one.code, one.message.replace(":", ",").split(",")[0]) for one in found]


LARGE = replace(default_spec("ci-old"), memory_limit="16g")


@pytest.mark.parametrize("within", [PRUNE, scope()], ids=["pruned", "left alone"])
def test_a_slip_is_told_with_what_to_declare(within: object) -> None:
    wanted = desired(entry("ci-workr"), within=within)  # type: ignore[arg-type]  # a scope
    (found,) = notes(plan_of(wanted, state(row("ci-worker"))))
    assert (found.severity, found.code, found.position) == ("note", MISTYPED, HERE)
    assert (
        found.message
        == "ci-workr would be created, and ci-worker (cntr_1) differs from it by one letter only"
    )
    assert found.hint == "if that is the one that is meant, declare ci-worker: no container can be renamed"


def test_a_look_alike_is_told_as_a_rename() -> None:
    wanted = desired(entry("ci-new", fields=spec("ci-new", memory_limit="16g")), within=PRUNE)
    (found,) = notes(plan_of(wanted, state(row("ci-old", fields=LARGE, unread=True))))
    assert (found.severity, found.code, found.position) == ("note", RENAMED, HERE)
    assert "ci-new looks like ci-old (cntr_1) under another name" in found.message
    assert "files were not compared" in found.message
    assert found.hint == "a rename is a delete and a create; to keep what it holds, declare ci-old"


def test_files_tell_look_alikes_apart() -> None:
    new = [entry("ci-new-1", declared_file("a", b"1")), entry("ci-new-2", declared_file("a", b"22"))]
    old = [
        row("ci-old-x", live_file("a", b"22"), number=1),
        row("ci-old-y", live_file("a", b"1"), live_file("made", source="assistant", number=2), number=2),
    ]
    assert told(desired(*new, within=PRUNE), *old) == [
        (RENAMED, "ci-new-1 looks like ci-old-y (cntr_2) under another name"),
        (RENAMED, "ci-new-2 looks like ci-old-x (cntr_1) under another name"),
    ]


NEW = entry("ci-new", declared_file("a", b"1"))


@pytest.mark.parametrize(
    ("wanted", "rows"),
    [
        (desired(NEW, within=PRUNE), [row("ci-old", live_file("a", b"2"))]),
        (desired(NEW, within=PRUNE), [row("ci-old", live_file("b", b"1"))]),
        (desired(NEW, within=PRUNE), [row("ci-old")]),
        (desired(NEW, within=PRUNE), [row("ci-old", fields=LARGE, unread=True)]),
        (desired(NEW, within=PRUNE), [row("ci-old", unread=True), row("ci-older", number=2, unread=True)]),
        (desired(NEW, entry("ci-more"), within=PRUNE), [row("ci-old", unread=True)]),
        (desired(NEW, within=PRUNE), [row("ci-old", status="expired", unread=True)]),
        (desired(NEW, within=PRUNE), [row("other", unread=True), row("CI-new", number=2)]),
        (desired(NEW, within=scope("ci-", exclude=("ci-ne",), prune=True)), [row("ci-neW", unread=True)]),
        (desired(entry("new"), within=scope(None)), [row("old", unread=True)]),
        (desired(entry("ci-a"), within=PRUNE), [row("ci-a"), row("ci-A", number=2, unread=True)]),
        (
            desired(entry("ci-new", fields=spec(network_policy=allow("a.b"))), within=PRUNE),
            [row("ci-old", unread=True)],
        ),
    ],
    ids=[
        "other contents", "other names", "no files", "other fields", "two that go", "two that come", "dead",
        "outside the scope", "carved out", "no prefix", "nothing is created", "open and closed",
    ],
)  # fmt: skip
def test_what_is_not_alike_or_not_ours_is_not_told(wanted: Desired, rows: list[LiveContainer]) -> None:
    assert told(wanted, *rows) == []


def test_without_a_prefix_the_account_may_hold_what_was_meant() -> None:
    wanted = desired(entry("worker"), within=scope(None))
    assert told(wanted, row("Worker"), row("gone", number=2)) == [(MISTYPED, "worker would be created")]


def test_what_a_name_filter_leaves_out_is_not_spoken_of() -> None:
    wanted = desired(entry("ci-workr"), within=PRUNE)
    assert notes(plan_of(wanted, state(row("ci-worker")), policy("ci-workr"))) == []


def test_of_many_hints_the_first_are_told_and_the_rest_counted() -> None:
    words = [f"{a}{b}{c}worker" for a in "abc" for b in "xyz" for c in "pqr"]
    wanted = desired(*(entry(f"ci-{word}") for word in words), within=PRUNE)
    found = notes(
        plan_of(wanted, state(*(row(f"ci-{word.upper()}", number=i) for i, word in enumerate(words))))
    )
    assert len(found) == MOST + 1
    assert (
        found[-1].message
        == f"{len(words) - MOST} more containers look like one that exists under another name"
    )


def test_a_plan_of_ten_thousand_is_hinted_at_in_seconds() -> None:
    wanted = desired(*(entry(f"ci-worker-{i:05}") for i in range(10_000)), within=PRUNE)
    live = state(*(row(f"ci-Worker-{i:05}", number=i) for i in range(10_000)))
    plan = plan_of(wanted, live)
    began = time.process_time()
    assert len(hints(plan.changes, wanted, live, policy().profile)) == MOST + 1
    assert time.process_time() - began < 8


@law
@given(wanted=desired_sets(), live=live_states(), data=st.data())
def test_hints_are_notes_about_creates_and_change_nothing(
    wanted: Desired, live: LiveState, data: st.DataObject
) -> None:
    plan = diff(Situation(wanted, live, policy(), PROVENANCE))
    found = notes(plan)
    assert tuple(found) == hints(plan.changes, wanted, live, policy().profile)
    assert all(one.severity == "note" for one in found)
    created = {change.name for change in plan.changes if change.actions == ("create",)}
    assert {one.message.split(" ")[0] for one in found} <= created
    silent = replace(plan, diagnostics=tuple(one for one in plan.diagnostics if one not in found))
    assert (silent.changes, plan_digest(silent), silent.cost) == (plan.changes, plan_digest(plan), plan.cost)
    shuffled = LiveState(tuple(data.draw(st.permutations(live.containers))), live.date)
    assert notes(diff(Situation(wanted, shuffled, policy(), PROVENANCE))) == found

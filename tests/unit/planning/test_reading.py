"""What an observation must read, and what it must not: every listing keeps a container alive and billed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from msgspec.structs import replace
from support.builders import (
    brief,
    declared_file,
    desired,
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
from support.strategies import Case, cases, law

from reconciler.model.live import LiveContainer, LiveFile, LiveState, NotRead
from reconciler.model.spec import Compare
from reconciler.planning.reading import Needs, NoNeeds

if TYPE_CHECKING:
    from reconciler.model.plan import Plan
    from reconciler.planning.policy import Policy

WANTED = desired(
    entry("ci-a", declared_file("a.txt")),
    entry("ci-b", unmanaged=True),
    entry("ci-c"),
    entry("ci-d", declared_file("a.txt"), fields=spec("ci-d", memory_limit="4g")),
    within=scope(exclude=("ci-x-",), prune=True),
)


def listed(live: LiveState, asked: Policy | None = None) -> list[str]:
    """The containers whose files are listed."""
    needs = Needs(WANTED, asked or policy())
    return [found.id for found in live.containers if needs.lists(found)]


@pytest.mark.parametrize(
    ("live", "asked"),
    [
        (row("ci-a", unread=True), True),
        (row("ci-a~abcdefgh2", unread=True), False),  # another stamp: replaced whatever is in it
        (row("ci-a", unread=True, status="paused"), True),
        (row("ci-c", unread=True), True),  # `files: []` may have extra ones to report
        (row("ci-b", unread=True), False),  # unmanaged
        (row("ci-d", unread=True), False),  # replaced whatever is in it
        (row("ci-d", unread=True, fields=spec("ci-d")), True),  # its memory is not shown
        (row("ci-a", unread=True, status="expired"), False),
        (row("ci-a", unread=True, status="deleted"), False),
        (row("ci-old", unread=True), False),  # pruned whatever is in it
        (row("ci-x-a", unread=True), False),
        (row("other", unread=True), False),
    ],
)
def test_files_are_listed_where_they_can_decide_something(live: LiveContainer, asked: bool) -> None:  # noqa: FBT001 - a table
    assert listed(state(live)) == (["cntr_1"] if asked else [])


def test_every_copy_is_listed_since_the_best_one_is_kept() -> None:
    assert listed(state(row("ci-a", unread=True), row("ci-a", number=2, unread=True))) == ["cntr_1", "cntr_2"]


def test_what_is_not_selected_is_not_touched() -> None:
    live = state(row("ci-a", unread=True), row("ci-c", number=2, unread=True))
    assert listed(live, policy("ci-c")) == ["cntr_2"]


def test_contents_are_read_where_sizes_agree_and_no_digest_is_known() -> None:
    files = (
        live_file("a.txt", number=1, known=False),
        live_file("a.txt", b"another size", number=2, known=False),
        live_file("a.txt", number=3),
        live_file("x.txt", number=4, known=False),
    )
    live = state(row("ci-a", *files), row("other", *files, number=2), row("ci-old", *files, number=3))
    found = [(container.id, file.id) for container, file in Needs(WANTED, policy()).contents(live)]
    assert found == [("cntr_1", "cfile_1")]


def test_comparing_by_size_reads_no_contents() -> None:
    by_size = replace(WANTED, scope=replace(WANTED.scope, compare=Compare.SIZE))
    live = state(row("ci-a", live_file("a.txt", known=False)))
    assert list(Needs(by_size, policy()).contents(live)) == []
    assert len(list(Needs(WANTED, policy()).contents(live))) == 1


def test_contents_of_what_was_not_listed_are_not_read() -> None:
    assert list(Needs(WANTED, policy()).contents(state(row("ci-a", unread=True)))) == []


def test_destroy_reads_nothing() -> None:
    live = state(row("ci-a", live_file("a.txt", known=False)), row("ci-c", number=2, unread=True))
    assert not any(NoNeeds(WANTED).lists(found) for found in live.containers)
    assert list(NoNeeds(WANTED).contents(live)) == []


def decisions(plan: Plan) -> list[tuple[str, list[str]]]:
    """What a plan does, less the digests that only one side knows."""
    lines = zip(brief(plan), plan.changes, strict=True)
    return [(line, operations(change)) for line, change in lines]


@given(cases())
@law
def test_what_is_asked_for_is_enough_to_plan(case: Case) -> None:
    """The plan from the least that may be read is the plan of somebody who knows everything."""
    needs = Needs(case.desired, case.policy)
    nothing = replace(
        case.live, containers=tuple(replace(live, files=NotRead.NOT_READ) for live in case.live.containers)
    )
    asked = {live.id for live in nothing.containers if needs.lists(live)}
    listings = replace(
        case.live,
        containers=tuple(
            replace(live, files=_unread(live) if live.id in asked else NotRead.NOT_READ)
            for live in case.live.containers
        ),
    )
    contents = {file.id for _, file in needs.contents(listings)}
    known = {file.id: file for live in case.live.containers for file in _files(live)}
    seen = replace(
        listings,
        containers=tuple(
            live
            if isinstance(live.files, NotRead)
            else replace(
                live, files=tuple(known[file.id] if file.id in contents else file for file in live.files)
            )
            for live in listings.containers
        ),
    )
    if case.desired.scope.compare is Compare.DIGEST:
        assert decisions(plan_of(case.desired, seen, case.policy)) == decisions(
            plan_of(case.desired, case.live, case.policy)
        )
    else:
        assert not contents
        plan_of(case.desired, seen, case.policy)


def _files(live: LiveContainer) -> tuple[LiveFile, ...]:
    return () if isinstance(live.files, NotRead) else live.files


def _unread(live: LiveContainer) -> tuple[LiveFile, ...]:
    return tuple(replace(file, spec=replace(file.spec, sha256=None)) for file in _files(live))

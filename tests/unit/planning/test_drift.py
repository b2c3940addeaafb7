"""From a plan to causes of drift."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from support.builders import (
    BORN,
    declared_file,
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

from reconciler.model.drift import Cause, DriftItem
from reconciler.model.plan import Action, Activity, Change, Reason
from reconciler.model.spec import Ignorable, WhenExpired
from reconciler.planning.drift import drift_of

if TYPE_CHECKING:
    from reconciler.model.live import LiveContainer
    from reconciler.model.scope import Desired
    from reconciler.planning.policy import Policy

ONE = desired(entry("ci-a", declared_file("a.txt")))
FINE = row("ci-a", live_file("a.txt"))


def drift(
    wanted: Desired, *rows: LiveContainer, asked: Policy | None = None
) -> list[tuple[str, str, str | None]]:
    """What moved."""
    found = drift_of(plan_of(wanted, state(*rows), asked or policy(limited=False)))
    assert all(isinstance(item, DriftItem) for item in found)
    return [(item.name, item.cause.value, item.container_id) for item in found]


@pytest.mark.parametrize(
    ("rows", "cause", "about"),
    [
        ((), Cause.REMOVED, None),
        ((row(status="expired"),), Cause.EXPIRED, None),
        ((row("ci-a", fields=spec("ci-a", memory_limit="4g")),), Cause.FIELDS, "cntr_1"),
        ((row("ci-a"),), Cause.FILES_CHANGED, "cntr_1"),
        ((row("ci-a", live_file("a.txt", b"other")),), Cause.FILES_CHANGED, "cntr_1"),
        ((row("ci-a", live_file("a.txt"), live_file("x", number=2)),), Cause.FILES_ADDED, "cntr_1"),
        ((FINE, row("ci-a", number=2)), Cause.DOUBLED, "cntr_2"),
        ((FINE, row("ci-a", number=2, status="paused")), Cause.DOUBLED, "cntr_2"),
        ((FINE, row("ci-old", number=2)), Cause.UNMANAGED, "cntr_2"),
    ],
)
def test_each_cause(rows: tuple[LiveContainer, ...], cause: Cause, about: str | None) -> None:
    name = "ci-old" if cause is Cause.UNMANAGED else "ci-a"
    assert drift(ONE, *rows) == [(name, cause.value, about)]


def test_no_drift() -> None:
    assert drift(ONE, FINE) == []


def test_what_cannot_be_verified_has_not_drifted() -> None:
    wanted = desired(entry("ci-a", unmanaged=True, fields=spec("ci-a", memory_limit="4g")))
    assert drift(wanted, row(fields=spec("ci-a"))) == []


def test_a_container_may_have_drifted_in_several_ways_each_once() -> None:
    wanted = desired(entry("ci-a", declared_file("a.txt"), declared_file("b.txt")))
    live = row("ci-a", live_file("a.txt", b"other"), live_file("x", number=2), live_file("y", number=3))
    assert drift(wanted, live) == [("ci-a", "files-added", "cntr_1"), ("ci-a", "files-changed", "cntr_1")]


@pytest.mark.parametrize("prune", [True, False])
def test_a_stranger_in_scope_is_drift_with_and_without_prune(prune: bool) -> None:  # noqa: FBT001 - a table
    wanted = desired(*ONE.containers, within=scope(prune=prune))
    assert drift(wanted, FINE, row("ci-old", number=2)) == [("ci-old", "unmanaged", "cntr_2")]


@pytest.mark.parametrize("prune", [True, False])
def test_what_is_not_selected_has_not_drifted(prune: bool) -> None:  # noqa: FBT001 - a table
    wanted = desired(*ONE.containers, entry("ci-b"), within=scope(prune=prune))
    assert drift(wanted, FINE, row("ci-old", number=2), asked=policy("ci-a", limited=False)) == []


def test_a_set_without_prefix_drifts_like_any_other() -> None:
    wanted = desired(*ONE.containers, within=scope(None))
    changed = row("ci-a", fields=spec("ci-a", memory_limit="4g"))
    assert drift(wanted, changed, row("ci-a", number=2, fields=changed.spec)) == [
        ("ci-a", "fields", "cntr_1"),
        ("ci-a", "doubled", "cntr_2"),
    ]


@pytest.mark.parametrize(
    "reason",
    [
        Reason.ABSENT,
        Reason.EXPIRED,
        Reason.DUPLICATE,
        Reason.FIELD_CHANGED,
        Reason.STAMP_CHANGED,
        Reason.FILE_CHANGED,
        Reason.FILE_MISSING,
        Reason.FILE_EXTRA,
        Reason.NOT_IN_MANIFEST,
    ],
)
def test_every_reason_for_a_change_is_a_cause(reason: Reason) -> None:
    """So that `drift` is never quieter than `plan`."""
    plan = replace(plan_of(ONE, state()), changes=(Change("ci-a", Action.SYNC, (reason,)),))
    assert len(drift_of(plan)) == 1


def test_what_moved_is_marked_where_somebody_uses_it_and_has_moved_all_the_same() -> None:
    wanted = desired(entry("ci-a", unmanaged=True, fields=spec("ci-a", memory_limit="4g")))
    live = state(row("ci-a", used_at=BORN + 90))
    plan = plan_of(wanted, live, policy(limited=False, window=60))
    assert drift_of(plan) == (DriftItem("ci-a", Cause.FIELDS, "cntr_1", Activity(BORN + 90, BORN + 100)),)


CHANGED = row("ci-a", live_file("a.txt", b"other"))


@pytest.mark.parametrize(
    ("ignore", "live", "expected"),
    [
        (("memory_limit",), FINE, [("fields", Reason.IGNORED)]),
        (("network_policy",), FINE, [("fields", None)]),
        (("memory_limit",), CHANGED, [("fields", Reason.IGNORED), ("files-changed", None)]),
        (("memory_limit", "files"), CHANGED, [("fields", Reason.IGNORED), ("files-changed", Reason.IGNORED)]),
        (("files",), CHANGED, [("fields", None)]),  # a replace, which makes the files right, too
    ],
)
def test_what_is_ignored_is_told_and_marked(
    ignore: tuple[str, ...], live: LiveContainer, expected: list[tuple[str, Reason | None]]
) -> None:
    bigger = entry(
        "ci-a",
        declared_file("a.txt"),
        fields=spec("ci-a", memory_limit="4g"),
        ignore=tuple(map(Ignorable, ignore)),
    )
    found = drift_of(plan_of(desired(bigger), state(live), policy(limited=False)))
    assert [(item.cause.value, item.left) for item in found] == expected


def test_files_alone_are_ignored_and_those_of_users_with_them() -> None:
    one = entry("ci-a", declared_file("a.txt"), ignore=(Ignorable.FILES,))
    live = row("ci-a", live_file("a.txt", b"other"), live_file("x", number=2))
    found = drift_of(plan_of(desired(one), state(live), policy(limited=False)))
    assert [(item.cause.value, item.left) for item in found] == [
        ("files-added", Reason.IGNORED),
        ("files-changed", Reason.IGNORED),
    ]


def test_what_is_protected_or_left_expired_has_moved_all_the_same() -> None:
    wanted = desired(
        entry("ci-a", unmanaged=True, fields=spec("ci-a", memory_limit="4g"), prevent_destroy=True),
        entry("ci-b", unmanaged=True, when_expired=WhenExpired.LEAVE),
    )
    live = state(row("ci-a"), row("ci-b", number=2, status="expired"))
    found = drift_of(plan_of(wanted, live, policy(limited=False)))
    assert [(item.cause, item.left) for item in found] == [
        (Cause.FIELDS, Reason.PROTECTED),
        (Cause.EXPIRED, Reason.LEFT_EXPIRED),
    ]

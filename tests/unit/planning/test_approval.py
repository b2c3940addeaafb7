"""What may change between `plan -o` and `apply FILE`, and what may not."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from support.builders import (
    BORN,
    PROVENANCE,
    allow,
    brief,
    declared_file,
    desired,
    entry,
    line_of,
    live_file,
    plan_of,
    policy,
    row,
    scope,
    spec,
    state,
)

from reconciler.model.live import LiveContainer
from reconciler.model.plan import Target
from reconciler.model.scope import Desired, Limits, Scope
from reconciler.model.spec import ReplaceOrder
from reconciler.planning.approval import desired_moved, uncovered

A, B = declared_file("a.txt"), declared_file("b.txt")
ONE = desired(entry("ci-a", A, B, fields=spec("ci-a", memory_limit="4g")), within=scope(prune=True))
FIELDS = spec("ci-a", memory_limit="4g")
SMALL = row("ci-a", unread=True)
RIGHT = (live_file("a.txt"), live_file("b.txt", number=2))
OLD_A = live_file("a.txt", b"old")


def good(*files: LiveContainer | object, number: int = 1, **changed: object) -> LiveContainer:
    """A copy whose fields are right."""
    return replace(row("ci-a", number=number, fields=FIELDS), files=files, **changed)


def not_covered(
    before: tuple[LiveContainer, ...], after: tuple[LiveContainer, ...], wanted: Desired = ONE
) -> list[str]:
    """The changes that a plan made before does not cover after."""
    asked = policy(limited=False)
    approved, now = plan_of(wanted, state(*before), asked), plan_of(wanted, state(*after), asked)
    found = uncovered(approved, now)
    assert bool(found) == bool(found.uncovered)
    return [line_of(change) for change in found.uncovered]


Rows = tuple[LiveContainer, ...]
NONE: Rows = ()

COVERED: dict[str, tuple[Rows, Rows]] = {
    "nothing moved, a create": (NONE, NONE),
    "nothing moved, a replace": ((SMALL,), (SMALL,)),
    "nothing moved, a sync": ((good(OLD_A),), (good(OLD_A),)),
    "the container to replace died": ((SMALL,), (replace(SMALL, status="expired"),)),
    "the container to replace vanished": ((SMALL,), NONE),
    "the container to sync died": ((good(OLD_A),), (good(OLD_A, status="expired"),)),
    "the kept container died": ((good(*RIGHT),), (good(*RIGHT, status="expired"),)),
    "everything is done already": ((SMALL,), (good(*RIGHT, number=2),)),
    "what was to go has gone": ((good(*RIGHT), row("ci-old", number=2)), (good(*RIGHT),)),
    "an undeclared one to delete was made again under another id": (
        (good(*RIGHT), row("ci-old", number=2)),
        (good(*RIGHT), row("ci-old", number=3)),
    ),
    "a dead row appeared": ((SMALL,), (SMALL, row("ci-b", number=9, status="expired"))),
    "a stranger appeared": ((SMALL,), (SMALL, row("other", number=9))),
    # after exit 6
    "a create without its files": (NONE, (good(),)),
    "a create with some of its files": (NONE, (good(RIGHT[0]),)),
    "a replace with both copies, the new one complete": ((SMALL,), (SMALL, good(*RIGHT, number=2))),
    "a replace with both copies, the new one empty": ((SMALL,), (SMALL, good(number=2))),
    "a replace whose old copy went and whose new one is empty": ((SMALL,), (good(number=2),)),
    "a sync that uploaded and did not delete": (
        (good(OLD_A, RIGHT[1]),),
        (good(OLD_A, RIGHT[1], live_file("a.txt", number=9, created_at=BORN + 9)),),
    ),
    "a sync of which one file is done": ((good(OLD_A),), (good(RIGHT[0]),)),
    "one surplus copy is gone": (
        (good(*RIGHT), SMALL_2 := row("ci-a", number=2), row("ci-a", number=3)),
        (good(*RIGHT), SMALL_2),
    ),
}

NOT_COVERED: dict[str, tuple[Rows, Rows, list[str]]] = {
    "an undeclared container appeared": (
        (SMALL,),
        (SMALL, row("ci-new", number=2)),
        ["delete ci-new (not-in-manifest) cntr_2"],
    ),
    "another undeclared container appeared": (
        (good(*RIGHT), row("ci-old", number=2)),
        (good(*RIGHT), row("ci-new", number=3)),
        ["delete ci-new (not-in-manifest) cntr_3"],
    ),
    "a second one of an undeclared name appeared": (
        (good(*RIGHT), row("ci-old", number=2)),
        (good(*RIGHT), row("ci-old", number=2), row("ci-old", number=3)),
        ["delete ci-old (not-in-manifest) cntr_3"],
    ),
    "what was to be created stands there, and is another": (
        NONE,
        (SMALL,),
        ["create+delete ci-a (field-changed) cntr_1"],
    ),
    "what was to be kept has other fields now": (
        (good(*RIGHT),),
        (SMALL,),
        ["create+delete ci-a (field-changed) cntr_1"],
    ),
    "what was to be replaced has yet other fields": (
        (SMALL,),
        (row("ci-a", fields=spec("ci-a", memory_limit="16g")),),
        ["create+delete ci-a (field-changed) cntr_1"],
    ),
    "a file that was right was overwritten": (
        (good(OLD_A, RIGHT[1]),),
        (good(OLD_A, live_file("b.txt", b"other", number=2)),),
        ["sync ci-a (file-changed) cntr_1"],
    ),
    "a file that was right is gone": (
        (good(OLD_A, RIGHT[1]),),
        (good(OLD_A),),
        ["sync ci-a (file-changed, file-missing) cntr_1"],
    ),
    "a sync where nothing was to do": ((good(*RIGHT),), (good(),), ["sync ci-a (file-missing) cntr_1"]),
    "a copy appeared beside the kept one": (
        (good(*RIGHT),),
        (good(*RIGHT), row("ci-a", number=2)),
        ["delete ci-a (duplicate) cntr_2"],
    ),
    "a copy appeared beside the one to sync": (
        (good(OLD_A, RIGHT[1]),),
        (good(OLD_A, RIGHT[1]), row("ci-a", number=2)),
        ["delete ci-a (duplicate) cntr_2"],
    ),
    "a copy appeared beside the one to replace": (
        (SMALL,),
        (SMALL, row("ci-a", number=2, unread=True)),
        ["delete ci-a (duplicate) cntr_2"],
    ),
    "a copy appeared beside the two halves of a replace": (
        (SMALL,),
        (SMALL, good(*RIGHT, number=2), row("ci-a", number=3)),
        ["delete ci-a (duplicate) cntr_3"],
    ),
    "a copy appeared where a create was approved": (
        NONE,
        (good(*RIGHT), row("ci-a", number=2)),
        ["delete ci-a (duplicate) cntr_2"],
    ),
    "a second row of a file appeared": (
        (good(*RIGHT),),
        (good(*RIGHT, live_file("a.txt", b"other", number=3)),),
        ["sync ci-a (file-extra) cntr_1"],
    ),
}


@pytest.mark.parametrize("case", COVERED)
def test_covered(case: str) -> None:
    before, after = COVERED[case]
    assert not_covered(before, after) == []


@pytest.mark.parametrize("case", NOT_COVERED)
def test_not_covered(case: str) -> None:
    before, after, expected = NOT_COVERED[case]
    assert not_covered(before, after) == expected


def test_covered_changes_are_really_changes() -> None:
    """A table of plans without changes would prove nothing."""
    asked = policy(limited=False)
    idle = {case for case, (_, after) in COVERED.items() if not plan_of(ONE, state(*after), asked).pending}
    assert idle == {"everything is done already", "what was to go has gone"}


def test_another_order_of_a_replace_is_another_change() -> None:
    later = replace(ONE, containers=(replace(ONE.containers[0], replace=ReplaceOrder.DELETE_FIRST),))
    found = uncovered(plan_of(ONE, state(SMALL)), plan_of(later, state(SMALL)))
    assert [change.actions for change in found.uncovered] == [("delete", "create")]


def test_a_pruned_file_is_covered_only_where_it_was_approved() -> None:
    wanted = desired(entry("ci-a", A, prune_files=True))
    stray, other = live_file("x", number=3), live_file("y", number=4)
    before, after = row("ci-a", RIGHT[0], stray), row("ci-a", RIGHT[0], stray, other)
    assert not_covered((before,), (before,), wanted) == []
    assert not_covered((before,), (after,), wanted) == ["sync ci-a (file-extra) cntr_1"]
    assert not_covered((after,), (before,), wanted) == []


def test_an_allowlist_in_another_order_is_the_same_change() -> None:
    wanted = desired(entry("ci-a", unmanaged=True, fields=spec("ci-a", network_policy=allow("a.example"))))
    before, after = (
        row("ci-a", fields=spec("ci-a", network_policy=allow(*domains)))
        for domains in (("b.example", "c.example"), ("c.example", "b.example"))
    )
    assert not_covered((before,), (after,), wanted) == []


def test_a_name_that_was_never_declared_is_not_created() -> None:
    approved = plan_of(desired(), state())
    assert brief(plan_of(ONE, state())) == ["create ci-a (absent) -"]
    assert len(uncovered(approved, plan_of(ONE, state())).uncovered) == 1


def test_a_create_that_its_reviewer_was_shown_otherwise_is_not_covered() -> None:
    """A forged plan may name what is declared truly, and show less of it."""
    now = plan_of(ONE, state())
    (create,) = now.changes
    for less in (replace(create, fields=()), replace(create, files=create.files[:1])):
        approved = replace(now, changes=(less,))
        assert [line_of(change) for change in uncovered(approved, now).uncovered] == [
            "create ci-a (absent) -"
        ]
    died = plan_of(ONE, state(row("ci-a", status="expired")))
    assert brief(died) == ["create ci-a (expired) -"]
    assert not uncovered(now, died)


def moved(wanted: Desired, target: Target = PROVENANCE.target) -> tuple[str, ...]:
    """What differs from what was approved."""
    found = desired_moved(plan_of(ONE, state()), target, wanted)
    assert bool(found) == bool(found.moved)
    return found.moved


def test_nothing_moved() -> None:
    assert moved(ONE) == ()
    assert moved(replace(ONE, manifests=("elsewhere",))) == ()


@pytest.mark.parametrize(
    "within",
    [
        scope("ci-", prune=False),
        scope("ci-a", prune=True),
        scope(None),
        scope(prune=True, sweep=True),
        scope(prune=True, exclude=("ci-x-",)),
        scope(prune=True, limits=Limits(max_deletes=9)),
    ],
)
def test_another_scope_is_named(within: Scope) -> None:
    assert moved(replace(ONE, scope=within)) == ("the scope of the manifests",)


def test_every_container_that_is_declared_otherwise_is_named() -> None:
    assert moved(desired(within=ONE.scope)) == ("ci-a is no longer declared",)
    assert moved(desired(*ONE.containers, entry("ci-b"), within=ONE.scope)) == ("ci-b was not declared",)
    assert moved(desired(entry("ci-b"), entry("ci-a", A), within=ONE.scope)) == (
        "ci-a is declared otherwise",
        "ci-b was not declared",
    )


@pytest.mark.parametrize(
    ("target", "written"),
    [
        (Target("https://eu.example/v1"), "https://eu.example/v1"),
        (Target("https://api.openai.com/v1", "org-1"), "https://api.openai.com/v1 org-1"),
        (Target("https://api.openai.com/v1", None, "proj"), "https://api.openai.com/v1 proj"),
    ],
)
def test_another_target_is_named(target: Target, written: str) -> None:
    assert moved(ONE, target) == (f"the target: approved for https://api.openai.com/v1, asked for {written}",)


KEPT = desired(entry("ci-a", unmanaged=True), within=scope(prune=True))
PLAIN = row("ci-a")
USED = BORN + 90
"""Ten seconds before every observation here."""


@pytest.mark.parametrize(
    ("wanted", "idle", "used"),
    [
        (ONE, (SMALL,), (replace(SMALL, last_active_at=USED, used_at=USED),)),
        (KEPT, (PLAIN, row("ci-a", number=2)), (PLAIN, row("ci-a", number=2, used_at=USED))),
        (KEPT, (PLAIN, row("ci-old", number=2)), (PLAIN, row("ci-old", number=2, used_at=USED))),
    ],
    ids=["replace", "surplus", "undeclared"],
)
def test_what_became_busy_waits_and_what_was_busy_is_not_approved(
    wanted: Desired, idle: Rows, used: Rows
) -> None:
    asked = policy(limited=False, window=60)
    when_idle, when_used = (plan_of(wanted, state(*rows), asked) for rows in (idle, used))
    assert (len(when_idle.pending), len(when_used.pending)) == (1, 0)
    assert not uncovered(when_idle, when_used)
    assert not uncovered(when_used, when_used)
    assert uncovered(when_used, when_idle).uncovered == when_idle.pending


def test_a_busy_copy_is_not_covered_by_the_approval_of_another_one() -> None:
    """What is approved of one name is counted, not named by id; what was spared is."""
    asked = policy(limited=False, window=60)
    one, two = row("ci-old", number=1), row("ci-old", number=2)
    before = plan_of(desired(within=scope(prune=True)), state(one, replace(two, used_at=USED)), asked)
    now = plan_of(desired(within=scope(prune=True)), state(two), asked)
    assert [line_of(change) for change in uncovered(before, now).uncovered] == [
        "delete ci-old (not-in-manifest) cntr_2"
    ]


def test_a_copy_that_was_busy_is_not_covered_by_an_approved_replace_beside_it() -> None:
    asked = policy(limited=False, window=60)
    busy = row("ci-a", number=2, used_at=USED, unread=True)
    before = plan_of(ONE, state(SMALL, busy), asked)
    assert brief(before) == [
        "create+delete ci-a (field-changed) cntr_1",
        "skip ci-a (duplicate, busy) cntr_2",
    ]
    now = plan_of(ONE, state(good(*RIGHT, number=3), replace(busy, used_at=None)), asked)
    assert [line_of(change) for change in uncovered(before, now).uncovered] == [
        "delete ci-a (duplicate) cntr_2"
    ]


def test_what_was_busy_and_died_is_created() -> None:
    asked = policy(limited=False, window=60)
    before = plan_of(ONE, state(replace(SMALL, used_at=USED)), asked)
    now = plan_of(ONE, state(replace(SMALL, status="expired")), asked)
    assert (len(now.pending), bool(uncovered(before, now))) == (1, False)


def test_the_allowance_covers_what_became_busy_since() -> None:
    asked = policy(limited=False, window=60, allowed=True)
    before, now = (plan_of(ONE, state(replace(SMALL, used_at=used)), asked) for used in (None, USED))
    assert brief(now) == ["create+delete ci-a (field-changed, busy) cntr_1"]
    assert not uncovered(before, now)

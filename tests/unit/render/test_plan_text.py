"""A plan for people. Whole plans stand in tests/scenarios; here is what they must never do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
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
from support.strategies import Case, cases, guards, law, plans

from reconciler.model.digest import plan_digest
from reconciler.model.scope import Limits
from reconciler.model.spec import ReplaceOrder
from reconciler.render.busy_text import duration_text
from reconciler.render.diagnostics_text import diagnostic_lines
from reconciler.render.escape import safe
from reconciler.render.paint import Paint
from reconciler.render.plan_text import plan_lines, refusals, size_text, summary_line

if TYPE_CHECKING:
    from reconciler.model.plan import Plan

MIXED = desired(
    entry("ci-create", declared_file("a.txt")),
    entry("ci-keep", unmanaged=True),
    entry("ci-replace", unmanaged=True, fields=spec("ci-replace", memory_limit="4g")),
    entry("ci-sync", declared_file("a.txt")),
    within=scope(prune=True),
)
LIVE = state(
    row("ci-keep"),
    row("ci-replace", number=2),
    row("ci-sync", number=3),
    row("ci-zdelete", number=4),
    row("ci-keep", number=5),
)


def lines(plan: Plan) -> list[str]:
    """The text of a plan."""
    return list(plan_lines(plan))


def test_what_destroys_comes_first_and_the_count_last() -> None:
    cost, minute = "the declared containers cost $0.63", " (under a minute at 100 a minute)"
    assert lines(plan_of(MIXED, LIVE)) == [
        "  - delete ci-keep (duplicate)  cntr_5",
        "      beside cntr_1, which stays",
        "  - delete ci-zdelete (not-in-manifest)  cntr_4",
        "+/- replace ci-replace (field-changed)  cntr_2",
        "      ! cost: larger than before: 1g → 4g",
        "      ~ memory_limit: 1g → 4g  (forces replacement)",
        "      - files of the old container are lost: none is declared",
        "  ~ sync ci-sync (file-missing)  cntr_3",
        "      + a.txt (5 B)",
        "  + create ci-create (absent)",
        "      ! cost: one more container to pay for",
        "      + a.txt (5 B)",
        "",
        f"Cost: applying sends 15 requests{minute}; {cost} an hour while active (prices of 2026-06).",
        "To review: 2 changes raise the price (cost), by $0.36 an hour.",
        "Target: https://api.openai.com/v1; scope: ci-*.",
        f"Digest: {plan_digest(plan_of(MIXED, LIVE))}",
        "Plan: 1 to create, 1 to replace, 1 to sync, 2 to delete, 1 unchanged.",
    ]


def test_what_is_blocked_comes_before_everything_with_the_reason_and_without_a_price() -> None:
    wanted = replace(MIXED, scope=scope(prune=True, limits=Limits(max_deletes=1)))
    found = lines(plan_of(wanted, LIVE))
    assert found[:5] == [
        "warning: this plan would delete or replace 2 containers; the limit is 1 [blocked-by-limit]",
        (
            "    hint: if that is meant: --allow-deletes 1 --allow-replaces 1; "
            "or set scope.limits.max_deletes to at least 2"
        ),
        "  ! blocked: replace ci-replace (field-changed, blocked-by-limit)  cntr_2",
        "      ~ memory_limit: 1g → 4g  (forces replacement)",
        "  ! blocked: delete ci-zdelete (not-in-manifest, blocked-by-limit)  cntr_4",
    ]
    assert found[-2:] == [
        "Apply refuses the whole plan as long as a part of it is blocked.",
        "Plan: 1 to create, 0 to replace, 1 to sync, 1 to delete, 1 unchanged, 2 blocked.",
    ]
    assert not any(line.startswith("Cost") for line in found)


def test_only_refusals_are_part_of_the_text_other_warnings_are_not() -> None:
    live = state(row("ci-old", status="paused"))
    plan = plan_of(desired(within=scope(prune=True)), live)
    assert {found.code for found in plan.diagnostics} == {"blocked-by-limit", "unknown-status"}
    assert [found.code for found in refusals(plan)] == ["blocked-by-limit"]
    assert not any("unknown status" in line for line in lines(plan))


def test_nothing_to_do_is_one_line() -> None:
    assert lines(plan_of(desired(), state())) == ["No changes."]
    assert lines(plan_of(desired(entry("ci-a", unmanaged=True)), state(row()))) == ["No changes."]


def test_the_two_orders_of_a_replace_look_different() -> None:
    wanted = desired(
        *(
            entry(f"ci-{order.value}", unmanaged=True, order=order, fields=spec(memory_limit="4g"))
            for order in ReplaceOrder
        )
    )
    wanted = replace(
        wanted,
        containers=tuple(
            replace(one, spec=replace(one.spec, name=f"ci-{one.replace.value}")) for one in wanted.containers
        ),
    )
    found = lines(plan_of(wanted, state(row("ci-create_first"), row("ci-delete_first", number=2))))
    assert [line[:3] for line in found if "replace ci-" in line] == ["+/-", "-/+"]


def test_a_file_of_the_same_name_that_goes_does_not_read_as_the_file_going() -> None:
    wanted = desired(entry("ci-a", declared_file("a.txt")))
    live = state(row("ci-a", live_file("a.txt"), live_file("a.txt", b"old", number=2)))
    assert lines(plan_of(wanted, live))[1] == "      - a.txt (3 B), another row of this name stays"


def test_an_undeclared_file_is_shown_beside_a_sync_and_the_right_ones_are_not() -> None:
    wanted = desired(entry("ci-a", declared_file("a.txt"), declared_file("b.txt")))
    live = state(row("ci-a", live_file("a.txt"), live_file("x.txt", number=2)))
    assert lines(plan_of(wanted, live))[1:3] == [
        "      + b.txt (5 B)",
        "      ? x.txt (5 B) is not declared, kept",
    ]


def test_what_is_left_alone_says_how_to_have_it_otherwise() -> None:
    stray = lines(plan_of(desired(), state(row("ci-old"), row("ci-dead", number=2, status="expired"))))
    assert stray[-3:] == [
        "1 container of the scope not declared, and left alone (scope.prune deletes them).",
        "1 expired or deleted row (scope.sweep deletes them).",
        "No changes.",
    ]
    wanted = desired(entry("a", unmanaged=True, fields=spec("a", memory_limit="4g")), within=scope(None))
    foreign = lines(plan_of(wanted, state(row("a"), row("a", number=2, status="expired"))))
    assert foreign[-3:] == [
        "1 container not made by this set, and left alone (--adopt takes them over).",
        "1 expired or deleted row.",
        "No changes.",
    ]


def test_what_is_not_selected_is_only_counted() -> None:
    found = lines(plan_of(MIXED, LIVE, policy("ci-sync")))
    assert found[-5] == "4 containers not selected by --name."
    assert not any("ci-keep" in line or "ci-zdelete" in line for line in found)


def test_sweeping_is_announced() -> None:
    plan = plan_of(
        desired(within=scope(sweep=True)), state(row(status="expired"), row(number=2, status="deleted"))
    )
    assert lines(plan) == [
        "2 expired or deleted rows (swept by apply).",
        "Cost: applying sends 2 requests (under a minute at 100 a minute).",
        "Target: https://api.openai.com/v1; scope: ci-*.",
        "No changes.",
    ]


def test_a_selection_narrows_what_is_swept_and_the_text_says_so() -> None:
    dead = state(row(status="expired"), row("ci-b", number=2, status="expired"))
    plan = plan_of(desired(entry("ci-b"), within=scope(sweep=True)), dead, policy("ci-b"))
    assert "2 expired or deleted rows (apply sweeps those that --name selects)." in lines(plan)
    assert plan.cost.requests == 3, "one create, its closing list, and one of the two rows"


def test_a_replace_says_what_is_lost_with_the_old_container() -> None:
    bigger = spec("ci-a", memory_limit="4g")
    wanted = desired(entry("ci-a", declared_file("a.txt"), fields=bigger))
    assert "      - files of the old container that are not declared are lost" in lines(
        plan_of(wanted, state(row(unread=True)))
    )
    unmanaged = desired(entry("ci-a", unmanaged=True, fields=bigger))
    assert "      - files of the old container are lost: none is declared" in lines(
        plan_of(unmanaged, state(row()))
    )
    waiting = plan_of(unmanaged, state(row(used_at=BORN + 60)), policy(window=60))
    assert not any("lost" in line for line in lines(waiting))


def test_what_waits_says_when_it_was_used_and_how_to_go_on() -> None:
    wanted = desired(entry("ci-a", unmanaged=True, fields=spec("ci-a", memory_limit="4g")))
    live = state(row(used_at=BORN + 60), row(number=2))
    assert lines(plan_of(wanted, live, policy(window=60))) == [
        "  ! withheld: replace ci-a (field-changed, busy)  cntr_1",
        "      ! used 40 s ago; left alone",
        "      ~ memory_limit: 1g → 4g  (forces replacement)",
        "  ! withheld: delete ci-a (duplicate, busy)  cntr_2",
        "      beside cntr_1, which stays",
        "      ! stays until the copy beside it is replaced, which is in use",
        "",
        "2 changes wait until the containers were left alone for 60 s (--allow-busy does not wait).",
        "Plan: 0 to create, 0 to replace, 0 to sync, 0 to delete, 0 unchanged, 2 withheld.",
    ]


def test_what_is_done_although_it_is_busy_says_so() -> None:
    live = state(row("ci-old", used_at=BORN + 60))
    plan = plan_of(desired(entry("ci-a"), within=scope(prune=True)), live, policy(window=7200, allowed=True))
    assert lines(plan)[:2] == [
        "  - delete ci-old (not-in-manifest, busy)  cntr_1",
        "      ! used 40 s ago; not spared (--allow-busy)",
    ]
    assert "Containers used within 2 h are replaced and deleted all the same (--allow-busy)." in lines(plan)


def test_what_nobody_can_rule_out_says_why() -> None:
    wanted = desired(entry("ci-a", unmanaged=True, fields=spec("ci-a", memory_limit="4g")))
    silent = replace(state(row()), containers=(replace(row(), last_active_at=None),))
    timeless = replace(state(row()), date=None)
    found = [lines(plan_of(wanted, live, policy(window=60)))[1] for live in (silent, timeless)]
    assert found == [
        f"      ! in use for all anybody can tell: the server does not say {why}; left alone"
        for why in ("when it was last active", "what time it is")
    ]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7199, "119 min"), (7200, "2 h"), (200_000, "2 d")],
)
def test_durations(seconds: int, text: str) -> None:
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (None, "unknown size"),
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (1024**2, "1.0 MiB"),
        (5 * 1024**3 // 2, "2.5 GiB"),
        (10**15, "931322.6 GiB"),
    ],
)
def test_sizes(size: int | None, text: str) -> None:
    assert size_text(size) == text


@given(plans)
@law
def test_no_plan_breaks_a_line_or_moves_a_cursor(plan: Plan) -> None:
    """A plan file is somebody's word: also what is never hostile in a plan of ours may be in a forged one."""
    for line in (*plan_lines(plan), *diagnostic_lines(plan.diagnostics, Paint())):
        line.encode("utf-8")
        assert len(line.splitlines()) <= 1
        assert line.isprintable()


@given(plans)
@law
def test_colour_says_nothing_that_the_text_does_not(plan: Plan) -> None:
    painted = "\n".join(plan_lines(plan, Paint(enabled=True)))
    for code in ("0", "1", "2", "31", "32", "33", "36"):
        painted = painted.replace(f"\x1b[{code}m", "")
    assert painted == "\n".join(plan_lines(plan))


@given(cases(guard=st.none() | guards))
@law
def test_every_pending_blocked_or_withheld_change_has_its_line(case: Case) -> None:
    plan = plan_of(case.desired, case.live, case.policy)
    found = lines(plan)
    waiting = (*plan.blocked, *plan.protected, *plan.withheld, *plan.spared)
    for change in (*plan.pending, *waiting):
        assert any(safe(change.name) in line and (change.container_id or "") in line for line in found)
    assert found[-1] == summary_line(plan)
    assert (found[-1] == "No changes.") == (not plan.pending and not waiting)


def test_a_million_characters_in_a_name_are_one_readable_line() -> None:
    live = state(row("ci-" + "\u202e" * 1_000_000))
    assert max(map(len, lines(plan_of(desired(), live)))) < 2000

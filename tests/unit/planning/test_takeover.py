"""Which containers the note about taking over names; when it is said stands with the rules of ownership."""

from __future__ import annotations

from support.builders import desired, entry, plan_of, policy, row, scope, spec, state

from reconciler.model.asked import Asked
from reconciler.planning.takeover import MOST_NAMES, takes_over


def test_what_is_changed_kept_or_stands_in_the_way_is_taken_over_and_what_is_left_out_is_not() -> None:
    wanted = desired(
        entry("ci-a", unmanaged=True),
        entry("ci-b", unmanaged=True, fields=spec("ci-b", memory_limit="4g")),
        entry("ci-c", unmanaged=True, fields=spec("ci-c", memory_limit="4g"), prevent_destroy=True),
        entry("ci-d", unmanaged=True),
        entry("ci-e"),
        within=scope(prune=True),
    )
    live = state(*(row(f"ci-{letter}", number=number) for number, letter in enumerate("abcdx", 1)))
    (note,) = takes_over(plan_of(wanted, live, policy(asked=Asked(exclude=("ci-d",)))), (), adopt=False)
    assert note.message.endswith("takes over ci-a (cntr_1), ci-b (cntr_2), ci-c (cntr_3)")


def test_a_fleet_is_counted() -> None:
    names = [f"ci-{number:02d}" for number in range(MOST_NAMES + 5)]
    live = state(*(row(name, number=number) for number, name in enumerate(names)))
    plan = plan_of(desired(*(entry(name, unmanaged=True) for name in names)), live)
    (note,) = takes_over(plan, (), adopt=False)
    assert note.message.endswith("ci-09 (cntr_9) and 5 more")

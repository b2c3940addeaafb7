"""What a plan says of its price."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from support.builders import desired, entry, plan_of, state

from reconciler.model.plan import Cost
from reconciler.render.cost_text import cost_lines
from reconciler.render.plan_text import plan_lines

DOLLARS = "the declared containers cost $1.20 an hour while active (prices of 2026-06)"
PLAN = plan_of(desired(entry("ci-a")), state())


def said(cost: Cost, *, applicable: bool = True) -> str:
    """The line about a cost, empty where there is none."""
    return "".join(cost_lines(replace(PLAN, cost=cost), applicable=applicable))


@pytest.mark.parametrize(
    ("cost", "line"),
    [
        (Cost(43, 0.0), "Cost: applying sends 43 requests."),
        (Cost(1, 0.0, made=1), "Cost: 1 request made, applying sends 1."),
        (
            Cost(43, 1.2, made=12, per_minute=100, prices_of="2026-06"),
            f"Cost: 12 requests made, applying sends 43 (under a minute at 100 a minute); {DOLLARS}.",
        ),
        (
            Cost(100, 0.0, per_minute=100),
            "Cost: applying sends 100 requests (under a minute at 100 a minute).",
        ),
        (
            Cost(101, 0.0, per_minute=100),
            "Cost: applying sends 101 requests (about 2 minutes at 100 a minute).",
        ),
        (
            Cost(11_950, 0.0, per_minute=100),
            "Cost: applying sends 11950 requests (about 2 hours at 100 a minute).",
        ),
        (Cost(0, 0.0, per_minute=100), "Cost: applying sends 0 requests."),
    ],
)
def test_the_price_in_words(cost: Cost, line: str) -> None:
    assert said(cost) == line


def test_a_plan_that_cannot_be_applied_tells_only_what_it_took() -> None:
    assert said(Cost(43, 1.2, made=12, per_minute=100), applicable=False) == "Cost: 12 requests made."
    assert said(Cost(43, 1.2), applicable=False) == ""


def test_where_there_is_nothing_to_do_nothing_more_is_said() -> None:
    quiet = replace(PLAN, changes=(), cost=Cost(0, 0.09, made=101))
    assert list(plan_lines(quiet)) == ["No changes."]

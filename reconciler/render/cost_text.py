"""What a plan costs, for people: requests, minutes at the account's limit, money by the hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.render.escape import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.plan import Cost, Plan

_HOUR = 60
_FROM_HOURS_ON = 120
"""Minutes from which on hours say more."""


def cost_lines(plan: Plan, *, applicable: bool) -> Iterator[str]:
    """Yields what planning took, and what applying takes where the plan can be applied."""
    cost = plan.cost
    made = [] if cost.made is None else [f"{_requests(cost.made)} made"]
    if not applicable:
        if made and not plan.converged:  # who hears that all is well need not hear what it took
            yield f"Cost: {made[0]}."
        return
    sends = f"{cost.requests}" if made else _requests(cost.requests)
    line = ", ".join([*made, f"applying sends {sends}{_duration(cost)}"])
    yield f"Cost: {line}{_dollars(cost)}."


def _requests(number: int) -> str:
    return f"{number} request{'' if number == 1 else 's'}"


def _duration(cost: Cost) -> str:
    minutes = cost.minutes
    if not minutes:
        return ""
    if minutes == 1:
        return f" (under a minute at {cost.per_minute} a minute)"
    if minutes < _FROM_HOURS_ON:
        return f" (about {minutes} minutes at {cost.per_minute} a minute)"
    return f" (about {-(-minutes // _HOUR)} hours at {cost.per_minute} a minute)"


def _dollars(cost: Cost) -> str:
    if not cost.usd_per_hour:
        return ""
    prices = f" (prices of {safe(cost.prices_of, 40)})" if cost.prices_of else ""
    return f"; the declared containers cost ${cost.usd_per_hour:.2f} an hour while active{prices}"

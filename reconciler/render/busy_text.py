"""Who is using what, in words: when a container was used, and what that means for a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.plan import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.plan import Activity, Change, Plan

_UNITS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def duration_text(seconds: int) -> str:
    """Seconds for people, in the largest unit that leaves at least two of it: 90 s, 15 min, 3 h."""
    size, unit = next((pair for pair in _UNITS if seconds >= 2 * pair[0]), _UNITS[-1])
    return f"{seconds // size} {unit}"


def use_text(activity: Activity) -> str:
    """When a container was used, or why nobody can tell."""
    if activity.age is not None:
        return f"used {duration_text(activity.age)} ago"
    if activity.observed_at is None:
        return "in use for all anybody can tell: the server does not say what time it is"
    return "in use for all anybody can tell: the server does not say when it was last active"


def busy_line(change: Change) -> str | None:
    """What a plan says of a change whose container is in use, None of any other."""
    if Reason.BUSY not in change.reasons:
        return None
    if change.activity is None:
        return "stays until the copy beside it is replaced, which is in use"
    if change.withheld:
        return f"{use_text(change.activity)}; left alone"
    return use_text(change.activity) + ("" if change.blocked else "; not spared (--allow-busy)")


def busy_footnotes(plan: Plan) -> Iterator[str]:
    """What is withheld and how to go on, and what a plan may do to containers in use."""
    if plan.busy is None:
        return
    window = duration_text(plan.busy.window)
    if plan.withheld:
        count = len(plan.withheld)
        changes = f"{count} change{' waits' if count == 1 else 's wait'}"
        yield f"{changes} until the containers were left alone for {window} (--allow-busy does not wait)."
    if plan.busy.allowed:
        yield f"Containers used within {window} are replaced and deleted all the same (--allow-busy)."

"""Holding changes back: what a held change looks like, and what waits along with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from reconciler.model.plan import Action, Change, Reason
from reconciler.model.spec import ReplaceOrder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from reconciler.model.asked import Asked

LOSSES = (Action.REPLACE, Action.DELETE)
"""What takes a live container away."""


def held(change: Change, *reasons: Reason) -> Change:
    """The change as a skip that still says what would have changed, and now what stands in the way."""
    return replace(
        change,
        action=Action.SKIP,
        reasons=(*change.reasons, *reasons),
        order=ReplaceOrder.CREATE_FIRST,
    )


def hold(
    changes: tuple[Change, ...], stands_in_the_way: Callable[[Change], bool], *reasons: Reason
) -> tuple[Change, ...]:
    """Holds back the losses that something stands in the way of, with the copies beside them.

    Surplus copies go only once the kept copy is complete. Where its replace is held they are held with it:
    deleting them would leave a name with nothing but the wrong copy.
    """
    judged = tuple(
        held(change, *reasons) if change.action in LOSSES and stands_in_the_way(change) else change
        for change in changes
    )
    kept = (after for before, after in zip(changes, judged, strict=True) if before is not after)
    names = {change.name for change in kept if Reason.DUPLICATE not in change.reasons}
    return hold_copies(judged, names, *reasons)


def hold_copies(changes: tuple[Change, ...], names: Collection[str], *reasons: Reason) -> tuple[Change, ...]:
    """Holds back the surplus copies of some names."""
    return tuple(
        held(change, *reasons) if change.surplus and change.name in names else change for change in changes
    )


def without_deletes(changes: tuple[Change, ...], asked: Asked) -> tuple[Change, ...]:
    """Withholds whatever deletes a container, where that was asked: a replace does, too."""
    if not asked.no_delete:
        return changes
    return tuple(held(change, Reason.FILTERED) if change.action in LOSSES else change for change in changes)

"""Drift for people and cron mails: a line for each thing that moved, and how many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.render.busy_text import use_text
from reconciler.render.escape import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.drift import DriftItem
    from reconciler.render.paint import Paint


def drift_lines(items: tuple[DriftItem, ...], paint: Paint) -> Iterator[str]:
    """Yields the lines of `drift`."""
    for item in items:
        about = f"  {paint('dim', safe(item.container_id, 60))}" if item.container_id else ""
        use = f"  ({use_text(item.activity)})" if item.activity else ""
        left = f"  ({item.left.value})" if item.left else ""
        yield f"{paint('yellow', item.cause.value)} {safe(item.name)}{about}{use}{left}"
    if not items:
        yield "No drift."
    else:
        names = len({item.name for item in items})
        yield f"Drift: {len(items)} in {names} container{'' if names == 1 else 's'}."

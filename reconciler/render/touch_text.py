"""What observing did to containers, in one line."""

from __future__ import annotations


def touched_line(count: int) -> str:
    """Says how many containers a run touched by looking at them."""
    return (
        f"touched {count} container{'' if count == 1 else 's'}: listing or reading files counts as activity"
    )

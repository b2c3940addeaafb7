"""What the last listing left behind for the next one: places from which a list can be read at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page: its id, which a list takes as `after`, and its `created_at` (unix seconds)."""

    id: str
    created_at: int

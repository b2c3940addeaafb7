"""What we did to containers ourselves, so that it is not taken for somebody's use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.memory import Touch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.live import LiveContainer


class Touches:
    """Our operations on containers by the server's time, each by the answer to that very operation."""

    def __init__(self, rows: Mapping[str, LiveContainer]) -> None:
        self._rows = rows
        self.noted: dict[str, Touch] = {}

    def did(self, container_id: str, date: int | None) -> None:
        """Notes an operation that was answered at `date`."""
        if date is None:
            return
        row, earlier = self._rows[container_id], self.noted.get(container_id)
        also = (*earlier.also, earlier.ours) if earlier else ()
        self.noted[container_id] = Touch(date, row.used_at, row.last_active_at, also)

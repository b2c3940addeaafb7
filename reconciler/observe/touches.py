"""What we did to containers ourselves: it is no use by somebody else, and it is said how many it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from reconciler.model.memory import Touch

if TYPE_CHECKING:
    from reconciler.model.live import LiveContainer


class Touches(Struct):
    """Our operations on containers by the server's time, each by the answer to that very operation.

    `listed` are containers whose files were listed; `read` those that were read by their id or downloaded
    from, with the time of the last such answer (None without one).
    """

    noted: dict[str, Touch] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)
    read: dict[str, int | None] = field(default_factory=dict)

    def did_list(self, row: LiveContainer, date: int | None) -> None:
        """Notes a page of a listing of files."""
        self.listed.add(row.id)
        self._note(row, date)

    def did_download(self, row: LiveContainer, date: int | None) -> None:
        """Notes a download."""
        self.read[row.id] = date
        self._note(row, date)

    def did_read(self, container_id: str, date: int | None) -> None:
        """Notes that a container was there when it was asked for by its id."""
        self.read[container_id] = date

    def _note(self, row: LiveContainer, date: int | None) -> None:
        if date is None:
            return
        earlier = self.noted.get(row.id)
        also = (*earlier.also, earlier.ours) if earlier else ()
        self.noted[row.id] = Touch(date, row.used_at, row.last_active_at, also)

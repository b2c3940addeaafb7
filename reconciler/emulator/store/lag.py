"""What lists do not show yet, and what they show still: the lag of a list behind creates and deletes.

Only lists lag; an id is found, or not, at once. Lag is measured by the emulator's clock and remembered by one
server, not by its data file: planted rows are listed at once, and a restart ends it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from reconciler.emulator.store.rows import Container, File

Row = TypeVar("Row", Container, File)


@dataclass(slots=True)
class Durations:
    """How long lists lag, in seconds; of files only where ``files`` says so."""

    create: float = 0.0
    delete: float = 0.0
    files: bool = False


_A_HAIR = 1e-6
"""Sums of unix seconds are no more exact than that."""


class Lag(Generic[Row]):
    """The lag of one kind of lists.

    Attributes:
        active: Whether there is anything to hide or to show.
    """

    def __init__(self, now: Callable[[], float], durations: Durations, *, of_files: bool) -> None:
        self._now = now
        self._durations = durations
        self._of_files = of_files
        self._hidden: dict[str, float] = {}
        self._ghosts: dict[str, tuple[float, Row]] = {}

    def created(self, row_id: str) -> None:
        """A row was created; it is hidden for a while."""
        if self._applies and self._durations.create:
            self._hidden[row_id] = self._now() + self._durations.create

    def deleted(self, row: Row) -> None:
        """A row was deleted; it is shown for a while, unless it never was."""
        hidden = row.id in self.hidden()
        self._hidden.pop(row.id, None)
        if self._applies and self._durations.delete and not hidden:
            self._ghosts[row.id] = (self._now() + self._durations.delete, row)

    @property
    def active(self) -> bool:
        """Whether lists may differ from the truth; cheap, asked by every list."""
        return bool(self._hidden or self._ghosts)

    def hidden(self) -> set[str]:
        """The ids that lists leave out now."""
        now = self._now()
        self._hidden = {row_id: until for row_id, until in self._hidden.items() if now + _A_HAIR < until}
        return set(self._hidden)

    def ghosts(self) -> list[Row]:
        """The deleted rows that lists show now."""
        now = self._now()
        self._ghosts = {row_id: ghost for row_id, ghost in self._ghosts.items() if now + _A_HAIR < ghost[0]}
        return [row for _, row in self._ghosts.values()]

    def ghost(self, row_id: str) -> Row | None:
        """The deleted row of an id, as long as lists show it."""
        return next((row for row in self.ghosts() if row.id == row_id), None) if self._ghosts else None

    def next_seq(self, seq: int) -> int:
        """A number for a new row that no row shown has: numbers of deleted rows are given again."""
        return max((seq, *(row.seq + 1 for row in self.ghosts()))) if self._ghosts else seq

    def clear(self) -> None:
        """Forget everything: lists tell the truth."""
        self._hidden.clear()
        self._ghosts.clear()

    @property
    def _applies(self) -> bool:
        return self._durations.files or not self._of_files


def merge(
    rows: list[Row], ghosts: list[Row], *, descending: bool, after: tuple[int, int] | None
) -> list[Row]:
    """A page's rows and the ghosts behind its cursor, in order; the caller cuts it to size."""

    def position(row: Row) -> tuple[int, int]:
        return (-row.created_at, -row.seq) if descending else (row.created_at, row.seq)

    first = (-after[0], -after[1]) if after is not None and descending else after
    rows = rows + [ghost for ghost in ghosts if first is None or position(ghost) > first]
    return sorted(rows, key=position)

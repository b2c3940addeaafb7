"""Listings of files, and what is known of whether a server moves `last_active_at` (`model.touching`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, convert
from msgspec.json import Decoder, encode

from reconciler.ledger.digests import AT_ONCE
from reconciler.ledger.rows import number, text
from reconciler.model.live import LiveFile
from reconciler.model.touching import Conduct, Observation, OwnTouch

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from reconciler.ledger.store import Part


_FILES = Decoder(tuple[LiveFile, ...])


class _Row(Struct, array_like=True, forbid_unknown_fields=True, gc=False):
    """A row of the table; whatever is of another kind was not written by us."""

    id: str
    active: int
    date: int | None
    seen: int | None
    ours: int | None
    settled: int
    again: int
    files: str


class Observations:
    """The listings of one target."""

    def __init__(self, part: Part) -> None:
        self._part = part

    def of(self, container_ids: Iterable[str]) -> tuple[Observation, ...]:
        """What is remembered of these containers."""
        ids = list(container_ids)
        nothing: tuple[Observation, ...] = ()
        return self._part.read(lambda db, target: tuple(_of(db, target, ids)), nothing)

    def keep(self, found: Iterable[Observation]) -> None:
        """Notes listings, instead of what was noted of the same containers."""
        written = ((each, _written(each.files)) for each in found)
        self._part.all(
            "INSERT OR REPLACE INTO observation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (each.id, each.active, each.date, each.seen, each.ours, each.settled, each.again, files)
                for each, files in written
                if files is not None
            ),
        )

    def forget(self, container_ids: Iterable[str]) -> None:
        """Forgets listings: something else was done there, or is about to be."""
        ids = [(each,) for each in container_ids]
        self._part.all("DELETE FROM observation WHERE target = ? AND id = ?", ids)

    def conduct(self) -> Conduct:
        """What is known of the server."""
        return self._part.read(conduct_of, Conduct())

    def learn(self, conduct: Conduct) -> None:
        """Notes what is known of the server; what makes careful stays, whoever noted it meanwhile."""
        values = (conduct.own_touch.value, conduct.distrusted)
        self._part.all(
            "INSERT INTO conduct VALUES (?, ?, ?) ON CONFLICT (target) DO UPDATE SET "
            "own_touch = CASE own_touch WHEN 'no' THEN own_touch ELSE excluded.own_touch END, "
            "distrusted = max(distrusted, excluded.distrusted)",
            [values],
        )


def _written(files: tuple[LiveFile, ...]) -> str | None:
    """Files as JSON; None for names with half a surrogate pair, which are listed again."""
    try:
        return encode(files).decode()
    except UnicodeEncodeError:
        return None


def conduct_of(db: sqlite3.Connection, target: int) -> Conduct:
    """What is known of the server of a target."""
    query = "SELECT own_touch, distrusted FROM conduct WHERE target = ?"
    found = db.execute(query, (target,)).fetchone()
    return Conduct(OwnTouch(text(found[0])), bool(number(found[1]))) if found else Conduct()


def _of(db: sqlite3.Connection, target: int, ids: list[str]) -> Iterator[Observation]:
    columns = "id, active, date, seen, ours, settled, again, files"
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        marks = ", ".join("?" for _ in some)
        query = f"SELECT {columns} FROM observation WHERE target = ? AND id IN ({marks})"  # noqa: S608 - question marks
        for row in convert(db.execute(query, (target, *some)).fetchall(), list[_Row]):
            settled, again, files = bool(row.settled), bool(row.again), _FILES.decode(row.files)
            yield Observation(row.id, row.active, row.date, row.seen, row.ours, settled, again, files)

"""Listings of files, and what is known of whether a server moves `last_active_at` (`model.touching`)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from reconciler.ledger.digests import AT_ONCE
from reconciler.ledger.rows import maybe, number, text
from reconciler.model.live import LiveFile, base_name
from reconciler.model.spec import FileSpec
from reconciler.model.touching import Conduct, Observation, OwnTouch

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from reconciler.ledger.store import Part


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
        self._part.all(
            "INSERT OR REPLACE INTO observation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    each.id,
                    each.active,
                    each.date,
                    each.seen,
                    each.ours,
                    each.settled,
                    each.again,
                    json.dumps([_values(file) for file in each.files], separators=(",", ":")),
                )
                for each in found
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


def _values(file: LiveFile) -> list[object]:
    return [file.id, file.path, file.source, file.created_at, file.spec.bytes, file.spec.sha256]


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
        for each, active, date, seen, ours, settled, again, files in db.execute(query, (target, *some)):
            yield Observation(
                text(each),
                number(active),
                maybe(date),
                maybe(seen),
                maybe(ours),
                bool(number(settled)),
                bool(number(again)),
                _files(text(files)),
            )


def _files(written: str) -> tuple[LiveFile, ...]:
    try:
        rows = json.loads(written)
    except RecursionError as error:
        raise ValueError("a list nested too deep") from error
    return tuple(_file(row) for row in rows)


def _file(row: list[Any]) -> LiveFile:
    identifier, path, source, created_at, size, sha256 = row
    digest = None if sha256 is None else text(sha256)
    return LiveFile(
        text(identifier),
        text(path),
        text(source),
        number(created_at),
        FileSpec(base_name(path), maybe(size), digest),
    )

"""Transactions that never fail a run: a file that is out of reach is given up with one warning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from reconciler.ledger.file import damaged, open_file, reason, take_away
from reconciler.ledger.schema import tidy

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

    from reconciler.model.plan import Target

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ledger is kept; `own` says that nobody else has any business there."""

    path: Path
    own: bool = False


class Store:
    """One target's part of a ledger's file. Several processes may use the file at once.

    A file that cannot be written (locked, read-only, full disk) is still read; one that proves damaged is
    begun anew.
    """

    def __init__(self, place: Place, target: Target, warn: Callable[[str], None]) -> None:
        self._place = place
        self._names = (target.url, target.organization or "", target.project or "")
        self._warn: Callable[[str], None] | None = warn
        self._writable = True
        self._number: int | None = None
        self._db = open_file(place.path, self._tell, own=place.own)

    def close(self) -> None:
        """Closes the file; what is kept of the past is bounded here."""
        if self._number:
            self.write(tidy)
        if self._db is not None:
            self._db.close()
            self._db = None

    def read(self, work: Callable[[sqlite3.Connection, int], _Value], otherwise: _Value) -> _Value:
        """Calls `work` with the file and the target's number in it, 0 where it was never written about."""
        import sqlite3  # noqa: PLC0415 - loaded where a file is open

        if self._db is None:
            return otherwise
        try:
            return work(self._db, self._target(self._db))
        except (sqlite3.Error, ValueError, TypeError) as error:
            self._failed(error)
            return otherwise

    def write(self, work: Callable[[sqlite3.Connection, int], object]) -> None:
        """Calls `work` likewise, in a transaction of its own."""
        import sqlite3  # noqa: PLC0415 - as above

        if self._db is None or not self._writable:
            return
        try:
            self._db.execute("BEGIN IMMEDIATE")
            work(self._db, self._target(self._db) or self._new_target(self._db))
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._failed(error)

    def _target(self, db: sqlite3.Connection) -> int:
        if self._number is None:
            found = db.execute(
                "SELECT id FROM target WHERE url = ? AND organization = ? AND project = ?", self._names
            ).fetchone()
            self._number = found[0] if found else None
        return self._number or 0

    def _new_target(self, db: sqlite3.Connection) -> int:
        row = db.execute(
            "INSERT INTO target (url, organization, project) VALUES (?, ?, ?) RETURNING id", self._names
        ).fetchone()
        self._number = int(row[0])
        return self._number

    def _failed(self, error: Exception) -> None:
        import sqlite3  # noqa: PLC0415 - as above

        self._number = None
        if damaged(error) or not isinstance(error, sqlite3.Error):
            self._begin_anew()
        else:
            self._only_read(error)

    def _begin_anew(self) -> None:
        self._tell(f"the ledger {self._place.path} was damaged; a new one was begun")
        if self._db is not None:
            self._db.close()
            self._db = None
        try:
            take_away(self._place.path)
        except OSError:
            return
        self._db = open_file(self._place.path, self._tell, own=self._place.own)

    def _only_read(self, error: Exception) -> None:
        import sqlite3  # noqa: PLC0415 - as above

        self._writable = False
        self._tell(
            f"nothing can be noted in the ledger {self._place.path} ({reason(error)}); going on without"
        )
        if self._db is not None and self._db.in_transaction:
            try:
                self._db.execute("ROLLBACK")
            except sqlite3.Error:
                self._db.close()
                self._db = None

    def _tell(self, text: str) -> None:
        """One warning is enough."""
        if self._warn is not None:
            self._warn(text)
            self._warn = None

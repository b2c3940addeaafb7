"""Transactions that never fail a run: a file that is out of reach is given up with one warning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from reconciler.ledger.file import BUSY_SECONDS, damaged, open_file, reason, take_away
from reconciler.ledger.schema import tidy

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

    from reconciler.model.plan import Target

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ledger is kept.

    `own` says that nobody else has any business there; `busy_seconds` how long others may hold the file.
    """

    path: Path
    own: bool = False
    busy_seconds: float = BUSY_SECONDS


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
        self._untidy = False
        self._db = self._open()

    def close(self) -> None:
        """Closes the file; what is kept of the past is bounded here."""
        if self._untidy:
            self.write(tidy)
        if self._db is not None:
            self._db.close()
            self._db = None

    def read(self, work: Callable[[sqlite3.Connection, int], _Value], otherwise: _Value) -> _Value:
        """Calls `work` with the file and the target's number in it, 0 where it was never written about.

        Values that no version of this program can have written (ValueError, TypeError) are damage too.
        """
        import sqlite3  # noqa: PLC0415 - loaded where a file is open

        if self._db is None:
            return otherwise
        try:
            return work(self._db, self._target(self._db))
        except (ValueError, TypeError):
            self._begin_anew()
        except sqlite3.Error as error:
            self._failed(error)
        return otherwise

    def write(self, work: Callable[[sqlite3.Connection, int], object]) -> None:
        """Calls `work` likewise, in a transaction of its own; once more where the file was made anew."""
        if not self._written(work):
            self._written(work)

    def _written(self, work: Callable[[sqlite3.Connection, int], object]) -> bool:
        """Tells whether there is no use in trying again."""
        import sqlite3  # noqa: PLC0415 - as above

        if self._db is None or not self._writable:
            return True
        try:
            self._db.execute("BEGIN IMMEDIATE")
            work(self._db, self._target(self._db) or self._new_target(self._db))
            self._db.execute("COMMIT")
        except (sqlite3.Error, UnicodeDecodeError) as error:
            return not self._failed(error)
        except (ValueError, OverflowError) as error:  # half a surrogate pair, a number of more than 64 bits
            self._tell(f"something cannot be noted in the ledger {self._place.path} ({error})")
            self._roll_back()
        except BaseException:
            self._roll_back()
            raise
        self._untidy = True
        return True

    def _open(self) -> sqlite3.Connection | None:
        place = self._place
        return open_file(place.path, self._tell, own=place.own, busy_seconds=place.busy_seconds)

    def _target(self, db: sqlite3.Connection) -> int:
        """Asked in every transaction: `ledger clear` may have given the number to another target."""
        found = db.execute(
            "SELECT id FROM target WHERE url = ? AND organization = ? AND project = ?", self._names
        ).fetchone()
        return found[0] if found else 0

    def _new_target(self, db: sqlite3.Connection) -> int:
        query = "INSERT INTO target (url, organization, project) VALUES (?, ?, ?)"
        return db.execute(query, self._names).lastrowid or 0

    def _failed(self, error: Exception) -> bool:
        """Gives up what cannot be had any more; tells whether there is a new file."""
        if damaged(error):
            self._begin_anew()
            return True
        self._writable = False
        self._tell(
            f"nothing can be noted in the ledger {self._place.path} ({reason(error)}); going on without"
        )
        self._roll_back()
        return False

    def _begin_anew(self) -> None:
        self._tell(f"the ledger {self._place.path} was damaged; a new one was begun")
        if self._db is not None:
            self._db.close()
            self._db = None
        try:
            take_away(self._place.path)
        except OSError:
            return
        self._db = self._open()

    def _roll_back(self) -> None:
        import sqlite3  # noqa: PLC0415 - as above

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

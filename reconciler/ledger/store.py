"""Transactions that never fail a run: a file that is out of reach is given up with one warning."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from reconciler.ledger.bounds import bound, tidy, tidy_target
from reconciler.ledger.file import BUSY_SECONDS, damaged, open_file, reason, take_away

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from reconciler.model.plan import Target

_Value = TypeVar("_Value")


class Place(Struct, frozen=True):
    """Where a ledger is kept.

    `own` says that nobody else has any business there; `busy_seconds` how long others may hold the file.
    """

    path: Path
    own: bool = False
    busy_seconds: float = BUSY_SECONDS


class Store:
    """A ledger's file, opened or made when it is first used. Several processes may use it at once.

    A file that cannot be written (locked, read-only, full disk) is still read; one that proves damaged is
    begun anew.
    """

    def __init__(self, place: Place, warn: Callable[[str], None]) -> None:
        self._place = place
        self._warn: Callable[[str], None] | None = warn
        self._writable = True
        self._untidy = False
        self._opened = False
        self._db: sqlite3.Connection | None = None

    def close(self) -> None:
        """Closes the file; what is kept of the past is bounded here. May be called again."""
        if self._untidy and self._db is not None:
            self.write(tidy)
            self._bound()
        self._opened = True
        if self._db is not None:
            self._db.close()
            self._db = None

    def read(self, work: Callable[[sqlite3.Connection], _Value], otherwise: _Value) -> _Value:
        """Calls `work` with the file.

        Values that no version of this program can have written (ValueError, TypeError) are damage too.
        """
        import sqlite3  # noqa: PLC0415 - loaded where a file is open

        db = self._open()
        if db is None:
            return otherwise
        try:
            return work(db)
        except (ValueError, TypeError):
            self._begin_anew()
        except sqlite3.Error as error:
            self._failed(error)
        return otherwise

    def write(self, work: Callable[[sqlite3.Connection], object]) -> None:
        """Calls `work` likewise, in a transaction of its own; once more where the file was made anew."""
        if not self._written(work):
            self._written(work)

    def _written(self, work: Callable[[sqlite3.Connection], object]) -> bool:
        """Tells whether there is no use in trying again."""
        import sqlite3  # noqa: PLC0415 - as above

        db = self._open()
        if db is None or not self._writable:
            return True
        try:
            db.execute("BEGIN IMMEDIATE")
            work(db)
            db.execute("COMMIT")
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

    def _bound(self) -> None:
        """Keeps the file small enough to travel; one that somebody else uses just now stays as it is."""
        import sqlite3  # noqa: PLC0415 - as above

        if self._db is not None and self._writable:
            with suppress(sqlite3.Error):
                bound(self._db)

    def _open(self) -> sqlite3.Connection | None:
        """The file, None where there is none to be had."""
        if not self._opened:
            self._opened = True
            place = self._place
            self._db = open_file(place.path, self._tell, own=place.own, busy_seconds=place.busy_seconds)
        return self._db

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
        self._opened = False

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


class Part:
    """What a ledger's file holds about one target; of no file it is nothing, and takes every note."""

    def __init__(self, store: Store | None, target: Target | None = None) -> None:
        self._store = store if target is not None else None
        names = (target.url, target.organization or "", target.project or "") if target else ()
        self._names: tuple[str, ...] = names
        self._untidy = False

    def close(self) -> None:
        """Closes the whole file."""
        if self._store is None:
            return
        if self._untidy:
            self.write(tidy_target)
        self._store.close()

    def read(self, work: Callable[[sqlite3.Connection, int], _Value], otherwise: _Value) -> _Value:
        """Calls `work` with the file and the target's number in it, 0 where it was never written about."""
        if self._store is None:
            return otherwise
        return self._store.read(lambda db: work(db, self._target(db)), otherwise)

    def write(self, work: Callable[[sqlite3.Connection, int], object]) -> None:
        """Calls `work` likewise, in a transaction of its own."""
        if self._store is not None:
            self._store.write(lambda db: work(db, self._target(db) or self._new_target(db)))
            self._untidy = True

    def all(self, query: str, values: Iterable[tuple[object, ...]]) -> None:
        """Does one statement for every row in one transaction; the target is each row's first value."""
        if rows := list(values):
            self.write(lambda db, target: db.executemany(query, [(target, *row) for row in rows]))

    def _target(self, db: sqlite3.Connection) -> int:
        """Asked in every transaction: `ledger clear` may have given the number to another target."""
        found = db.execute(
            "SELECT id FROM target WHERE url = ? AND organization = ? AND project = ?", self._names
        ).fetchone()
        return found[0] if found else 0

    def _new_target(self, db: sqlite3.Connection) -> int:
        query = "INSERT INTO target (url, organization, project) VALUES (?, ?, ?)"
        return db.execute(query, self._names).lastrowid or 0

"""The data file: opened, recognised, created, and written in transactions.

Write-ahead logging with ``synchronous = NORMAL``: a commit is in the file system before it is acknowledged,
so killing the process loses nothing, without a disk flush for each request. (A power cut may lose the last
commits; an emulator's data is worth that.) There is one connection per server, used from the server's loop
alone, so no transaction may contain an ``await``.
"""

import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any

from reconciler.emulator.errors import EmulatorError
from reconciler.emulator.store.schema import APPLICATION_ID, FORMAT, FROM_1, STATEMENTS

_BUSY_SECONDS = 10.0
_STALE_UPLOAD_SECONDS = 86_400.0


class Database:
    """One connection to a data file, in autocommit mode outside of ``transaction``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def one(self, sql: str, values: Iterable[Any] = ()) -> Any:
        """The first row, as a tuple, or ``None``."""
        return self._connection.execute(sql, tuple(values)).fetchone()

    def all(self, sql: str, values: Iterable[Any] = ()) -> list[Any]:
        """Every row, as tuples."""
        return self._connection.execute(sql, tuple(values)).fetchall()

    def run(self, sql: str, values: Iterable[Any] = ()) -> sqlite3.Cursor:
        """Execute a statement; the cursor tells ``lastrowid`` and ``rowcount``."""
        return self._connection.execute(sql, tuple(values))

    @contextmanager
    def transaction(self, kind: str = "IMMEDIATE") -> Iterator[None]:
        """All of the block or none of it, alone among the processes that share the file.

        A ``DEFERRED`` one that only reads sees one instant of the file, and keeps nobody from writing.
        """
        self._connection.execute(f"BEGIN {kind}")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the connection; the last one to close folds the write-ahead log into the file."""
        self._connection.close()

    def identity(self) -> str:
        """The random id of this data, 32 hex digits, which outlives ports and processes."""
        return str(self.one("SELECT value FROM meta WHERE key = 'identity'")[0])


def open_database(path: Path | None) -> Database:
    """Open a data file, creating it and its folder if needed; ``None`` opens one in memory.

    Raises:
        EmulatorError: The file cannot be opened or written, is no data file of the emulator, or is of a newer
            format.
    """
    try:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            ":memory:" if path is None else path,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
    except (OSError, sqlite3.Error) as error:
        raise EmulatorError(f"cannot open the data file {path}: {error}") from error
    try:
        return _prepare(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise EmulatorError(f"cannot use the data file {path}: {error}") from error
    except EmulatorError:
        connection.close()
        raise


def _prepare(connection: sqlite3.Connection, path: Path | None) -> Database:
    database = Database(connection)
    with database.transaction("DEFERRED"):  # the marks of one instant: another process may be creating them
        _check_marks(database, path)
    if path is not None:
        _use_write_ahead_log(database)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    with database.transaction():
        if _check_marks(database, path):
            _create(database)
        elif database.one("PRAGMA user_version")[0] < FORMAT:
            _upgrade(database)
        _drop_stale_uploads(database)
    return database


def _check_marks(database: Database, path: Path | None) -> bool:
    """Whether the file is empty and wants tables.

    Raises:
        EmulatorError: It belongs to another program or to a newer version.
    """
    application = database.one("PRAGMA application_id")[0]
    version = database.one("PRAGMA user_version")[0]
    if application == APPLICATION_ID:
        if version > FORMAT:
            raise EmulatorError(
                f"the data file {path} has format {version}, and this version reads up to {FORMAT}: "
                "use a newer reconciler, or another file"
            )
        return False
    if application or version or database.one("SELECT 1 FROM sqlite_master"):
        raise EmulatorError(f"{path} is a database of another program, not a data file of the emulator")
    return True


def _use_write_ahead_log(database: Database) -> None:
    """Switch the journal; SQLite asks for the whole file and does not wait for it, so this does."""
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            database.run("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.005)
        else:
            return


def _create(database: Database) -> None:
    for statement in STATEMENTS:
        database.run(statement)
    database.run("INSERT INTO meta VALUES ('identity', ?)", [token_hex(16)])


def _upgrade(database: Database) -> None:
    for statement in FROM_1:
        database.run(statement)


def _drop_stale_uploads(database: Database) -> None:
    """Remove the bytes of uploads that a kill cut short; a young one may be another process's."""
    database.run("DELETE FROM blob WHERE staged_at < ?", [time.time() - _STALE_UPLOAD_SECONDS])

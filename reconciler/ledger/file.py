"""Opening the ledger's file, whatever state it is in: every way it can be broken ends in one warning.

The journal is SQLite's own, rolled back after a kill, and nothing is waited for to reach the disk: a process
that dies loses nothing, a power cut may cost the ledger, which is disposable. One file, and none beside it
once it is closed, so that it can travel as a CI cache.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from reconciler.ledger.schema import APPLICATION_ID, ForeignFile, MalformedFile, NewerFile, OlderFile, prepare

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

BUSY_SECONDS = 2.0
"""How long another process may hold the file; its transactions take less than a millisecond."""

APPLICATION_AT = 68
"""Offset of the application id in the header (https://www.sqlite.org/fileformat.html)."""


def open_file(
    path: Path, warn: Callable[[str], None], *, own: bool, busy_seconds: float = BUSY_SECONDS
) -> sqlite3.Connection | None:
    """Opens or makes a ledger.

    Args:
        path: its file; folders above it are made.
        warn: told in one sentence where there will be no ledger, or a new one.
        own: nobody else has any business at this path, so whatever is damaged there is ours.
        busy_seconds: how long to wait for another process.

    Returns:
        None where nothing can be remembered.
    """
    import sqlite3  # noqa: PLC0415 - `validate` and `--version` never come here

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return _connect(path, busy_seconds)
        except (sqlite3.Error, MalformedFile, UnicodeDecodeError) as error:
            if not (damaged(error) and ours(path, own=own)):
                raise
            take_away(path)
            fresh = _connect(path, busy_seconds)
            how = "of an earlier version" if isinstance(error, OlderFile) else "damaged"
            warn(f"the ledger {path} was {how}; a new one was begun")
            return fresh
    except ForeignFile:
        warn(f"{path} is a database and no ledger; going on without one")
    except NewerFile:
        warn(f"the ledger {path} was made by a newer version; going on without it")
    except (sqlite3.Error, MalformedFile, UnicodeDecodeError, OSError) as error:
        warn(f"no ledger can be kept at {path} ({reason(error)}); going on without one")
    return None


def open_existing(path: Path, *, writable: bool, busy_seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
    """Opens a file that is there, changing nothing about what it holds; it may hold anything.

    To read, it is opened for writing all the same where that is allowed: a transaction that a kill cut off
    has to be rolled back first.

    Raises:
        sqlite3.Error, OSError: it cannot be opened.
    """
    import sqlite3  # noqa: PLC0415 - as above

    _be_regular(path)
    uri = f"{path.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(uri, timeout=busy_seconds, isolation_level=None, uri=True)
    if not writable:
        connection.execute("PRAGMA query_only = ON")
    return connection


def damaged(error: Exception) -> bool:
    """Tells whether a file is no database, or malformed, or holds what cannot be; not merely out of reach.

    What SQLite itself reports carries its code; text that is no UTF-8 is found by Python, and has none. Where
    SQLite's own message repeats such text, there is no other error than UnicodeDecodeError.
    """
    import sqlite3  # noqa: PLC0415 - as above

    undecodable = type(error) is sqlite3.OperationalError and not hasattr(error, "sqlite_errorcode")
    return type(error) in {sqlite3.DatabaseError, OlderFile, MalformedFile, UnicodeDecodeError} or undecodable


def ours(path: Path, *, own: bool) -> bool:
    """Tells whether a damaged file may be deleted: nothing else belongs there, or it bears our id.

    Raises:
        OSError: it cannot be read.
    """
    if own:
        return True
    with path.open("rb") as file:
        head = file.read(APPLICATION_AT + 4)
    return head[APPLICATION_AT:] == APPLICATION_ID.to_bytes(4, "big")


def take_away(path: Path) -> None:
    """Deletes a damaged ledger with the journal that belongs to it, which must never meet another file.

    Raises:
        OSError: it stays.
    """
    real = type(path)(os.path.realpath(path))  # the journal lies beside the file that a link leads to
    for name in (f"{real.name}-journal", f"{real.name}-wal", f"{real.name}-shm", real.name):
        real.with_name(name).unlink(missing_ok=True)


def reason(error: Exception) -> str:
    """What went wrong, in the words of the system."""
    return getattr(error, "strerror", None) or str(error)


def _connect(path: Path, busy_seconds: float) -> sqlite3.Connection:
    import sqlite3  # noqa: PLC0415 - as above

    if not path.exists():
        path.touch(mode=0o600)
    _be_regular(path)
    connection = sqlite3.connect(path.absolute(), timeout=busy_seconds, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = OFF")
        prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _be_regular(path: Path) -> None:
    """SQLite would wait at a pipe for ever, and write a journal beside a device."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "not a regular file")

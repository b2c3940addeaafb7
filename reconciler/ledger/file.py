"""Opening the ledger's file, whatever state it is in: every way it can be broken ends in one warning.

The journal is SQLite's own, rolled back after a kill, and nothing is waited for to reach the disk: a process
that dies loses nothing, a power cut may cost the ledger, which is disposable. One file, and none beside it
once it is closed, so that it can travel as a CI cache.
"""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from reconciler.ledger.schema import APPLICATION_ID, ForeignFile, NewerFile, prepare

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

BUSY_SECONDS = 2.0
"""How long another process may hold the file; its transactions take less than a millisecond."""

APPLICATION_AT = 68
"""Offset of the application id in the header (https://www.sqlite.org/fileformat.html)."""


def open_file(path: Path, warn: Callable[[str], None], *, own: bool) -> sqlite3.Connection | None:
    """Opens or makes a ledger.

    Args:
        path: its file; folders above it are made.
        warn: told in one sentence where there will be no ledger, or a new one.
        own: nobody else has any business at this path, so whatever is damaged there is ours.

    Returns:
        None where nothing can be remembered.
    """
    import sqlite3  # noqa: PLC0415 - `validate` and `--version` never come here

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return _connect(path)
        except sqlite3.DatabaseError as error:
            if not damaged(error) or not (own or _bears_our_id(path)):
                raise
            take_away(path)
            warn(f"the ledger {path} was damaged; a new one was begun")
            return _connect(path)
    except ForeignFile:
        warn(f"{path} is a database and no ledger; going on without one")
    except NewerFile:
        warn(f"the ledger {path} was made by a newer version; going on without it")
    except (sqlite3.Error, OSError) as error:
        warn(f"no ledger can be kept at {path} ({reason(error)}); going on without one")
    return None


def damaged(error: Exception) -> bool:
    """Tells whether SQLite says that a file is no database or malformed, and not merely out of reach."""
    import sqlite3  # noqa: PLC0415 - as above

    return type(error) is sqlite3.DatabaseError


def take_away(path: Path) -> None:
    """Deletes a damaged ledger with the journal that belongs to it, which must never meet another file.

    Raises:
        OSError: it stays.
    """
    for name in (f"{path.name}-journal", f"{path.name}-wal", f"{path.name}-shm", path.name):
        path.with_name(name).unlink(missing_ok=True)


def reason(error: Exception) -> str:
    """What went wrong, in the words of the system."""
    return getattr(error, "strerror", None) or str(error)


def _connect(path: Path) -> sqlite3.Connection:
    import sqlite3  # noqa: PLC0415 - as above

    new = not path.exists()
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        if new:
            path.chmod(stat.S_IRUSR | stat.S_IWUSR)
        connection.execute("PRAGMA synchronous = OFF")
        prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _bears_our_id(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(APPLICATION_AT + 4)
    return head[APPLICATION_AT:] == APPLICATION_ID.to_bytes(4, "big")

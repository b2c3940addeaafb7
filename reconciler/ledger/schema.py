"""The ledger's file: SQLite with an id of its own and a version, so that nothing else is taken for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

APPLICATION_ID = 0x5265_636F
"""`Reco`; SQLite keeps it in the file's header (https://www.sqlite.org/pragma.html#pragma_application_id)."""

VERSION = 1

TABLES = """
CREATE TABLE target (
  id INTEGER PRIMARY KEY,
  url TEXT NOT NULL, organization TEXT NOT NULL, project TEXT NOT NULL,
  lag_seen REAL NOT NULL DEFAULT 0,
  UNIQUE (url, organization, project)
);
CREATE TABLE intent (
  target INTEGER NOT NULL, name TEXT NOT NULL, date INTEGER,
  PRIMARY KEY (target, name)
) WITHOUT ROWID;
CREATE TABLE birth (
  target INTEGER NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, date INTEGER,
  PRIMARY KEY (target, id)
) WITHOUT ROWID;
CREATE TABLE tombstone (
  target INTEGER NOT NULL, id TEXT NOT NULL, date INTEGER,
  PRIMARY KEY (target, id)
) WITHOUT ROWID;
CREATE TABLE touch (
  target INTEGER NOT NULL, id TEXT NOT NULL, ours INTEGER NOT NULL, theirs INTEGER,
  PRIMARY KEY (target, id)
) WITHOUT ROWID;
CREATE TABLE prefix (
  target INTEGER NOT NULL, prefix TEXT NOT NULL, exclude TEXT NOT NULL, seen_at TEXT NOT NULL,
  PRIMARY KEY (target, prefix)
) WITHOUT ROWID;
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  target INTEGER NOT NULL, started_at TEXT NOT NULL, seconds REAL NOT NULL,
  command TEXT NOT NULL, scope TEXT NOT NULL, exit_code INTEGER NOT NULL,
  applied INTEGER NOT NULL, failed INTEGER NOT NULL, undone INTEGER NOT NULL,
  requests INTEGER NOT NULL, digest TEXT NOT NULL, tool_version TEXT NOT NULL
);
"""

KEPT_RUNS = 1000
KEPT_TOUCHES = 100_000
KEPT_TOMBSTONES = 10_000
"""What is kept of each target's kind; the oldest goes first."""


class ForeignFile(Exception):
    """A file that is no ledger; it may be somebody's, and is left alone."""


class NewerFile(Exception):
    """A ledger that a newer version made; it is left alone."""


def prepare(connection: sqlite3.Connection) -> None:
    """Makes the tables of an empty file, and checks that any other is a ledger of this version.

    Raises:
        ForeignFile: it is some other database.
        NewerFile: see there.
        sqlite3.Error: it is damaged, locked, or cannot be written.
    """
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if tables and application != APPLICATION_ID:
        raise ForeignFile
    if version > VERSION:
        raise NewerFile
    if not tables:
        _create(connection)


def _create(connection: sqlite3.Connection) -> None:
    """All or nothing: a process that dies here, or another that does the same, leaves no half of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,):
            for statement in filter(str.strip, TABLES.split(";")):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def tidy(connection: sqlite3.Connection, target: int) -> None:
    """Lets the oldest go, so that the file stays small."""
    for table, column, kept in (
        ("run", "id", KEPT_RUNS),
        ("touch", "ours", KEPT_TOUCHES),
        ("tombstone", "date", KEPT_TOMBSTONES),
    ):
        connection.execute(
            f"DELETE FROM {table} WHERE target = ?1 AND {column} <= "  # noqa: S608 - names from the lines above
            f"(SELECT {column} FROM {table} WHERE target = ?1 ORDER BY {column} DESC LIMIT 1 OFFSET ?2)",
            (target, kept),
        )

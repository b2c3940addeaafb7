"""The ledger's file: SQLite with an id of its own and a version, so that nothing else is taken for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

APPLICATION_ID = 0x5265_636F
"""`Reco`; SQLite keeps it in the file's header (https://www.sqlite.org/pragma.html#pragma_application_id)."""

VERSION = 9

TABLES = """
CREATE TABLE target (
  id INTEGER PRIMARY KEY,
  url TEXT NOT NULL, organization TEXT NOT NULL, project TEXT NOT NULL,
  lag_seen REAL NOT NULL DEFAULT 0, used INTEGER NOT NULL DEFAULT 0,
  UNIQUE (url, organization, project)
);
CREATE TABLE intent (
  target INTEGER NOT NULL, name TEXT NOT NULL, date INTEGER, known TEXT NOT NULL,
  PRIMARY KEY (target, name)
) WITHOUT ROWID;
CREATE TABLE birth (
  target INTEGER NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, date INTEGER,
  PRIMARY KEY (target, id)
) WITHOUT ROWID;
CREATE TABLE sending (
  target INTEGER NOT NULL, id TEXT NOT NULL, path TEXT NOT NULL, date INTEGER,
  PRIMARY KEY (target, id, path)
) WITHOUT ROWID;
CREATE TABLE doomed (
  target INTEGER NOT NULL, id TEXT NOT NULL,
  PRIMARY KEY (target, id)
) WITHOUT ROWID;
CREATE TABLE tombstone (
  target INTEGER NOT NULL, id TEXT NOT NULL, date INTEGER,
  PRIMARY KEY (target, id)
) WITHOUT ROWID;
CREATE TABLE touch (
  target INTEGER NOT NULL, id TEXT NOT NULL, ours INTEGER NOT NULL, theirs INTEGER, before INTEGER,
  also TEXT NOT NULL,
  PRIMARY KEY (target, id)
) WITHOUT ROWID;
CREATE TABLE observation (
  target INTEGER NOT NULL, id TEXT NOT NULL,
  active INTEGER NOT NULL, date INTEGER, seen INTEGER, ours INTEGER,
  settled INTEGER NOT NULL, again INTEGER NOT NULL, files TEXT NOT NULL,
  PRIMARY KEY (target, id)
) WITHOUT ROWID;
CREATE TABLE conduct (
  target INTEGER PRIMARY KEY, own_touch TEXT NOT NULL, distrusted INTEGER NOT NULL
);
CREATE TABLE digest (
  target INTEGER NOT NULL, id TEXT NOT NULL, file TEXT NOT NULL, bytes INTEGER,
  sha256 TEXT NOT NULL, sent INTEGER, used INTEGER NOT NULL,
  PRIMARY KEY (target, id, file)
) WITHOUT ROWID;
CREATE TABLE local_file (
  id TEXT PRIMARY KEY, state TEXT NOT NULL, sha256 TEXT NOT NULL, used INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE form (
  id TEXT PRIMARY KEY, used INTEGER NOT NULL, form TEXT NOT NULL
);
CREATE TABLE made_with (
  target INTEGER NOT NULL, id TEXT NOT NULL, date INTEGER, traces TEXT NOT NULL,
  PRIMARY KEY (target, id)
) WITHOUT ROWID;
CREATE TABLE prefix (
  target INTEGER NOT NULL, prefix TEXT NOT NULL, exclude TEXT NOT NULL, seen_at TEXT NOT NULL,
  PRIMARY KEY (target, prefix)
) WITHOUT ROWID;
CREATE TABLE name_filter (
  target INTEGER PRIMARY KEY, works INTEGER NOT NULL, date INTEGER
);
CREATE TABLE horizon (
  target INTEGER NOT NULL, scope TEXT NOT NULL, id TEXT NOT NULL, created_at INTEGER NOT NULL,
  date INTEGER NOT NULL, dead TEXT NOT NULL,
  PRIMARY KEY (target, scope)
);
CREATE TABLE page_end (
  target INTEGER NOT NULL, name TEXT NOT NULL, place INTEGER NOT NULL, id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (target, name, place)
) WITHOUT ROWID;
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  target INTEGER NOT NULL, started_at TEXT NOT NULL, seconds REAL NOT NULL,
  command TEXT NOT NULL, scope TEXT NOT NULL, exit_code INTEGER,
  applied INTEGER NOT NULL, failed INTEGER NOT NULL, undone INTEGER NOT NULL,
  requests INTEGER NOT NULL, digest TEXT NOT NULL, tool_version TEXT NOT NULL
);
"""

STATEMENTS = tuple(statement.strip() for statement in TABLES.split(";") if statement.strip())
"""SQLite keeps them word for word, so that a file can be held against them."""

NOTES = (
    "intent",
    "birth",
    "sending",
    "doomed",
    "tombstone",
    "touch",
    "observation",
    "conduct",
    "digest",
    "made_with",
    "prefix",
    "name_filter",
    "horizon",
    "page_end",
    "run",
)
"""The tables whose rows belong to a target."""

OF_THIS_MACHINE = ("local_file", "form")
"""The tables whose rows belong to none."""


class ForeignFile(Exception):
    """A file that is no ledger; it may be somebody's, and is left alone."""


class NewerFile(Exception):
    """A ledger that a newer version made; it is left alone."""


class MalformedFile(Exception):
    """A file with the id of a ledger and other tables than one."""


class OlderFile(MalformedFile):
    """A ledger that an earlier version made; it is begun anew."""


def check(connection: sqlite3.Connection) -> bool:
    """Tells a ledger of this version from an empty file, which may become one.

    Tables, triggers and views that this program did not make are not run, let alone trusted: the file may
    come out of a CI cache.

    Raises:
        ForeignFile: it is some other database.
        NewerFile, OlderFile, MalformedFile: see there.
        sqlite3.Error: it is damaged or locked.
    """
    found = connection.execute("SELECT sql FROM sqlite_master WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!'")
    made = sorted(str(row[0]) for row in found)
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID and (made or application or version):
        raise ForeignFile
    if version > VERSION:
        raise NewerFile
    if made and version < VERSION:
        raise OlderFile
    if made and made != sorted(STATEMENTS):
        raise MalformedFile
    return bool(made)


def prepare(connection: sqlite3.Connection) -> None:
    """Makes the tables of an empty file; see `check` for any other.

    Raises:
        sqlite3.Error: it cannot be written.
    """
    if not check(connection):
        _create(connection)


def _create(connection: sqlite3.Connection) -> None:
    """All or nothing: a process that dies here, or another that does the same, leaves no half of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not check(connection):
            for statement in STATEMENTS:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise

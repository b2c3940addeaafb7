"""What a ledger's file may grow to: it travels as a CI cache, and nobody ever tidies it by hand.

Of each kind a number of rows is kept, the newest or last used; that bounds what one account can fill. The
whole file is bounded in bytes besides, by what only makes a run faster or less careful about its own reading:
with all of it gone a run is slower and plans the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.ledger.schema import NOTES

if TYPE_CHECKING:
    import sqlite3

KEPT_TARGETS = 1000
KEPT_RUNS = 1000
KEPT_TOUCHES = 100_000
KEPT_BIRTHS = 100_000
KEPT_TOMBSTONES = 10_000
KEPT_OBSERVATIONS = 100_000
KEPT_MADE_WITH = 10_000
KEPT_DIGESTS = 200_000
"""How many targets are kept, and of each target how much; the oldest goes first, undated before dated."""

KEPT_LOCAL_FILES = 100_000
KEPT_FORMS = 32

LARGEST = 50_000_000
"""Bytes of the whole file, beyond which the older half of every kind of `CACHES` goes, and again."""

CACHES = (
    ("digest", "used"),
    ("observation", "coalesce(date, seen)"),
    ("local_file", "used"),
    ("form", "used"),
    ("made_with", "date"),
    ("touch", "ours"),
    ("page_end", "created_at"),
    ("horizon", "date"),
)
"""Tables that may be emptied at any time, with what tells which of their rows are old."""


def tidy_target(db: sqlite3.Connection, target: int) -> None:
    """Lets the oldest of a target go; it was used last by that."""
    db.execute("UPDATE target SET used = (SELECT max(used) FROM target) + 1 WHERE id = ?", (target,))
    for table, column, kept in (
        ("run", "id", KEPT_RUNS),
        ("touch", "ours", KEPT_TOUCHES),
        ("birth", "date", KEPT_BIRTHS),
        ("tombstone", "date", KEPT_TOMBSTONES),
        ("observation", "date", KEPT_OBSERVATIONS),
        ("made_with", "date", KEPT_MADE_WITH),
        ("digest", "used", KEPT_DIGESTS),
    ):
        _trim(db, table, column, kept, target)


def tidy(db: sqlite3.Connection) -> None:
    """Lets the targets go that were used longest ago, with all that is theirs, and local files likewise."""
    if _trim(db, "target", "used", KEPT_TARGETS):
        for table in NOTES:
            db.execute(f"DELETE FROM {table} WHERE target NOT IN (SELECT id FROM target)")  # noqa: S608 - our own names
    _trim(db, "local_file", "used", KEPT_LOCAL_FILES)
    _trim(db, "form", "used", KEPT_FORMS)


def bound(db: sqlite3.Connection) -> None:
    """Makes a file that has grown beyond `LARGEST` bytes smaller than three quarters of that.

    Raises:
        sqlite3.Error: somebody else uses the file.
    """
    if _bytes(db, "page_count") <= LARGEST:
        return
    while _bytes(db, "page_count") - _bytes(db, "freelist_count") > LARGEST * 3 // 4:
        if not sum(_halve(db, table, column) for table, column in CACHES):
            break
    db.execute("VACUUM")


def _bytes(db: sqlite3.Connection, pages: str) -> int:
    (count,), (size,) = (db.execute(f"PRAGMA {each}").fetchone() for each in (pages, "page_size"))
    return int(count) * int(size)


def _halve(db: sqlite3.Connection, table: str, column: str) -> int:
    """Deletes the older half, at least one; how many rows went."""
    half = f"(SELECT count(*) / 2 FROM {table})"  # noqa: S608 - our own names
    middle = db.execute(f"SELECT {column} FROM {table} ORDER BY {column} LIMIT 1 OFFSET {half}").fetchone()  # noqa: S608 - as above
    if middle is None:
        return 0
    return db.execute(f"DELETE FROM {table} WHERE {column} <= ?", middle).rowcount  # noqa: S608 - as above


def _trim(db: sqlite3.Connection, table: str, column: str, kept: int, target: int | None = None) -> bool:
    """Deletes all but the newest rows; by key, since any number of rows may be of the same second."""
    where = "?1 IS NULL" if target is None else "target = ?1"
    count = db.execute(f"SELECT count(*) FROM {table} WHERE {where}", (target,)).fetchone()[0]  # noqa: S608 - our own names
    if count <= kept:
        return False
    db.execute(
        f"DELETE FROM {table} WHERE {where} AND id IN "  # noqa: S608 - as above
        f"(SELECT id FROM {table} WHERE {where} ORDER BY {column} DESC LIMIT -1 OFFSET ?2)",
        (target, kept),
    )
    return True

"""Notes where the pages of container lists ended, so that the next list is read from many places at once.

They are as old as the last list, and a ledger may come from anywhere: whoever begins at one checks it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from reconciler.model.listed import Cursor

KEPT_ENDS = 2000
"""Of one list; that of 200,000 rows has no more."""

KEPT_LISTS = 16
"""Lists of one target, which differ by the name that they are filtered by; beyond that all are forgotten."""


def keep(db: sqlite3.Connection, target: int, name: str, found: Sequence[Cursor]) -> None:
    """Replaces the ends of a list's pages; of very many every second, or every third, is kept."""
    db.execute("DELETE FROM page_end WHERE target = ? AND name = ?", (target, name))
    query = "SELECT count(DISTINCT name) FROM page_end WHERE target = ?"
    if db.execute(query, (target,)).fetchone()[0] >= KEPT_LISTS:
        db.execute("DELETE FROM page_end WHERE target = ?", (target,))
    apart = -(-len(found) // KEPT_ENDS) or 1
    values = [
        (target, name, place, end.id, end.created_at) for place, end in enumerate(found[apart - 1 :: apart])
    ]
    db.executemany("INSERT INTO page_end VALUES (?, ?, ?, ?, ?)", values)

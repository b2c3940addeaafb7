"""Notes of container lists: where their pages ended, and behind which row there is anything alive.

They are as old as the last list, and a ledger may come from anywhere: whoever begins at one checks it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from reconciler.model.listed import Cursor, Horizon

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


def keep_horizon(db: sqlite3.Connection, target: int, scope: str, seen: Horizon | None) -> None:
    """Replaces what is known of a scope's dead rows; None forgets it."""
    db.execute("DELETE FROM horizon WHERE target = ? AND scope = ?", (target, scope))
    if seen is None:
        return
    if db.execute("SELECT count(*) FROM horizon WHERE target = ?", (target,)).fetchone()[0] >= KEPT_LISTS:
        db.execute("DELETE FROM horizon WHERE target = ?", (target,))
    dead = json.dumps([(dead.id, dead.name, dead.created_at, dead.status) for dead in seen.dead])
    values = (target, scope, seen.floor.id, seen.floor.created_at, seen.date, dead)
    db.execute("INSERT INTO horizon VALUES (?, ?, ?, ?, ?, ?)", values)

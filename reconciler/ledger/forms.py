"""Validated forms of manifests, by the digest of everything that they came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

    from reconciler.ledger.store import Store

LARGEST_FORM = 20_000_000
"""Characters of a form that is worth keeping; 10,000 containers with two files each take 5 million."""

_DAY = 86_400


class Forms:
    """What is remembered of manifests; `now` is this machine's time in unix seconds."""

    def __init__(self, store: Store, now: float) -> None:
        self._store = store
        self._today = int(now // _DAY)

    def form(self, key: str) -> str | None:
        """The form that was kept under a key."""
        found = self._store.read(lambda db: _of(db, key), None)
        if found is None:
            return None
        form, used = found
        if used != self._today:  # what is used stays; once a day is often enough to know
            query = "UPDATE form SET used = ? WHERE id = ?"
            self._store.write(lambda db: db.execute(query, (self._today, key)))
        return form

    def keep(self, key: str, form: str) -> None:
        """Keeps a form, unless it is very large."""
        if len(form) <= LARGEST_FORM:
            query, row = "INSERT OR REPLACE INTO form VALUES (?, ?, ?)", (key, self._today, form)
            self._store.write(lambda db: db.execute(query, row))


def _of(db: sqlite3.Connection, key: str) -> tuple[str, int] | None:
    row = db.execute("SELECT form, used FROM form WHERE id = ?", (key,)).fetchone()
    if row is None:
        return None
    form, used = row
    if not isinstance(form, str) or not isinstance(used, int):  # SQLite lets any column hold anything
        raise TypeError("a form that nobody wrote")
    return form, used

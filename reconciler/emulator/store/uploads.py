"""Files of the Files API in storage: what containers are given copies of."""

from collections.abc import Mapping
from typing import Any

from reconciler.emulator.store.database import Database
from reconciler.emulator.store.keyset import insert_row, select_page
from reconciler.emulator.store.rows import Page, Upload


class Uploads:
    """The rows of the Files API in a data file. Whoever writes opens the transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, file_id: str) -> Upload | None:
        """The row of an id."""
        row = self._database.one("SELECT * FROM upload WHERE id = ?", [file_id])
        return None if row is None else Upload._make(row)

    def position(self, file_id: str) -> tuple[int, int] | None:
        """Where a row stands in a list, for a cursor."""
        row = self.find(file_id)
        return None if row is None else (row.created_at, row.seq)

    def page(self, page: Page, purpose: str | None) -> tuple[list[Upload], bool]:
        """One page of the list, and whether more follow."""
        conditions = () if purpose is None else (("purpose = ?", purpose),)
        rows, more = select_page(self._database, "upload", page, conditions)
        return [Upload._make(row) for row in rows], more

    def insert(self, values: Mapping[str, Any]) -> Upload:
        """Insert a row from column values other than ``seq``."""
        return Upload._make(insert_row(self._database, "upload", values))

    def delete(self, row: Upload) -> None:
        """Remove a row; what was copied from it stays."""
        self._database.run("DELETE FROM upload WHERE seq = ?", [row.seq])

    def expire(self, now: float) -> None:
        """Remove every row whose time has come."""
        if self._database.one("SELECT 1 FROM upload WHERE expires_at <= ? LIMIT 1", [now]) is not None:
            self._database.run("DELETE FROM upload WHERE expires_at <= ?", [now])

    def clear(self) -> None:
        """Remove every row."""
        self._database.run("DELETE FROM upload")

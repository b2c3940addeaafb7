"""Containers in storage: found, listed, inserted, touched, expired and deleted."""

from collections.abc import Mapping
from typing import Any

from reconciler.emulator.settings import NameFilter
from reconciler.emulator.store.database import Database
from reconciler.emulator.store.keyset import insert_row, select_page
from reconciler.emulator.store.rows import Container, Page

_NAME_CONDITIONS: dict[NameFilter, str | None] = {
    "exact": "name = ?",
    "prefix": "substr(name, 1, length(?1)) = ?1",
    "substring": "instr(name, ?) > 0",
    "any-case": "instr(lower(name), lower(?)) > 0",
    "ignored": None,
}

_EXPIRED = "SELECT seq FROM container WHERE expires_at <= ?"


class Containers:
    """The container rows of a data file. Whoever writes opens the transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, container_id: str) -> Container | None:
        """The row of an id."""
        row = self._database.one("SELECT * FROM container WHERE id = ?", [container_id])
        return None if row is None else Container._make(row)

    def position(self, container_id: str) -> tuple[int, int] | None:
        """Where a row stands in a list, for a cursor; the row need not match the list's filter."""
        row = self.find(container_id)
        return None if row is None else (row.created_at, row.seq)

    def page(self, page: Page, name: str | None, name_filter: NameFilter) -> tuple[list[Container], bool]:
        """One page of the list, and whether more follow."""
        condition = None if name is None else _NAME_CONDITIONS[name_filter]
        rows, more = select_page(
            self._database, "container", page, () if condition is None else ((condition, name),)
        )
        return [Container._make(row) for row in rows], more

    def insert(self, values: Mapping[str, Any]) -> Container:
        """Insert a row from column values other than ``seq``."""
        return Container._make(insert_row(self._database, "container", values))

    def update(self, seq: int, values: Mapping[str, Any]) -> Container:
        """Overwrite columns of a row."""
        columns = ", ".join(f"{column} = ?" for column in values)
        sql = f"UPDATE container SET {columns} WHERE seq = ? RETURNING *"  # noqa: S608 - columns are constants of this package
        return Container._make(self._database.one(sql, [*values.values(), seq]))

    def touch(self, row: Container, now: int) -> Container:
        """Refresh ``last_active_at``, and with it the expiry, of a row that is alive.

        Writes only when the second has changed: a touch is no acknowledged write, and reads stay cheap.
        """
        if not row.alive or row.last_active_at == now:
            return row
        expires_at = None if row.expires_at is None or row.minutes is None else now + 60 * row.minutes
        self._database.run(
            "UPDATE container SET last_active_at = ?, expires_at = ? WHERE seq = ?",
            [now, expires_at, row.seq],
        )
        return row._replace(last_active_at=now, expires_at=expires_at)

    def delete_older(self, created_at: float) -> None:
        """Remove every row created by then, dead ones too."""
        old = "FROM container WHERE created_at <= ?"
        if self._database.one(f"SELECT 1 {old} LIMIT 1", [created_at]) is not None:
            self._database.run(f"DELETE {old}", [created_at])

    def memory_limits(self) -> dict[str, int]:
        """How many live containers have each memory limit."""
        return dict(
            self._database.all(
                "SELECT coalesce(memory_limit, ''), count(*) FROM container "
                "WHERE coalesce(status, '') NOT IN ('expired', 'deleted') GROUP BY 1"
            )
        )

    def expire_idle(self, now: float) -> None:
        """Mark every container whose time has come, and drop its files; the rows stay listed."""
        if self._database.one(f"{_EXPIRED} LIMIT 1", [now]) is None:
            return
        with self._database.transaction():
            self._database.run(f"DELETE FROM file WHERE container IN ({_EXPIRED})", [now])  # noqa: S608 - a constant of this module
            self._database.run(
                "UPDATE container SET status = 'expired', expires_at = NULL WHERE expires_at <= ?", [now]
            )

    def everything(self) -> list[Container]:
        """Every row, oldest first."""
        rows = self._database.all("SELECT * FROM container ORDER BY created_at, seq")
        return [Container._make(row) for row in rows]

    def delete(self, row: Container) -> None:
        """Remove a row and its files."""
        self._database.run("DELETE FROM container WHERE seq = ?", [row.seq])

    def clear(self) -> None:
        """Remove every row of every container."""
        self._database.run("DELETE FROM container")

"""Pages by keyset: the order of a list is (created_at, seq), and a page costs the same wherever it begins.

``seq`` breaks ties within one second, so ascending is exactly the reverse of descending.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.emulator.store.database import Database
from reconciler.emulator.store.rows import Page


def insert_row(database: Database, table: str, values: Mapping[str, Any]) -> Any:
    """Insert a row from column values, behind all others of its table; the row as stored."""
    columns = ", ".join(values)
    marks = ", ".join("?" * len(values))
    return database.one(
        f"INSERT INTO {table} (seq, {columns}) "  # noqa: S608 - table and columns are constants of this package
        f"VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM {table}), {marks}) RETURNING *",
        values.values(),
    )


def select_page(
    database: Database,
    table: str,
    page: Page,
    conditions: Sequence[tuple[str, Any]] = (),
    *,
    key: str = "created_at",
) -> tuple[list[Any], bool]:
    """The rows of one page, and whether more follow.

    Args:
        database: Where to read.
        table: A table with ``seq`` and the ``key``.
        page: Which page.
        conditions: SQL conditions with one placeholder each, and their values.
        key: The column a list is ordered by.
    """
    terms = [condition for condition, _ in conditions]
    values = [value for _, value in conditions]
    if page.after is not None:
        terms.append(f"({key}, seq) {'<' if page.descending else '>'} (?, ?)")
        values.extend(page.after)
    where = f"WHERE {' AND '.join(terms)}" if terms else ""
    direction = "DESC" if page.descending else "ASC"
    rows = database.all(
        f"SELECT * FROM {table} {where} ORDER BY {key} {direction}, seq {direction} LIMIT ?",  # noqa: S608 - table and conditions are constants of this package
        [*values, page.limit + 1],
    )
    return rows[: page.limit], len(rows) > page.limit

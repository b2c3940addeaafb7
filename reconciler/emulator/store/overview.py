"""What a person wants to see at a glance: how many containers there are, the newest, and their files."""

from collections import Counter

from reconciler.emulator.store.database import Database
from reconciler.emulator.store.rows import Container, File


def count_by_status(database: Database) -> dict[str, int]:
    """How many containers have each status; those without one count as ``unknown``."""
    sql = "SELECT coalesce(status, 'unknown'), count(*) FROM container GROUP BY 1 ORDER BY 1"
    return dict(database.all(sql))


def newest_containers(database: Database, number: int) -> list[Container]:
    """The containers that were created last, newest first, listed or not."""
    rows = database.all("SELECT * FROM container ORDER BY created_at DESC, seq DESC LIMIT ?", [number])
    return [Container._make(row) for row in rows]


def first_files(database: Database, container: Container, number: int) -> tuple[list[File], int]:
    """The oldest files of a container, and how many it has."""
    values = [container.seq, number]
    sql = "SELECT * FROM file WHERE container = ? ORDER BY created_at, seq LIMIT ?"
    rows = [File._make(row) for row in database.all(sql, values)]
    if len(rows) < number:
        return rows, len(rows)
    counted = database.one("SELECT count(*) FROM file WHERE container = ?", [container.seq])
    return rows, int(counted[0])


def count_totals(database: Database) -> Counter[str]:
    """How many files there are, in containers and in the Files API."""
    files, uploads = database.one("SELECT (SELECT count(*) FROM file), (SELECT count(*) FROM upload)")
    return Counter(files=files, uploads=uploads)

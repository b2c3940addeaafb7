"""Files of containers in storage: found, listed, added under each path mode, and deleted."""

from secrets import token_hex
from typing import Any

from reconciler.emulator import ids
from reconciler.emulator.settings import PathMode
from reconciler.emulator.store.database import Database
from reconciler.emulator.store.keyset import insert_row, select_page
from reconciler.emulator.store.rows import Blob, Container, File, Page

FOLDER = "/mnt/data/"
"""The only folder the API serves files from (the API docs)."""


class Files:
    """The file rows of a data file. Whoever writes opens the transaction."""

    def __init__(self, database: Database, mode: PathMode) -> None:
        self._database = database
        self._mode = mode

    def find(self, container: Container, file_id: str) -> File | None:
        """The row of an id, if it belongs to the container."""
        row = self._database.one(
            "SELECT * FROM file WHERE id = ? AND container = ?", [file_id, container.seq]
        )
        return None if row is None else File._make(row)

    def position(self, container: Container, file_id: str) -> tuple[int, int] | None:
        """Where a row stands in its container's list, for a cursor."""
        row = self.find(container, file_id)
        return None if row is None else (row.created_at, row.seq)

    def page(self, container: Container, page: Page) -> tuple[list[File], bool]:
        """One page of a container's list, and whether more follow."""
        rows, more = select_page(self._database, "file", page, (("container = ?", container.seq),))
        return [File._make(row) for row in rows], more

    def of(self, container: Container) -> list[File]:
        """Every file of a container, oldest first."""
        rows = self._database.all(
            "SELECT * FROM file WHERE container = ? ORDER BY created_at, seq", [container.seq]
        )
        return [File._make(row) for row in rows]

    def upload(
        self, container: Container, name: str, blob: Blob, now: int, reference: str | None = None
    ) -> File:
        """Add what a user uploaded as ``name``, by the rules of the path mode.

        A copy of a file of the Files API, whose id is ``reference``, has that id before its name wherever
        names have something before them.
        """
        path = FOLDER + _prefix(self._mode, reference) + name
        older = self._of_path(container, path)
        if self._mode == "plain-update" and older:
            return self._rewrite(older[-1], blob, source="user")
        if self._mode == "plain-replace":
            for row in older:
                self._remove(row)
        if self._mode == "plain-shared":
            for row in older:
                self._rewrite(row, blob, source=row.source)
        return self.insert(container, path=path, blob=blob, created_at=now)

    def insert(self, container: Container, *, path: str, blob: Blob, created_at: int, **columns: Any) -> File:
        """Add a row; ``columns`` overrides what an uploaded file would show."""
        values = {
            "id": ids.container_file_id(created_at),
            "container": container.seq,
            "created_at": created_at,
            "path": path,
            "source": "user",
            "bytes": blob.size,
            "blob": blob.id,
            "shown": None,
        } | columns
        return File._make(insert_row(self._database, "file", values))

    def delete(self, container: Container, row: File) -> None:
        """Remove a file; where rows share one path and content, all of them go."""
        for doomed in self._of_path(container, row.path) if self._mode == "plain-shared" else [row]:
            self._remove(doomed)

    def clear(self, container: Container) -> None:
        """Remove every file of a container."""
        self._database.run("DELETE FROM file WHERE container = ?", [container.seq])

    def _of_path(self, container: Container, path: str) -> list[File]:
        rows = self._database.all(
            "SELECT * FROM file WHERE container = ? AND path = ? ORDER BY created_at, seq",
            [container.seq, path],
        )
        return [File._make(row) for row in rows]

    def _rewrite(self, row: File, blob: Blob, *, source: Any) -> File:
        sql = "UPDATE file SET blob = ?, bytes = ?, source = ? WHERE seq = ? RETURNING *"
        return File._make(self._database.one(sql, [blob.id, blob.size, source, row.seq]))

    def _remove(self, row: File) -> None:
        self._database.run("DELETE FROM file WHERE seq = ?", [row.seq])


def _prefix(mode: PathMode, reference: str | None) -> str:
    if mode == "mangled":
        return f"{reference or token_hex(16)}-"
    if mode == "file-id":
        return f"{reference or ids.file_reference()}-"
    return ""

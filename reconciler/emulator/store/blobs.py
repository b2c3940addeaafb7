"""Contents in storage: written in chunks while they arrive, read in chunks while they leave.

Nothing larger than a chunk is held in memory or in one transaction, so a file may be larger than memory and
other processes are never kept waiting for an upload.
"""

import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from reconciler.emulator.store.database import Database
from reconciler.emulator.store.rows import Blob

CHUNK_BYTES = 256 * 1024


class BlobWriter:
    """Takes bytes in pieces of any size; ``finish`` makes them a blob, ``discard`` forgets them.

    Until a row adopts it, the blob is *staged* and is swept with other leftovers after a day. As a context
    manager it discards what was not finished.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._id: int | None = None
        self._buffer = bytearray()
        self._chunks = 0
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()

    def write(self, data: bytes) -> None:
        """Take more bytes, storing every full chunk."""
        self._buffer += data
        while len(self._buffer) >= CHUNK_BYTES:
            self._store(bytes(self._buffer[:CHUNK_BYTES]))
            del self._buffer[:CHUNK_BYTES]

    def finish(self) -> Blob:
        """Store the rest; inside the transaction of the row that adopts the blob."""
        staged = self._id
        if self._buffer:
            self._store(bytes(self._buffer))
            self._buffer.clear()
        blob = self._staged()
        self._id = staged  # what was inserted just now goes with a rollback, and is not ours to discard
        self._database.run("UPDATE blob SET size = ?, staged_at = NULL WHERE id = ?", [self._size, blob])
        return Blob(blob, self._size)

    def discard(self) -> None:
        """Remove what was stored; the upload was cut or refused."""
        if self._id is not None:
            self._database.run("DELETE FROM blob WHERE id = ? AND staged_at IS NOT NULL", [self._id])

    def _staged(self) -> int:
        if self._id is None:
            self._id = self._database.run("INSERT INTO blob (staged_at) VALUES (?)", [time.time()]).lastrowid
        assert self._id is not None  # noqa: S101 - an insert has a row id
        return self._id

    def _store(self, data: bytes) -> None:
        blob = self._staged()
        self._database.run("INSERT INTO chunk VALUES (?, ?, ?)", [blob, self._chunks, data])
        self._chunks += 1
        self._size += len(data)


def read_blob(database: Database, blob: int) -> Iterator[bytes]:
    """The chunks of a blob, each read when it is asked for; a blob deleted meanwhile ends early."""
    n = 0
    while row := database.one("SELECT data FROM chunk WHERE blob = ? AND n = ?", [blob, n]):
        yield row[0]
        n += 1


def blob_size(database: Database, blob: int) -> int:
    """How many bytes a blob has."""
    return int(database.one("SELECT size FROM blob WHERE id = ?", [blob])[0])

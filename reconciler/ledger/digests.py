"""What is in files, by what was sent or read once: contents of an id are never downloaded twice.

A digest is of an id and a size: where a server shows another size, or lets an upload keep the id of what it
replaces (`observe.digests` knows which do), what is remembered says nothing about what is there now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.ledger.rows import maybe, number, text
from reconciler.model.memory import ContentDigest

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from reconciler.ledger.store import Part

AT_ONCE = 500
"""Containers asked for in one statement; SQLite takes 999 values in its oldest builds."""


class Digests:
    """Digests of the files of one target."""

    def __init__(self, part: Part) -> None:
        self._part = part

    def of(self, container_ids: Iterable[str]) -> tuple[ContentDigest, ...]:
        """Everything known about the files of these containers."""
        ids = list(container_ids)
        nothing: tuple[ContentDigest, ...] = ()
        return self._part.read(lambda db, target: tuple(_of(db, target, ids)), nothing)

    def learn(self, found: Iterable[ContentDigest]) -> None:
        """Notes contents that were sent or read; what was known of the same ids is forgotten."""
        self._part.all(
            "INSERT OR REPLACE INTO digest VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (each.container_id, each.file_id, each.bytes, each.sha256, each.sent, each.used)
                for each in found
            ),
        )


def _of(db: sqlite3.Connection, target: int, ids: list[str]) -> Iterator[ContentDigest]:
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        marks = ", ".join("?" for _ in some)
        query = f"SELECT id, file, bytes, sha256, sent, used FROM digest WHERE target = ? AND id IN ({marks})"  # noqa: S608 - question marks
        for container, file, size, sha256, sent, used in db.execute(query, (target, *some)):
            yield ContentDigest(
                text(container), text(file), maybe(size), text(sha256), maybe(sent), number(used)
            )

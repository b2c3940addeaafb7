"""Digests of local files, so that one which did not change is not read again.

A file is the same while its size, its times, its inode and its device are. One that changed within the last
seconds is not remembered: it may change once more within the same tick of its file system's clock, and look
the same (what git calls racily clean). It is never different in truth: an upload checks what it sends.

The ledger travels, so a file's name is kept as a digest only.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from reconciler.ledger.digests import AT_ONCE
from reconciler.ledger.rows import number, text
from reconciler.model.memory import LocalDigest

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping

    from reconciler.ledger.store import Store
    from reconciler.model.memory import FileState

RACY_SECONDS = 2
"""File systems with the coarsest clocks (FAT) count two seconds as one moment."""

_DAY = 86_400


class LocalFiles:
    """What is remembered of files of this machine.

    `now` is this machine's time in unix seconds, taken before any of the files is looked at.
    """

    def __init__(self, store: Store, now: float) -> None:
        self._store = store
        self._now = now

    def known(self, states: Mapping[str, FileState]) -> dict[str, str]:
        """Digests by path, of those files that are as they were."""
        keys = {_key(path): path for path in states}
        nothing: tuple[LocalDigest, ...] = ()
        found = self._store.read(lambda db: tuple(_of(db, list(keys))), nothing)
        same = [each for each in found if each.state == states[keys[each.key]].key]
        stale = [each for each in same if each.used != self._today]
        self._keep(stale)  # what is used stays; once a day is often enough to know
        return {keys[each.key]: each.sha256 for each in same}

    def keep(self, digests: Mapping[str, tuple[FileState, str]]) -> None:
        """Notes digests of files that were read, each with the state that it had before."""
        settled = int((self._now - RACY_SECONDS) * 1e9)
        self._keep(
            LocalDigest(_key(path), state.key, sha256, self._today)
            for path, (state, sha256) in digests.items()
            if max(state.mtime_ns, state.ctime_ns) <= settled
        )

    @property
    def _today(self) -> int:
        return int(self._now // _DAY)

    def _keep(self, digests: Iterable[LocalDigest]) -> None:
        rows = [(each.key, each.state, each.sha256, self._today) for each in digests]
        if rows:
            query = "INSERT OR REPLACE INTO local_file VALUES (?, ?, ?, ?)"
            self._store.write(lambda db: db.executemany(query, rows))


def _of(db: sqlite3.Connection, keys: list[str]) -> Iterator[LocalDigest]:
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        marks = ", ".join("?" for _ in some)
        query = f"SELECT id, state, sha256, used FROM local_file WHERE id IN ({marks})"  # noqa: S608 - question marks
        for key, state, sha256, used in db.execute(query, some):
            yield LocalDigest(text(key), text(state), text(sha256), number(used))


def _key(path: str) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()

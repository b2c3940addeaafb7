"""The one ``now()``: what rows are stamped with, what ``Date`` says, and what expiry is measured by.

It is the machine's clock plus an offset, or a frozen instant. Both are in the data file, so that a restart
does not travel back and servers that share the file share the time.
"""

import time
from collections.abc import Callable
from email.utils import formatdate

from reconciler.emulator.store.database import Database


class Clock:
    """Reads and sets the time of a data file.

    ``refresh`` looks at the file once per request; ``now`` is then free of storage.
    """

    def __init__(self, database: Database, machine: Callable[[], float] = time.time) -> None:
        self._database = database
        self._machine = machine
        self._ahead = 0.0
        self._frozen_at: float | None = None
        self._dated: tuple[int, bytes] = (-1, b"")
        self.refresh()

    def refresh(self) -> None:
        """Take over what another process, or an earlier life, has set."""
        self._ahead, self._frozen_at = self._database.one("SELECT ahead, frozen_at FROM clock")

    def now(self) -> float:
        """Unix seconds."""
        return self._machine() + self._ahead if self._frozen_at is None else self._frozen_at

    def date(self) -> bytes:
        """``now()`` as an HTTP date (RFC 7231), the value of the ``Date`` header."""
        second = int(self.now())
        if self._dated[0] != second:
            self._dated = (second, formatdate(second, usegmt=True).encode())
        return self._dated[1]

    @property
    def frozen(self) -> bool:
        """Whether time stands still."""
        return self._frozen_at is not None

    def set(self, now: float, *, frozen: bool) -> None:
        """Make it ``now``, unix seconds, and let time run on from there or stand still."""
        ahead = now - self._machine()
        self._database.run("UPDATE clock SET ahead = ?, frozen_at = ?", [ahead, now if frozen else None])
        self.refresh()

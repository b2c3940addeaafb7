"""Files listed while the list of containers is still being read, where nothing at all is remembered.

Without a ledger a list is read from its two ends, a page after the other, and then the files of every
declared container have to be listed. Whether those of a container are needed follows from its own row, so
they need not wait for the last page: the two go on side by side, with the same requests. With a ledger there
is nothing to gain (a list is read from many places at once, and few files are listed), and what it remembers
of containers has to be looked at first; so nothing is listed ahead then.

A row may turn out to be gone, or another, once the list is whole. What was listed ahead is then of no use, or
of the row as it is known by then: its files were asked for after the page that showed it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from reconciler.api.pager import Page
    from reconciler.model.live import LiveContainer


_ENDS = 2
"""Requests that are left to the list, which is read from both of its ends and must not wait for files."""


class Ahead:
    """Lists the files of what pages show; `found` are the containers with their files, by id."""

    def __init__(
        self,
        group: asyncio.TaskGroup,
        wanted: Callable[[LiveContainer], bool],
        list_files: Callable[[LiveContainer], Awaitable[LiveContainer]],
        parallelism: int,
    ) -> None:
        """Begins with nothing.

        Args:
            group: where the work is done; at its end all of it is.
            wanted: tells whether the files of a container must be listed.
            list_files: lists them.
            parallelism: requests at once.
        """
        self.found: dict[str, LiveContainer] = {}
        self._group = group
        self._wanted = wanted
        self._list_files = list_files
        self._idle = max(1, parallelism - _ENDS)
        self._begun: set[str] = set()
        self._waiting: deque[LiveContainer] = deque()

    def saw(self, page: Page[LiveContainer]) -> None:
        """Takes the rows of a page of the container list."""
        for identifier, row in page.rows:
            if identifier not in self._begun and self._wanted(row):
                self._begun.add(identifier)
                self._waiting.append(row)
        for _ in range(min(self._idle, len(self._waiting))):
            self._idle -= 1
            self._group.create_task(self._work())

    async def _work(self) -> None:
        while self._waiting:
            row = self._waiting.popleft()
            self.found[row.id] = await self._list_files(row)
        self._idle += 1

"""What was asked of the API, so that a test can count requests and say that nothing was doubled or lost.

Writes are counted by the name of their container, twice: as *committed* when they were carried out, whatever
the client was told, and as *acknowledged* when a whole answer of success was sent, whatever was done.
"""

from collections import Counter, deque
from typing import Any

from reconciler.emulator.http.request import Request

ENTRIES = 100_000
"""How many of the newest requests are kept; the counts are of all of them."""

NAMES = 100_000
"""How many names are counted; beyond that the one first seen is forgotten."""

WRITES = {
    "POST /containers": "creates",
    "DELETE /containers/{container_id}": "deletes",
    "POST /containers/{container_id}/files": "uploads",
    "DELETE /containers/{container_id}/files/{file_id}": "file_deletes",
}
"""What a write is called in the counts by name."""

_SUCCESS = range(200, 300)

Counts = dict[str, dict[str, int]]


class OperationLog:
    """The newest requests, exact counts by ``METHOD template``, and those of writes by name."""

    def __init__(self) -> None:
        self._entries: deque[dict[str, Any]] = deque(maxlen=ENTRIES)
        self._counts: Counter[str] = Counter()
        self._names: dict[str, Counts] = {}

    def add(self, request: Request, status: int | None, time: float, *, whole: bool) -> None:
        """Note a request once it is answered.

        Args:
            request: With what was found out and done on the way.
            status: ``None`` when no answer was sent.
            time: When it came, in unix seconds.
            whole: Whether the answer is not to be cut on its way.
        """
        if whole and status in _SUCCESS and request.subject is not None:
            self._count(request.endpoint, request.subject, "acknowledged")
        self._counts[request.endpoint] += 1
        self._entries.append(
            {
                "method": request.method,
                "template": request.template,
                "path": request.path,
                "query": request.query.decode("latin-1"),
                "status": status,
                "time": time,
                "request_id": request.id,
                "faults": request.faults,
                "name": request.subject,
                "commits": request.commits,
            }
        )

    def commit(self, endpoint: str, name: str) -> None:
        """Count a write that was carried out."""
        self._count(endpoint, name, "committed")

    def clear(self) -> None:
        """Forget everything, the counts included."""
        self._entries.clear()
        self._counts.clear()
        self._names.clear()

    def counts(self) -> dict[str, int]:
        """Requests by ``METHOD template``."""
        return dict(sorted(self._counts.items()))

    def names(self) -> dict[str, Counts]:
        """Writes by name of the container, kind of write, and committed or acknowledged."""
        return {
            name: {write: dict(counts) for write, counts in of.items()} for name, of in self._names.items()
        }

    def newest(self, number: int) -> list[dict[str, Any]]:
        """The last requests, newest first."""
        return [self._entries[-index] for index in range(1, min(number, len(self._entries)) + 1)]

    def snapshot(self) -> dict[str, Any]:
        """Entries, oldest first, and counts."""
        return {
            "object": "emulator.log",
            "total": self._counts.total(),
            "counts": self.counts(),
            "names": self.names(),
            "entries": list(self._entries),
        }

    def _count(self, endpoint: str, name: str, column: str) -> None:
        write = WRITES.get(endpoint)
        if write is None:
            return
        if name not in self._names:
            if len(self._names) >= NAMES:
                del self._names[next(iter(self._names))]
            self._names[name] = {of: {"committed": 0, "acknowledged": 0} for of in WRITES.values()}
        self._names[name][write][column] += 1

"""What was asked of the API, so that a test can count requests and say that nothing was doubled or lost."""

from collections import Counter, deque
from typing import Any

from reconciler.emulator.http.request import Request

ENTRIES = 100_000
"""How many of the newest requests are kept; the counts are of all of them."""


class OperationLog:
    """The newest requests, and exact counts by ``METHOD template``."""

    def __init__(self) -> None:
        self._entries: deque[dict[str, Any]] = deque(maxlen=ENTRIES)
        self._counts: Counter[str] = Counter()

    def add(self, request: Request, status: int | None, time: float) -> None:
        """Note a request; ``status`` is ``None`` when no answer was sent, ``time`` is in unix seconds."""
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
            }
        )

    def clear(self) -> None:
        """Forget everything, the counts included."""
        self._entries.clear()
        self._counts.clear()

    def snapshot(self) -> dict[str, Any]:
        """Entries, oldest first, and counts."""
        return {
            "object": "emulator.log",
            "total": self._counts.total(),
            "counts": dict(sorted(self._counts.items())),
            "entries": list(self._entries),
        }

"""How many requests may be in flight: halved by an event of overload, grown back by successes.

One event is one halving, however many requests in flight report it: all began before anybody knew.
"""

from __future__ import annotations


class Window:
    """Between 1 and `most`; grows by one for each window's worth of successes."""

    def __init__(self, most: int) -> None:
        self._most = float(max(1, most))
        self._size = self._most
        self._halved_after = -1

    @property
    def size(self) -> int:
        """Requests that may be in flight."""
        return int(self._size)

    def grow(self) -> None:
        """Notes a success."""
        self._size = min(self._most, self._size + 1 / self._size)

    def halve(self, number: int, newest: int) -> None:
        """Notes that request `number` was too much, when `newest` was the last one begun."""
        if number > self._halved_after:
            self._halved_after = newest
            self._size = max(1.0, self._size / 2)

"""Pages of the container list as a gateway caches them: right when they were read, and late afterwards."""

from typing import Any

_MOST = 1000
"""How many pages are kept; beyond that the oldest is dropped."""


class Listings:
    """Answers by what was asked, each for some seconds of the emulator's clock; with 0 there are none."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._kept: dict[object, tuple[float, Any]] = {}

    def find(self, asked: object, now: float) -> Any | None:
        """The page that was kept, unless it is too old."""
        since, page = self._kept.get(asked, (0.0, None))
        return page if since <= now < since + self._seconds else None

    def keep(self, asked: object, now: float, page: Any) -> None:
        """Remember a page."""
        if not self._seconds:
            return
        self._kept.pop(asked, None)
        if len(self._kept) >= _MOST:
            del self._kept[next(iter(self._kept))]
        self._kept[asked] = (now, page)

    def clear(self) -> None:
        """Forget every page."""
        self._kept.clear()

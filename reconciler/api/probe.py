"""Whether a server that tells no rates has the limit that the API documents: found out with few refusals.

Everything in flight when a limit is reached is refused; with 64 in flight that alone is over 5 % of a run of
1,000. So as long as nothing is known, fewer may be in flight while a bucket of the documented size would run
empty. A server without that limit is slowed down by the length of one or two answers, once.
"""

from __future__ import annotations

from reconciler.api.allowance import Allowance
from reconciler.api.headers import RateTold

DOCUMENTED_PER_MINUTE = 100
"""Requests a minute that the documentation of the code interpreter allows an organisation."""

CAREFUL = 32
"""Requests in flight while it is found out."""

MARGIN = 4
"""Requests beyond an empty bucket before an answer proves something: the way to the server takes time."""


class Probe:
    """Open until something is known; times are the clock's seconds."""

    def __init__(self, now: float, *, is_open: bool) -> None:
        self._open = is_open
        self._bucket = Allowance()
        full = RateTold(DOCUMENTED_PER_MINUTE, DOCUMENTED_PER_MINUTE, None)
        self._bucket.told(full, now, begun=now, beside=0)

    def begin(self, now: float) -> bool:
        """Notes that a request begins; tells whether the documented limit would not allow it."""
        self._bucket.begin(now)
        return self._bucket.left(now) < -MARGIN

    def room(self, now: float, window: int) -> int:
        """Requests that may be in flight, of as many as the window lets be."""
        return min(CAREFUL, window) if self._open and self._bucket.left(now) < CAREFUL else window

    def close(self) -> None:
        """Notes that the limit is known now, or that it is not the documented one."""
        self._open = False

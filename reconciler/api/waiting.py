"""Word of long waits, so that somebody who looks on knows why nothing happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from reconciler.model.events import Waiting

if TYPE_CHECKING:
    from reconciler.model.clock import Clock

WORTH_TELLING = 2.0
"""Seconds; nobody wonders about a shorter wait."""

SECONDS_BETWEEN = 30.0
"""The same reason is not told again sooner: under a rate limit every single request waits for it."""

LONGEST_REASON = 120
"""Characters of a reason."""


class Listener(Protocol):
    """Is told of waits; it must not block. One that raises is dropped, and the run goes on.

    `seconds` is about how long the last call in line waits, others may begin before; `because` is one short
    line that may hold a server's own words, unescaped.
    """

    def __call__(self, waiting: Waiting, /) -> None:
        """Hears of one wait."""
        ...


class Teller:
    """Tells a listener of long waits, of each one once: many calls wait for the same thing."""

    def __init__(self, clock: Clock, listener: Listener | None) -> None:
        self._clock = clock
        self._listener = listener
        self._told_at = self._told_until = float("-inf")
        self._told = ""

    def tell(self, seconds: float, because: str) -> None:
        """Passes a wait on if it is long and news: another reason, or much longer than was said."""
        now = self._clock.monotonic()
        known = now + seconds <= self._told_until + WORTH_TELLING
        same = because == self._told and now < max(self._told_until, self._told_at + SECONDS_BETWEEN)
        if self._listener is None or seconds <= WORTH_TELLING or known or same:
            return
        self._told_at, self._told_until, self._told = now, now + seconds, because
        line = " ".join(because.split())
        shown = line if len(line) <= LONGEST_REASON else line[: LONGEST_REASON - 1] + "…"
        try:
            self._listener(Waiting(seconds, shown))
        except Exception:  # noqa: BLE001 - whatever a listener does wrong, the run goes on without it
            self._listener = None

"""How a run is asked to end early."""

from __future__ import annotations


class Stop:
    """A flag that is looked at before every step; setting it twice is the same as once."""

    def __init__(self) -> None:
        self.requested = False

    def request(self) -> None:
        """Asks for the end: what is in flight is finished, nothing more is begun."""
        self.requested = True

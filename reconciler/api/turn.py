"""A turn: what a call wants of it, and what its request reports of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.api.headers import RateTold
    from reconciler.api.limiter import Limiter
    from reconciler.model.errors import ApiError


class TooLate(Exception):
    """The turn would come after the moment until which it was wanted."""


def nobody(seconds: float, because: str) -> None:
    """Hears of waits, and does nothing."""


class Wish(Struct, frozen=True):
    """What a call wants of its turn.

    Attributes:
        since: when its first attempt began, infinite for one that never did: the oldest come first.
        until: no attempt begins after this.
        tell: is told how long it will be, and why, where that is the server's doing.
    """

    since: float = float("inf")
    until: float = float("inf")
    tell: Callable[[float, str], None] = nobody


class Turn(Struct, frozen=True):
    """One request under way: its number, when it began, and how many were in flight then.

    `guided` tells that the server's headers had told by then how many it allows, `beyond` that the limit that
    the API documents would not allow it.
    """

    limiter: Limiter
    number: int
    begun: float
    beside: int
    guided: bool
    beyond: bool

    def told(self, rate: RateTold | None, *, refused: bool) -> None:
        """Notes what the headers of its answer tell, as soon as they are here."""
        self.limiter.told(self, rate, refused=refused)

    def succeeded(self) -> None:
        """Notes an answer that is neither refusal nor overload, whatever else it says."""
        self.limiter.succeeded(self)

    def failed(self, error: ApiError) -> None:
        """Notes a failure; what is neither refusal nor overload is an answer like any other."""
        self.limiter.failed(self, error)

"""How often a whole run may repeat what failed: a bucket of tokens, as in gRPC's retry throttling.

Attempts bound one call; this bounds all of them together, so that a server that is wholly down is asked once
for each call and not five times. In health it is never noticed: each success gives back a part of a token.
"""

from __future__ import annotations

TOKENS = 100.0
"""Repeats without one success; enough for every one of 64 requests in flight to be cut off at once."""

GIVEN_BACK = 0.25
"""Tokens for a success: failures of one request in five can go on for ever without emptying the bucket."""


class RetryBudget:
    """Shared by all calls of a run; full at first."""

    def __init__(self, tokens: float = TOKENS, given_back: float = GIVEN_BACK) -> None:
        self._most = tokens
        self._tokens = tokens
        self._given_back = given_back

    def take(self) -> bool:
        """Takes a token for one repeat; False: there is none, and nothing is to be repeated."""
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def give_back(self) -> None:
        """Notes a success."""
        self._tokens = min(self._most, self._tokens + self._given_back)

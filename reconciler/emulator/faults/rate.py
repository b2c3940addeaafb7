"""A rate limit: a bucket of tokens that fills by the emulator's clock, and the headers that tell of it.

On a clock that stands still nothing is ever refilled: a test advances it by what ``Retry-After`` says, and no
test need wait.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from math import ceil
from typing import TYPE_CHECKING, ClassVar

from reconciler.emulator.faults.durations import Rate, show_duration
from reconciler.emulator.faults.rule import Harm
from reconciler.emulator.http.response import Response, error_response
from reconciler.emulator.wire.errors import ApiError, Header

if TYPE_CHECKING:
    from reconciler.emulator.faults.exchange import Exchange
    from reconciler.emulator.http.request import Request

_A_HAIR = 1e-6
"""Seconds within which a token counts as there: sums of unix seconds are no more exact than that."""


@dataclass(kw_only=True, slots=True)
class RateLimit:
    """A bucket; full when it is first asked.

    Attributes:
        rate: How fast it fills, and how much it holds.
        endpoint: Which requests it counts, as in rules.
        seen: How many requests it counted.
        fired: How many of them it rejected.
    """

    kind: ClassVar[str] = "rate-limit"
    rate: Rate
    endpoint: str = "*"
    seen: int = field(default=0, init=False)
    fired: int = field(default=0, init=False)
    _tokens: float = field(default=0.0, init=False)
    _filled_at: float | None = field(default=None, init=False)

    def matches(self, request: Request) -> bool:
        """Whether a request is counted."""
        return fnmatchcase(request.endpoint, self.endpoint)

    def meet(self, now: float) -> Counted:
        """Count a request: it takes a token, or is rejected."""
        self.seen += 1
        self._fill(now)
        rejects = (1 - self._tokens) * self._seconds_a_token > _A_HAIR
        if rejects:
            self.fired += 1
        else:
            self._tokens -= 1
        wait = max(0.0, 1 - self._tokens) * self._seconds_a_token
        empty = (self.rate.requests - self._tokens) * self._seconds_a_token
        return Counted(
            rate=self.rate, rejects=rejects, left=max(0, int(self._tokens + _A_HAIR)), wait=wait, reset=empty
        )

    def describe(self) -> dict[str, object]:
        """The limit as ``GET /_emulator/faults`` shows it."""
        return {
            "kind": self.kind,
            "endpoint": self.endpoint,
            "rate": self.rate.text,
            "seen": self.seen,
            "fired": self.fired,
            "description": f"{self.kind} {self.rate.text}",
        }

    @property
    def _seconds_a_token(self) -> float:
        return self.rate.seconds / self.rate.requests

    def _fill(self, now: float) -> None:
        """Add what has come since; a clock set back adds nothing."""
        if self._filled_at is None:
            self._tokens = float(self.rate.requests)
        else:
            added = max(0.0, now - self._filled_at) / self._seconds_a_token
            self._tokens = min(float(self.rate.requests), self._tokens + added)
        self._filled_at = now


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted(Harm):
    """One request as a limit has counted it.

    Attributes:
        rate: The limit's rate.
        rejects: Whether there was no token for it.
        left: How many requests may follow at once.
        wait: Seconds until there is a token.
        reset: Seconds until the bucket is full.
    """

    kind: ClassVar[str] = "rate-limit"
    rate: Rate
    rejects: bool
    left: int
    wait: float
    reset: float

    async def before(self, exchange: Exchange) -> Response | None:
        """Reject without carrying out; the body is read first, as a real server would."""
        if not self.rejects:
            return None
        await exchange.request.discard_body()
        exchange.request.faults.append(self.kind)
        error = ApiError(
            429,
            f"Rate limit reached for requests. Limit: {self.rate.text}. "
            f"Please try again in {show_duration(self.wait)}.",
            kind="requests",
            code="rate_limit_exceeded",
            headers=[
                (b"retry-after", b"%d" % max(1, ceil(self.wait - _A_HAIR))),
                (b"retry-after-ms", b"%d" % max(1, ceil(1000 * (self.wait - _A_HAIR)))),
                *self._headers(),
            ],
        )
        return error_response(error, exchange.service.settings.error_envelope)

    async def after(self, exchange: Exchange, response: Response) -> Response:  # noqa: ARG002 - the protocol of harms
        """Tell how much is left."""
        response.headers = [*response.headers, *self._headers()]
        return response

    def _headers(self) -> list[Header]:
        return [
            (b"x-ratelimit-limit-requests", b"%d" % self.rate.requests),
            (b"x-ratelimit-remaining-requests", b"%d" % self.left),
            (b"x-ratelimit-reset-requests", show_duration(self.reset).encode()),
        ]

"""What every fault has in common: which requests it meets, how often, and when it acts on one.

A rule draws from a source of chance of its own, one draw for each request that it is about, so that the same
seed and the same sequence of requests give the same faults, whatever other rules there are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from random import Random
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.emulator.faults.exchange import Exchange
    from reconciler.emulator.http.request import Request
    from reconciler.emulator.http.response import Response

When = Literal["before", "after"]


class DroppedError(Exception):
    """The connection is to be closed without an answer."""


class Harm:
    """What is done to a request that a rule meets.

    Attributes:
        kind: Its name in rules.
        final: Whether it decides the answer; at most one such harm meets a request.
    """

    kind: ClassVar[str]
    final: ClassVar[bool] = False

    def observe(self, request: Request) -> None:
        """See a request that the rule is about, met or not, before anything is done to it."""

    def meet(self) -> Harm:
        """The harm for one request, which keeps what it must remember until that is answered."""
        return self

    async def before(self, exchange: Exchange) -> Response | None:  # noqa: ARG002 - for those that need it
        """Act before the commit; an answer given here is sent instead of carrying out the request.

        Raises:
            DroppedError: Nothing is to be answered.
        """
        return None

    async def after(self, exchange: Exchange, response: Response) -> Response:  # noqa: ARG002 - for those that need it
        """Act after the commit; what is returned is sent.

        Raises:
            DroppedError: Nothing is to be answered.
        """
        return response

    def describe(self) -> str:
        """The harm and what tells it from others of its kind, in a few words."""
        return self.kind


@dataclass(kw_only=True, slots=True)
class Rule:
    """A fault for some requests.

    Attributes:
        harm: What is done to them.
        endpoint: ``METHOD template`` with ``*`` as a wildcard: ``POST /containers``, ``GET *``, ``*``.
        without_header: Only requests that lack this header, in lower case.
        skip: How many matching requests to leave alone first.
        times: How many to meet then; ``None`` for all.
        probability: How likely each of those is met.
        chance: Where that is drawn from.
        seen: How many matched so far.
        fired: How many were met so far.
    """

    harm: Harm
    endpoint: str = "*"
    without_header: str | None = None
    skip: int = 0
    times: int | None = 1
    probability: float = 1.0
    chance: Random = field(default_factory=Random)
    seen: int = field(default=0, init=False)
    fired: int = field(default=0, init=False)

    def matches(self, request: Request) -> bool:
        """Whether the rule is about this request."""
        lacking = self.without_header is None or self.without_header.encode() not in request.headers
        return lacking and fnmatchcase(request.endpoint, self.endpoint)

    def take(self, *, free: bool) -> bool:
        """Count a matching request; whether it is to be met. Without ``free`` another rule has decided it."""
        self.seen += 1
        if self.seen <= self.skip:
            return False
        drawn = self.probability >= 1 or self.chance.random() < self.probability
        if not free or not drawn or (self.times is not None and self.fired >= self.times):
            return False
        self.fired += 1
        return True

    def describe(self) -> dict[str, object]:
        """The rule as ``GET /_emulator/faults`` shows it."""
        return {
            "kind": self.harm.kind,
            "endpoint": self.endpoint,
            "skip": self.skip,
            "times": self.times,
            "probability": self.probability,
            "without_header": self.without_header,
            "seen": self.seen,
            "fired": self.fired,
            "description": self.harm.describe(),
        }


def pick(rules: Sequence[Rule], request: Request) -> list[Harm]:
    """The harms that meet a request, in order; after a final one no other final one does."""
    picked: list[Harm] = []
    decided = False
    for rule in rules:
        if not rule.matches(request):
            continue
        rule.harm.observe(request)
        if rule.take(free=not (rule.harm.final and decided)):
            decided = decided or rule.harm.final
            picked.append(rule.harm.meet())
    return picked

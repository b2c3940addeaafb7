"""What every fault has in common: which requests it meets, and how often."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import ClassVar, Literal

from reconciler.emulator.http.request import Request
from reconciler.emulator.http.response import Response

When = Literal["before", "after"]


class DroppedError(Exception):
    """The connection is to be closed without an answer."""


@dataclass(kw_only=True, slots=True)
class Rule:
    """A fault for some requests.

    Attributes:
        endpoint: ``METHOD template`` with ``*`` as a wildcard: ``POST /containers``, ``GET *``, ``*``.
        skip: How many matching requests to leave alone first.
        times: How many to meet then; ``None`` for all.
        seen: How many matched so far.
        fired: How many were met so far.
        final: Whether it decides the answer; at most one such rule meets a request.
    """

    kind: ClassVar[str]
    final: ClassVar[bool] = False
    endpoint: str = "*"
    skip: int = 0
    times: int | None = 1
    seen: int = field(default=0, init=False)
    fired: int = field(default=0, init=False)

    def matches(self, request: Request) -> bool:
        """Whether the rule is about this endpoint."""
        return fnmatchcase(request.endpoint, self.endpoint)

    def take(self) -> bool:
        """Count a matching request; whether it is to be met."""
        self.seen += 1
        if self.seen <= self.skip or (self.times is not None and self.fired >= self.times):
            return False
        self.fired += 1
        return True

    def observe(self, request: Request) -> None:
        """See a matching request, met or not, before anything is done to it."""

    async def before(self, request: Request) -> Response | None:  # noqa: ARG002 - for the rules that need it
        """Act before the commit; an answer given here is sent instead of carrying out the request.

        Raises:
            DroppedError: Nothing is to be answered.
        """
        return None

    async def after(self, request: Request, response: Response) -> Response:  # noqa: ARG002 - for the rules that need it
        """Act after the commit; what is returned is sent.

        Raises:
            DroppedError: Nothing is to be answered.
        """
        return response

    def describe(self) -> dict[str, object]:
        """The rule as ``GET /_emulator/faults`` shows it."""
        return {
            "kind": self.kind,
            "endpoint": self.endpoint,
            "skip": self.skip,
            "times": self.times,
            "seen": self.seen,
            "fired": self.fired,
        }


def pick(rules: Sequence[Rule], request: Request) -> list[Rule]:
    """The rules that meet a request, in order; after a final one no other final one is counted."""
    picked: list[Rule] = []
    decided = False
    for rule in rules:
        if not rule.matches(request):
            continue
        rule.observe(request)
        if (rule.final and decided) or not rule.take():
            continue
        decided = decided or rule.final
        picked.append(rule)
    return picked

"""The rules and rate limits of one server, and what a request goes through because of them."""

from __future__ import annotations

from random import Random
from secrets import randbits
from typing import TYPE_CHECKING

from reconciler.emulator.faults.rule import Harm, Rule, pick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.emulator.faults.exchange import Exchange
    from reconciler.emulator.faults.rate import RateLimit
    from reconciler.emulator.http.response import Response


class Faults:
    """Rules in the order in which they were added, and the seed of their chances.

    A rate limit that rejects a request answers it before any rule has seen it.
    """

    def __init__(self) -> None:
        self.seed = randbits(32)
        self._rules: list[Rule] = []
        self._limits: list[RateLimit] = []
        self._seeded = 0

    async def meet(self, exchange: Exchange) -> Response:
        """Answer a request with the harm that it meets on the way.

        Raises:
            DroppedError: Nothing is to be answered.
        """
        if not self._rules and not self._limits:
            return await exchange.carry_out()
        return await _suffer(self._harms(exchange), exchange)

    def add(self, rules: Sequence[Rule] = (), limits: Sequence[RateLimit] = ()) -> None:
        """Put rules and limits behind those already there."""
        for rule in rules:
            self._seeded += 1
            rule.chance = Random(f"{self.seed}/{self._seeded}")  # noqa: S311 - faults are drawn, no keys
        self._rules.extend(rules)
        self._limits.extend(limits)

    def reseed(self, seed: int) -> None:
        """Draw from here on as a new server with this seed would."""
        self.seed = seed
        self._seeded = 0

    def clear(self) -> None:
        """Stop doing harm; rules added later draw as if there had been none before."""
        self._rules.clear()
        self._limits.clear()
        self._seeded = 0

    def describe(self) -> list[dict[str, object]]:
        """Every limit and every rule with its counts."""
        limits = [limit.describe() for limit in self._limits]
        return limits + [rule.describe() for rule in self._rules]

    def _harms(self, exchange: Exchange) -> list[Harm]:
        request, now = exchange.request, exchange.service.clock.now()
        met = [limit.meet(now) for limit in self._limits if limit.matches(request)]
        rejected = next((harm for harm in met if harm.rejects), None)
        return [rejected] if rejected else [*met, *pick(self._rules, request)]


async def _suffer(harms: Sequence[Harm], exchange: Exchange) -> Response:
    """Every harm before the commit, unless one decides the answer; the commit; every harm after it."""
    for harm in harms:
        response = await harm.before(exchange)
        if response is not None:
            return response
    response = await exchange.carry_out()
    for harm in harms:
        response = await harm.after(exchange, response)
    return response

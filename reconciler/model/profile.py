"""What a target does when a field is omitted, and what it cannot do. Known offline, openai first."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.prices import OPENAI_PRICES_OF, OPENAI_USD_PER_HOUR
from reconciler.model.spec import DISABLED, ExpiresAfter, NetworkPolicy

MEMORY_LIMITS = ("1g", "4g", "16g", "64g")


@dataclass(frozen=True, slots=True)
class Profile:
    """Defaults and limits of one kind of target.

    `max_minutes` is the longest idle time it accepts, None where it is unknown.
    `usd_per_hour` prices an active container by memory limit; `prices_of` is the month of those prices.
    """

    name: str
    memory_limit: str
    expires_after: ExpiresAfter
    network_policy: NetworkPolicy
    max_minutes: int | None
    usd_per_hour: tuple[tuple[str, float], ...]
    prices_of: str | None = None

    def price(self, memory_limit: str | None) -> float:
        """US dollars per hour of one active container; 0.0 for a size without a known price."""
        return dict(self.usd_per_hour).get(memory_limit or self.memory_limit, 0.0)


OPENAI = Profile(
    name="openai",
    memory_limit="1g",
    expires_after=ExpiresAfter(20),
    network_policy=NetworkPolicy(DISABLED),
    max_minutes=20,  # integer_above_max_value beyond it: measured by users, not in the specification
    usd_per_hour=OPENAI_USD_PER_HOUR,
    prices_of=OPENAI_PRICES_OF,
)

GENERIC = Profile(
    name="generic",
    memory_limit="1g",
    expires_after=ExpiresAfter(20),
    network_policy=NetworkPolicy(DISABLED),
    max_minutes=None,
    usd_per_hour=(),
)


def profile_for(host: str) -> Profile:
    """Guesses the profile from the target's host name."""
    return OPENAI if host == "openai.com" or host.endswith(".openai.com") else GENERIC

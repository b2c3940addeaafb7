"""Which allowed domain covers another: one rule for what a review flags and for where a secret may go."""

from __future__ import annotations

WILDCARD = "*"


def covers(allowed: str, domain: str) -> bool:
    """An allowed domain covers another: itself in any case, or a name below its wildcard."""
    allowed, domain = allowed.casefold(), domain.casefold()
    if allowed in (domain, WILDCARD):
        return True
    return allowed.startswith("*.") and domain.endswith(allowed[1:])

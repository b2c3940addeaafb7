"""Which allowed domain covers another: one rule for what a review flags and for where a secret may go."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

WILDCARD = "*"

_LONGEST = 253
"""Characters that a name of the domain name system may have."""


def covers(allowed: str, domain: str) -> bool:
    """An allowed domain covers another: itself in any case, or a name below its wildcard."""
    allowed, domain = allowed.casefold(), domain.casefold()
    if allowed in (domain, WILDCARD):
        return True
    return allowed.startswith("*.") and domain.endswith(allowed[1:])


def is_covered(domain: str, allowed: AbstractSet[str]) -> bool:
    """Tells whether one of many domains, all of them case-folded, covers another; asks not each of them."""
    folded = domain.casefold()
    dots = (at for at, character in enumerate(folded[:_LONGEST]) if character == ".")
    wild = (f"*{folded[at:]}" for at in dots)
    return folded in allowed or WILDCARD in allowed or any(each in allowed for each in wild)

"""Which values of a manifest no diagnostic quotes: contents of files, and whatever stands where secrets do.

Decided while walking, by keys alone: a value that is wrong is quoted too, and then nobody knows yet what it
was meant to be. So among domain secrets only what is known to be harmless is shown; a secret that somebody
wrote there, against the grammar, is not, nor what stands for the name of a variable or of a file: the value
itself is what people write there by mistake.
"""

from __future__ import annotations

from enum import IntEnum


class Guard(IntEnum):
    """What may be quoted of what stands below a key."""

    OPEN = 0
    WARY = 1
    """Only the values of harmless keys."""
    SHUT = 2
    """Nothing, not even keys."""


_MISTAKEN = (
    *("contents", "Content", "contnet", "conten", "conent", "contet", "cotent", "contentt"),
    *("value", "text", "data", "body", "secret", "password", "domain_secret", "secrets"),
)
GUARDED = {
    "content": Guard.SHUT,
    "domain_secrets": Guard.WARY,
    **dict.fromkeys(_MISTAKEN, Guard.SHUT),
}
"""The keys below which values are hidden, wherever they stand, and what people write for them by mistake."""

_HARMLESS = frozenset({"domain", "name", "version"})


def guard_of(key: str, around: Guard) -> Guard:
    """What is hidden below a key."""
    if around is Guard.WARY and key in _HARMLESS:
        return Guard.OPEN
    return below_refused(key, around)


def below_refused(text: str | None, around: Guard) -> Guard:
    """What is hidden below a refused key, such as one that was given before; `text` is None if it is none."""
    return Guard.SHUT if text is None else max(around, GUARDED.get(text, Guard.OPEN))

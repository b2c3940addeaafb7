"""What `GET /containers?name=` does on a server, told from one of its answers; the reference does not say.

It may match exactly, by prefix, or anywhere in a name, with or without regard to case, or be ignored, as by
a gateway that drops it. Only an answer can tell, and only by what it holds: a name that begins with the
question and goes on cannot be there by an exact match, and one that lacks the question cannot be there by
any. So an answer that holds the former and none of the latter holds every name that begins with the question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def goes_on(question: str, name: str) -> bool:
    """Tells whether a name could be found by neither an exact match nor one of its end."""
    return name.startswith(question) and len(name) > len(question) and not name.endswith(question)


def narrows(question: str, names: Iterable[str]) -> bool:
    """Tells whether an answer proves that it holds every name that begins with the question."""
    proven = False
    folded = question.casefold()
    for name in names:
        if folded not in name.casefold():
            return False
        proven = proven or goes_on(question, name)
    return proven

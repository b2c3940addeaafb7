"""How long a text in a manifest may be, by what it is: contents have no limit of their own, words have one.

Aliases make the difference. A text of megabytes takes them once, however often it is used, and whoever looks
at each use of it takes hours. So there is long text only where it is looked at once, under the keys that hold
contents, and in the defaults of variables, which are looked at for references: these count as many values.
"""

from __future__ import annotations

from reconciler.manifest.findings import Problem
from reconciler.manifest.guards import GUARDED, Guard

MAX_TEXT = 4_096
"""Characters of a value that is no content. The longest of them are paths, which no system has longer."""

MAX_KEY = 256
"""Characters of a key. The longest are names of variables, which have 64."""

DEFAULT = "default"
"""The key of what a variable stands for."""

_CHARACTERS = 1_000
"""Of a long default, for which it counts as one value more."""


def text_problem(text: str, key: str | None) -> Problem | None:
    """What is against a text by its length, under the key that it stands at, None for none."""
    if len(text) <= MAX_TEXT or key == DEFAULT or _is_content(key):
        return None
    message = f"expected text of at most {MAX_TEXT} characters here, found {len(text)}"
    return Problem("invalid-value", message, "only contents of files, and defaults of variables, are longer")


def key_problem(key: str) -> Problem | None:
    """What is against a key by its length."""
    if len(key) <= MAX_KEY:
        return None
    return Problem("invalid-value", f"expected a key of at most {MAX_KEY} characters, found {len(key)}")


def weight(text: str, key: str | None) -> int:
    """As how many values more than one a text counts."""
    return 0 if _is_content(key) else len(text) // _CHARACTERS


def _is_content(key: str | None) -> bool:
    return key is not None and GUARDED.get(key) is Guard.SHUT

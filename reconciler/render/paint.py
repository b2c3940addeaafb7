"""Colour, where it is wanted; the text without it says the same."""

from __future__ import annotations

from msgspec import Struct

_CODES = {"red": "31", "green": "32", "yellow": "33", "cyan": "36", "dim": "2", "bold": "1"}


class Paint(Struct, frozen=True):
    """Wraps already escaped text in colour, or leaves it alone."""

    enabled: bool = False

    def __call__(self, colour: str, text: str) -> str:
        """Returns the text in this colour, or as it is."""
        if not self.enabled:
            return text
        return f"\x1b[{_CODES[colour]}m{text}\x1b[0m"

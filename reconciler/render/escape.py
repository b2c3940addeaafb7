"""Text from manifests and servers made safe for a terminal: nothing in it moves the cursor or hides."""

from __future__ import annotations

import unicodedata

LONGEST = 200
"""Characters of one name or message that a line shows."""

_DANGEROUS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories that are control, invisible, direction-changing, unassigned, or line-breaking."""


def safe(text: str, longest: int = LONGEST) -> str:
    r"""Escapes what a terminal would act on as `\xNN` or `\uNNNN`, and shortens the middle."""
    if len(text) > longest:
        half = longest // 2
        text = f"{text[:half]}…{text[-half:]}"
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(character) for character in text)


def _escape(character: str) -> str:
    if unicodedata.category(character) not in _DANGEROUS:
        return character
    return character.encode("unicode_escape").decode("ascii")

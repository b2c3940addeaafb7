"""Text from manifests and servers made safe for a terminal: nothing in it moves the cursor or hides."""

from __future__ import annotations

import unicodedata

LONGEST = 200
"""Characters of one name or message that a line shows."""

_DANGEROUS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
"""Categories that are control, direction-changing, unassigned, line-breaking, or spaces but for the one."""

_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, marks and signs that show as nothing or as a space."""


def safe(text: str, longest: int = LONGEST) -> str:
    r"""Escapes what a terminal would act on as `\xNN` or `\uNNNN`, and shortens the middle."""
    if len(text) > longest:
        half = longest // 2
        text = f"{text[:half]}…{text[-half:]}"
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(character) for character in text)


def _escape(character: str) -> str:
    harmless = unicodedata.category(character) not in _DANGEROUS and character not in _INVISIBLE
    if harmless or character == " ":
        return character
    return character.encode("unicode_escape").decode("ascii")

"""Text from manifests and servers made safe for a terminal: nothing in it moves the cursor or hides."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 200
"""Characters of one name or message that a line shows."""

_DANGEROUS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
"""Categories that are control, direction-changing, unassigned, line-breaking, or spaces but for the one."""

COMMAND = re.compile(r"(?<!\S)::(?=[A-Za-z])|##(?=\[|vso\[)")
"""What CI systems take for orders: `::` where a line begins (here: any word), `##[` and `##vso[` anywhere."""

_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, marks and signs that show as nothing or as a space."""


def safe(text: str, longest: int = LONGEST) -> str:
    r"""Escapes what a terminal or a CI system would act on as `\xNN` or `\uNNNN`, and shortens the middle."""
    if len(text) > longest:
        half = longest // 2
        text = f"{text[:half]}…{text[-half:]}"
    if not (text.isascii() and text.isprintable()):
        text = "".join(escape(character) for character in text)
    return COMMAND.sub(_escape_first, text)


def _escape_first(found: re.Match[str]) -> str:
    return rf"\x{ord(found[0][0]):02x}{found[0][1:]}"


def escape(character: str) -> str:
    """One character, as its escape where it would do more than be seen."""
    harmless = unicodedata.category(character) not in _DANGEROUS and character not in _INVISIBLE
    if harmless or character == " ":
        return character
    return character.encode("unicode_escape").decode("ascii")

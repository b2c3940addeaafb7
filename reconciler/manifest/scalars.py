"""What a plain (unquoted) scalar is: JSON's values, text, or something to be suspicious of.

YAML 1.1 reads `on` as true, `010` as 8, `12:30:00` as 45000; YAML 1.2 reads them otherwise; and a
version written `1.10` comes back as 1.1. So only what JSON has is taken for a value, and whatever any
version of YAML takes for something other than text is a `Suspect`: an error where text is wanted.
"""

from __future__ import annotations

import re
from functools import lru_cache

from reconciler.manifest.values import Suspect

NOTHING = "nothing"
BOOLEAN = "a boolean"
NUMBER = "a number"
DATE = "a date"
SPECIAL = "a sign of its own"

_WORDS = {
    spelling: reads_as
    for word, reads_as in [
        ("null", NOTHING),
        *((word, BOOLEAN) for word in ("y", "n", "yes", "no", "on", "off", "true", "false")),
    ]
    for spelling in (word, word.capitalize(), word.upper())
} | {"=": SPECIAL, "<<": SPECIAL}

_JSON: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}

_KNOWN: dict[str, bool | Suspect | None] = {
    **{spelling: Suspect(spelling, reads_as) for spelling, reads_as in _WORDS.items()},
    **_JSON,
}
"""The words that are no text."""

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
"""No more digits than any field could want: Python itself refuses to read very long ones."""

_NUMBER = re.compile(
    r"""
    [-+]? (?:
        0b[01_]+ | 0o[0-7_]+ | 0x[0-9a-fA-F_]+
      | [0-9][0-9_]* (?: :[0-5]?[0-9] )+ (?: \.[0-9_]* )?
      | [0-9][0-9_]* (?: \.[0-9_]* )? (?: [eE][-+]?[0-9]+ )?
      | \.[0-9][0-9_]* (?: [eE][-+]?[0-9]+ )?
      | \.(?: inf | Inf | INF )
    )
    | \.(?: nan | NaN | NAN )
    """,
    re.VERBOSE,
)

_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}.*)?")

_MAY_BE_NUMBER = frozenset("0123456789+-.")


def resolve(text: str) -> str | int | bool | Suspect | None:
    """Reads a plain scalar."""
    if text in _KNOWN:
        return _KNOWN[text]
    return _numeric(text) if text[0] in _MAY_BE_NUMBER else text


@lru_cache(maxsize=1_000)  # the same few stand in a manifest again and again
def _numeric(text: str) -> str | int | Suspect:
    if _INTEGER.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text):
        return Suspect(text, NUMBER)
    return Suspect(text, DATE) if _DATE.fullmatch(text) else text


def is_scalar(value: object) -> bool:
    """Tells whether a value was written as one, and quotes would make it text."""
    return isinstance(value, bool | int | Suspect)

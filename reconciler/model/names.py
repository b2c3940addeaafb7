"""Identity: what a declared name may be, and how it is written as a live name.

A live name is the declared name, or, for a container with write-only inputs, the declared name + `~` +
a version letter + 8 lower-case base32 characters (the stamp). `live_name` and `parse_live_name` are the
only two places that know. The grammar binds declarations only: a live name that breaks it may still
belong to a scope, and is then reported, pruned and shown escaped like any other.
"""

from __future__ import annotations

import re

from msgspec import Struct

DECLARED_NAME = r"[A-Za-z0-9][A-Za-z0-9._/ -]{0,99}"
"""What a manifest may declare. `~` is reserved for the stamp."""

_DECLARED = re.compile(DECLARED_NAME)
_STAMPED = re.compile(r"(?s)(?P<declared>.*)~(?P<version>[a-z])(?P<digest>[a-z2-7]{8})\Z")

PREFIX_MINIMUM = 3
PREFIX_ENDS = "-_./"


class Stamp(Struct, frozen=True, gc=False):
    """The mark of write-only inputs: the letter of the rule that made it, and 40 bits in base32.

    The rule behind a letter is frozen for ever; a stamp with an older letter is compared by its own rule.
    """

    version: str
    digest: str


class LiveName(Struct, frozen=True, gc=False):
    """A live name taken apart."""

    declared: str
    stamp: Stamp | None = None


def is_declarable(name: str) -> bool:
    """Tells whether a manifest may declare this name."""
    return _DECLARED.fullmatch(name) is not None


def live_name(declared: str, stamp: Stamp | None = None) -> str:
    """Writes a declared name as the API will show it."""
    return declared if stamp is None else f"{declared}~{stamp.version}{stamp.digest}"


def parse_live_name(name: str) -> LiveName:
    """Takes a live name apart; only a whole stamp at the very end is stripped."""
    if "~" not in name:
        return LiveName(name)
    found = _STAMPED.match(name)
    if found is None:
        return LiveName(name)
    return LiveName(found["declared"], Stamp(found["version"], found["digest"]))


def prefix_problem(prefix: str) -> str | None:
    """Says what is wrong with a scope's prefix, or None.

    A short prefix, or one that may end inside a word, would one day claim somebody else's containers.
    """
    if len(prefix) < PREFIX_MINIMUM:
        return f"a prefix has at least {PREFIX_MINIMUM} characters"
    if prefix[-1] not in PREFIX_ENDS:
        return f"a prefix ends in one of {' '.join(PREFIX_ENDS)}"
    if not is_declarable(prefix):
        return "a prefix must be able to begin a declared name"
    return None

"""How much a set of manifests may be, whatever it says: what its files have left together.

The bounds are those of the set, since a set of many large files would take as long as one that is larger
than any of them.
"""

from __future__ import annotations

from msgspec import Struct

MAX_VALUES = 350_000
"""Aliases expanded; a set of 10,000 containers with two files each has 250,000."""


class Room(Struct):
    """The values that may still come."""

    values: int = MAX_VALUES

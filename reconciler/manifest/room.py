"""How much a set of manifests may be, whatever it says: what its files have left together.

The bounds are those of the set, since many large files would take as long as one that is larger than any of
them may be.
"""

from __future__ import annotations

from msgspec import Struct

MAX_VALUES = 350_000
"""Aliases expanded; a set of 10,000 containers with two files each has 250,000."""

MAX_CHARACTERS = 16 * 1024 * 1024
"""A set of 10,000 containers with two files each takes 4 MiB."""

TOO_LARGE = f"the manifests of a set have at most {MAX_CHARACTERS // 1024**2} MiB together"


class Room(Struct):
    """The values and the characters that may still come."""

    values: int = MAX_VALUES
    characters: int = MAX_CHARACTERS

    def holds(self, text: str) -> bool:
        """Takes the room for the text of a file, if there is as much."""
        self.characters -= len(text)
        return self.characters >= 0

    @property
    def used_up(self) -> bool:
        """Something did not fit any more."""
        return self.values < 0 or self.characters < 0

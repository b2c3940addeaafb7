"""What a code means, in plain words."""

from __future__ import annotations

from msgspec import Struct


class Explanation(Struct, frozen=True):
    """One code. `section` is what kinds of codes it stands among, `means` what it says, `do` what helps."""

    code: str
    section: str
    means: str
    do: str

"""What the command line asks of a plan beyond the manifests: part of the plan, so that it can be reviewed."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable


MAX_FILE_SIZE = 512 * 1024 * 1024
"""Bytes of a file: what the Files API takes (512 MB each); no figure is known for containers themselves."""


class Reading(Struct, frozen=True):
    """How manifests are read: whoever reads them again, for a saved plan, reads them the same way.

    `allow_outside` lets them name local files outside of their folder. `max_file_size` is in bytes.
    """

    allow_outside: bool = False
    max_file_size: int = MAX_FILE_SIZE


class Asked(Struct, frozen=True):
    """Options that a saved plan carries.

    `exclude` are globs over declared names that are left alone, `replace` declared names that are replaced
    although nothing differs. `no_delete` withholds whatever would delete a container. The allowances are how
    many containers the plan may delete and replace whatever the limits say, and at most; None leaves that to
    the limits. `reading` is how the manifests were read.
    """

    exclude: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    no_delete: bool = False
    allow_deletes: int | None = None
    allow_replaces: int | None = None
    reading: Reading = Reading()

    def __bool__(self) -> bool:
        return self != Asked()


def matches(name: str, globs: Iterable[str]) -> bool:
    """Tells whether any of the globs matches a name; upper and lower case differ, as they do in names."""
    return any(fnmatchcase(name, glob) for glob in globs)


def selected(name: str, names: tuple[str, ...], exclude: tuple[str, ...]) -> bool:
    """Tells whether a declared name is asked about: among `names` (empty: all), and not excluded."""
    return (not names or matches(name, names)) and not matches(name, exclude)

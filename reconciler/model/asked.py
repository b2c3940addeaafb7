"""What the command line asks of a plan beyond the manifests: part of the plan, so that it can be reviewed."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Asked:
    """Options that a saved plan carries.

    `exclude` are globs over declared names that are left alone, `replace` declared names that are replaced
    although nothing differs. `no_delete` withholds whatever would delete a container. The allowances are how
    many containers the plan may delete and replace whatever the limits say, and at most; None leaves that to
    the limits.
    """

    exclude: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    no_delete: bool = False
    allow_deletes: int | None = None
    allow_replaces: int | None = None

    def __bool__(self) -> bool:
        return self != Asked()


def matches(name: str, globs: Iterable[str]) -> bool:
    """Tells whether any of the globs matches a name; upper and lower case differ, as they do in names."""
    return any(fnmatchcase(name, glob) for glob in globs)


def selected(name: str, names: tuple[str, ...], exclude: tuple[str, ...]) -> bool:
    """Tells whether a declared name is asked about: among `names` (empty: all), and not excluded."""
    return (not names or matches(name, names)) and not matches(name, exclude)

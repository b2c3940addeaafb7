"""What a plan is asked for, beside the manifests: the target's profile and the command's options."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.model.plan import BusyGuard, Target
    from reconciler.model.profile import Profile


@dataclass(frozen=True, slots=True)
class Policy:
    """Options that change what a plan holds.

    `adopt` lets a set without prefix replace and delete containers that exist already.
    `names` are globs over declared names; empty means all. `limited` is off for `destroy` and `drift`.
    `busy` keeps containers that somebody is using; None does not ask.
    """

    profile: Profile
    adopt: bool = False
    names: tuple[str, ...] = ()
    limited: bool = True
    busy: BusyGuard | None = None

    def selects(self, name: str) -> bool:
        """Tells whether a declared name is not filtered out."""
        return not self.names or any(fnmatchcase(name, glob) for glob in self.names)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who made a plan, when, and for which account: shown and saved, never planned on."""

    target: Target
    created_at: str
    tool_version: str

"""What a plan is asked for, beside the manifests: the target's profile and the command's options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from reconciler.model.asked import Asked, matches, selected
from reconciler.model.diagnostics import Diagnostic, Severity
from reconciler.model.live import LiveContainer
from reconciler.model.plan import BusyGuard, Target
from reconciler.model.profile import Profile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator


class Policy(Struct, frozen=True):
    """Options that change what a plan holds.

    `adopt` lets a set without prefix replace and delete containers that exist already.
    `names` are globs over declared names; empty means all. `limited` is off for `destroy` and `drift`.
    `busy` keeps containers that somebody is using; None does not ask. `asked` is what the plan carries
    besides. `replacing` narrows its `replace` to these copies: an approval is of the ones that were there
    when it was given, so that it can be used again without replacing their successors. None narrows nothing.
    """

    profile: Profile
    adopt: bool = False
    names: tuple[str, ...] = ()
    limited: bool = True
    busy: BusyGuard | None = None
    asked: Asked = field(default_factory=Asked)
    replacing: frozenset[str] | None = None

    def selects(self, name: str) -> bool:
        """Tells whether a declared name is not filtered out."""
        return selected(name, self.names, self.asked.exclude)

    def forces(self, copy: LiveContainer) -> bool:
        """Tells whether a copy is to be replaced although nothing may differ."""
        named = copy.declared_name in self.asked.replace
        return named and (self.replacing is None or copy.id in self.replacing)


class Provenance(Struct, frozen=True):
    """Who made a plan, when, and for which account: shown and saved, never planned on."""

    target: Target
    created_at: str
    tool_version: str


def unmatched(names: Collection[str], policy: Policy) -> Iterator[Diagnostic]:
    """Warns about globs that select none of these names: what was meant to be left out would not be."""
    if policy.names and not any(matches(name, policy.names) for name in names):
        globs = ", ".join(policy.names)
        yield Diagnostic(Severity.WARNING, "nothing-selected", f"--name {globs} matches no container")
    for glob in policy.asked.exclude:
        if not any(matches(name, (glob,)) for name in names):
            yield Diagnostic(Severity.WARNING, "nothing-excluded", f"--exclude {glob} matches no container")

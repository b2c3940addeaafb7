"""What belongs to a set of manifests, and the set itself."""

from __future__ import annotations

from msgspec import Struct, field

from reconciler.model.allowances import Allowance
from reconciler.model.asked import matches
from reconciler.model.inputs import Inputs
from reconciler.model.spec import Compare, DesiredContainer, ReplaceOrder

DEFAULT_MAX_DELETE_PERCENT = 30
PERCENT_COUNTS_FROM = 10
"""Below this number of owned containers a percentage says nothing: one of three is 33 %."""


class Limits(Struct, frozen=True):
    """How many containers one apply may lose; None means no count."""

    max_deletes: int | None = None
    max_delete_percent: int = DEFAULT_MAX_DELETE_PERCENT


class Scope(Struct, frozen=True):
    """Which live containers a set claims, and what it may do with those it does not declare.

    `protect` are globs over declared names, declared by this set or not any more.
    """

    prefix: str | None = None
    exclude: tuple[str, ...] = ()
    prune: bool = False
    sweep: bool = False
    compare: Compare = Compare.DIGEST
    limits: Limits = field(default_factory=Limits)
    protect: tuple[str, ...] = ()

    def protects(self, declared: str) -> bool:
        """Tells whether a name is never to be deleted or replaced."""
        return matches(declared, self.protect)

    def holds(self, declared: str) -> bool:
        """Tells whether a declared name lies under the prefix; never, without one."""
        return (
            self.prefix is not None
            and declared.startswith(self.prefix)
            and not any(declared.startswith(carved) for carved in self.exclude)
        )


class Desired(Struct, frozen=True):
    """A whole set of manifests as one value: `containers` are sorted by name, each name once.

    `manifests` are the paths as they were given, and `inputs` what set their variables, so that a saved plan
    can load them again.
    `replace` is the order that `defaults` sets; names that no manifest declares follow it.
    `allowances` are the warnings that comments say are meant.
    """

    scope: Scope
    containers: tuple[DesiredContainer, ...]
    manifests: tuple[str, ...] = ()
    replace: ReplaceOrder = ReplaceOrder.CREATE_FIRST
    allowances: tuple[Allowance, ...] = ()
    inputs: Inputs = field(default_factory=Inputs)

    def by_name(self) -> dict[str, DesiredContainer]:
        """The declared containers by declared name."""
        return {container.name: container for container in self.containers}

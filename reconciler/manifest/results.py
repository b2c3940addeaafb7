"""What loading and fingerprinting give back."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from reconciler.model.allowances import Allowance
from reconciler.model.asked import Reading
from reconciler.model.diagnostics import Diagnostic, Position
from reconciler.model.scope import Desired


class Loaded(Struct, frozen=True):
    """A set of manifests as one value, or None when any diagnostic is an error.

    `uses` tells at which places values come from variables, for what is found later, `reading` how it
    was read. `allowances` are the warnings that comments say are meant; a set that is valid has them itself.
    `rest` is what is left of a set with errors without those: more may be wrong with it, which is to be told.
    """

    desired: Desired | None
    diagnostics: tuple[Diagnostic, ...]
    uses: Mapping[Position, tuple[str, ...]] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)
    allowances: tuple[Allowance, ...] = ()
    rest: Desired | None = None


class Fingerprinted(Struct, frozen=True):
    """The same set with size and digest of each local file that could be read."""

    desired: Desired
    diagnostics: tuple[Diagnostic, ...]

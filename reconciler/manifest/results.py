"""What loading and fingerprinting give back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.scope import Desired


@dataclass(frozen=True, slots=True)
class Loaded:
    """A set of manifests as one value, or None when any diagnostic is an error."""

    desired: Desired | None
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Fingerprinted:
    """The same set with size and digest of each local file that could be read."""

    desired: Desired
    diagnostics: tuple[Diagnostic, ...]

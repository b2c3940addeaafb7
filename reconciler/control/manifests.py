"""From paths to a desired state that can be planned on, or the list of everything that is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.manifest import fingerprint, load
from reconciler.model.diagnostics import Diagnostic, Severity, errors_in
from reconciler.model.errors import InvalidInput
from reconciler.planning.capabilities import unsupported

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.profile import Profile
    from reconciler.model.scope import Desired


class InvalidManifests(InvalidInput):
    """Manifests with errors; `diagnostics` holds them all, warnings included."""

    code = "invalid-manifest"

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        errors = sum(found.severity is Severity.ERROR for found in diagnostics)
        super().__init__(f"{errors} {'error' if errors == 1 else 'errors'} in the manifests")
        self.diagnostics = diagnostics


def check(paths: Sequence[str], profile: Profile) -> tuple[Desired | None, tuple[Diagnostic, ...]]:
    """Loads and checks manifests offline; contents of local files are not read."""
    loaded = load(paths)
    found = loaded.diagnostics
    if loaded.desired is not None:
        found = (*found, *unsupported(loaded.desired, profile))
    return loaded.desired, tuple(sorted(found, key=Diagnostic.sort_key))


def desired_state(paths: Sequence[str], profile: Profile) -> tuple[Desired, tuple[Diagnostic, ...]]:
    """Loads manifests and reads the digests of their local files.

    Returns:
        The desired state, and warnings.

    Raises:
        InvalidManifests: there are errors; nothing was contacted.
    """
    desired, found = check(paths, profile)
    if desired is None or errors_in(found):
        raise InvalidManifests(found)
    read = fingerprint(desired)
    found = tuple(sorted((*found, *read.diagnostics), key=Diagnostic.sort_key))
    if errors_in(found):
        raise InvalidManifests(found)
    return read.desired, found

"""From paths to a desired state that can be planned on, or the list of everything that is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.control.allowances import as_errors, settled
from reconciler.control.policies import NO_POLICIES, of_containers
from reconciler.manifest import fingerprint, load
from reconciler.model.asked import Reading
from reconciler.model.diagnostics import Diagnostic, Severity, errors_in
from reconciler.model.errors import InvalidInput
from reconciler.planning.capabilities import unsupported

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.control.policies import Policies
    from reconciler.manifest import Loaded
    from reconciler.manifest.digests import Prints
    from reconciler.manifest.keeping import Forms
    from reconciler.model.profile import Profile
    from reconciler.model.scope import Desired

READING = Reading()
"""How manifests are read where nobody says otherwise."""


class InvalidManifests(InvalidInput):
    """Manifests with errors; `diagnostics` holds them all, warnings included."""

    code = "invalid-manifest"

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        errors = sum(found.severity is Severity.ERROR for found in diagnostics)
        super().__init__(f"{errors} {'error' if errors == 1 else 'errors'} in the manifests")
        self.diagnostics = diagnostics


def check(
    paths: Sequence[str],
    profile: Profile,
    policies: Policies = NO_POLICIES,
    *,
    reading: Reading = READING,
    strict: bool = False,
    forms: Forms | None = None,
) -> tuple[Desired | None, tuple[Diagnostic, ...]]:
    """Loads and checks manifests offline.

    Contents of local files are read only where policies ask: what one says of a size must not depend on the
    command. With `strict`, warnings are errors. `forms` remembers manifests.
    """
    return _checked(
        load(paths, reading=reading, forms=forms),
        profile,
        policies,
        contents=bool(policies.files),
        strict=strict,
    )


def desired_state(
    paths: Sequence[str],
    profile: Profile,
    policies: Policies = NO_POLICIES,
    prints: Prints | None = None,
    *,
    reading: Reading = READING,
    strict: bool = False,
    forms: Forms | None = None,
) -> tuple[Desired, tuple[Diagnostic, ...]]:
    """Loads manifests and reads the digests of their local files; with `strict`, warnings are errors.

    `prints` knows digests of earlier runs, `forms` manifests.

    Returns:
        The desired state, and warnings.

    Raises:
        InvalidManifests: there are errors; nothing was contacted.
    """
    return state_of(load(paths, reading=reading, forms=forms), profile, policies, prints, strict=strict)


def state_of(
    loaded: Loaded,
    profile: Profile,
    policies: Policies = NO_POLICIES,
    prints: Prints | None = None,
    *,
    strict: bool = False,
) -> tuple[Desired, tuple[Diagnostic, ...]]:
    """The same for manifests that are loaded already."""
    desired, found = _checked(loaded, profile, policies, contents=True, strict=strict, prints=prints)
    if desired is None or errors_in(found):
        raise InvalidManifests(found)
    return desired, found


def _checked(
    loaded: Loaded,
    profile: Profile,
    policies: Policies,
    *,
    contents: bool,
    strict: bool,
    prints: Prints | None = None,
) -> tuple[Desired | None, tuple[Diagnostic, ...]]:
    desired, found = loaded.desired, (*policies.problems, *loaded.diagnostics)
    if desired is not None:
        found = (*found, *unsupported(desired, profile))
    if desired is not None and contents:
        read = fingerprint(desired, prints)
        desired, found = read.desired, (*found, *read.diagnostics)
        if not errors_in(read.diagnostics):  # a file that cannot be read has no size to judge
            found = (*found, *of_containers(policies, desired, profile))
    found = settled(found, desired.allowances if desired else ())
    return desired, tuple(sorted(as_errors(found) if strict else found, key=Diagnostic.sort_key))

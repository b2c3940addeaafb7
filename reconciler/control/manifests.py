"""From paths to a desired state that can be planned on, or the list of everything that is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from reconciler.control.allowances import as_errors, settled
from reconciler.control.policies import NO_POLICIES, of_containers
from reconciler.control.secrets import NO_VALUES, Values, marked, revealed
from reconciler.manifest import fingerprint, load
from reconciler.manifest.uses import noted
from reconciler.model.asked import Reading
from reconciler.model.diagnostics import Diagnostic, Severity, errors_in
from reconciler.model.errors import InvalidInput
from reconciler.planning.capabilities import unsupported

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.control.passes import Prepared
    from reconciler.control.policies import Policies
    from reconciler.manifest import Given, Loaded
    from reconciler.manifest.digests import Prints
    from reconciler.manifest.keeping import Forms
    from reconciler.model.allowances import Allowance
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


class SecretsMissing(InvalidManifests):
    """What a plan would send has no value, which only showed once it was planned; nothing was changed."""

    code = "secrets-missing"


def check(
    paths: Sequence[str],
    profile: Profile,
    policies: Policies = NO_POLICIES,
    *,
    reading: Reading = READING,
    given: Given | None = None,
    strict: bool = False,
    forms: Forms | None = None,
    values: Values = NO_VALUES,
) -> tuple[Desired | None, tuple[Diagnostic, ...]]:
    """Loads and checks manifests offline; `given` sets their variables. No value of a secret is read.

    Contents of local files are read only where policies ask: what one says of a size must not depend on the
    command. With `strict`, warnings are errors. `forms` remembers manifests.
    """
    return _checked(
        load(paths, given, reading, forms),
        profile,
        policies,
        values,
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
    given: Given | None = None,
    strict: bool = False,
    forms: Forms | None = None,
    values: Values = NO_VALUES,
) -> tuple[Desired, tuple[Diagnostic, ...]]:
    """Loads manifests, and reads the digests of their local files and the values of secrets that are needed.

    With `strict`, warnings are errors. `prints` knows digests of earlier runs, `forms` manifests;
    `given` sets variables.

    Returns:
        The desired state, and warnings.

    Raises:
        InvalidManifests: there are errors; nothing was contacted.
    """
    loaded = load(paths, given, reading, forms)
    return state_of(loaded, profile, policies, prints, strict=strict, values=values)


def state_of(
    loaded: Loaded,
    profile: Profile,
    policies: Policies = NO_POLICIES,
    prints: Prints | None = None,
    *,
    strict: bool = False,
    values: Values = NO_VALUES,
) -> tuple[Desired, tuple[Diagnostic, ...]]:
    """The same for manifests that are loaded already."""
    desired, found = _checked(loaded, profile, policies, values, contents=True, strict=strict, prints=prints)
    if desired is None or errors_in(found):
        raise InvalidManifests(found)
    return desired, found


def _checked(
    loaded: Loaded,
    profile: Profile,
    policies: Policies,
    values: Values,
    *,
    contents: bool,
    strict: bool,
    prints: Prints | None = None,
) -> tuple[Desired | None, tuple[Diagnostic, ...]]:
    desired = loaded.desired
    if desired is None:
        return None, _all_found(loaded, profile, policies, values, strict=strict)
    desired, secrets = marked(desired, values)
    found = [*secrets, *unsupported(desired, profile)]
    if contents:
        read = fingerprint(desired, prints)
        desired = read.desired
        found += read.diagnostics
        if not errors_in(read.diagnostics):  # a file that cannot be read has no size to judge
            found += of_containers(policies, desired, profile)
    told = (*policies.problems, *loaded.diagnostics, *noted(found, loaded.uses))
    return desired, _settled(told, desired.allowances, strict=strict)


def _all_found(
    loaded: Loaded, profile: Profile, policies: Policies, values: Values, *, strict: bool
) -> tuple[Diagnostic, ...]:
    """What is wrong with a set with errors, and with what else is in it.

    No file is read, and no policy is asked: one may be about a key that an error lies in.
    """
    found: list[Diagnostic] = []
    if loaded.rest is not None:
        rest, secrets = marked(loaded.rest, values)
        found = [*secrets, *unsupported(rest, profile)]
    told = (*policies.problems, *loaded.diagnostics, *noted(found, loaded.uses))
    return _settled(told, loaded.allowances, strict=strict, whole=False)


def _settled(
    found: Iterable[Diagnostic], allowances: Sequence[Allowance], *, strict: bool, whole: bool = True
) -> tuple[Diagnostic, ...]:
    """By place, each once: what many containers share stands in one place."""
    left = settled(tuple(dict.fromkeys(found)), allowances, whole=whole)
    return tuple(sorted(as_errors(left) if strict else left, key=Diagnostic.sort_key))


def with_what_is_sent(prepared: Prepared, values: Values) -> Prepared:
    """The same, with the value of every secret that carrying it out sends.

    Raises:
        SecretsMissing: a value is missing.
    """
    desired, found = revealed(prepared.plan, prepared.desired, values)
    if found:
        raise SecretsMissing(found)
    return replace(prepared, desired=desired)

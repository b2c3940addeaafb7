"""Reading the values of secrets: from the environment or from files, once each, into what shows nothing.

A file's last line end is left out, since editors and `echo` add one and no secret means it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec.structs import replace

from reconciler.manifest.findings import Problem, error
from reconciler.manifest.results import Fingerprinted
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.stamp import keyed_mark
from reconciler.model.write_only import FromVariable, Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.model.scope import Desired
    from reconciler.model.spec import DesiredContainer
    from reconciler.model.write_only import DomainSecret, ValueFrom

MAX_CHARACTERS = 10_485_760
_MOST_BYTES = 4 * MAX_CHARACTERS + 2
"""Of UTF-8, with a line end."""


def with_values(
    desired: Desired,
    environment: Mapping[str, str],
    wanted: Callable[[DesiredContainer, DomainSecret], bool],
    key: Secret | None = None,
) -> Fingerprinted:
    """Reads the values that are wanted and not known yet.

    Args:
        desired: the declared containers.
        environment: variables by name.
        wanted: tells which secrets of which containers are needed.
        key: under which values without a version are marked; None for none.
    """
    reading = _Reading(environment, key)
    containers = tuple(reading.container(entry, wanted) for entry in desired.containers)
    diagnostics = tuple(sorted(dict.fromkeys(reading.problems), key=Diagnostic.sort_key))
    return Fingerprinted(replace(desired, containers=containers), diagnostics)


class _Reading:
    """The values of one set: each place is read once, however many containers use it."""

    def __init__(self, environment: Mapping[str, str], key: Secret | None) -> None:
        self.problems: list[Diagnostic] = []
        self._environment = environment
        self._key = key
        self._known: dict[ValueFrom, Secret | Problem] = {}

    def container(
        self, entry: DesiredContainer, wanted: Callable[[DesiredContainer, DomainSecret], bool]
    ) -> DesiredContainer:
        if not entry.inputs.secrets:
            return entry
        secrets = tuple(
            self._secret(one) if one.value is None and wanted(entry, one) else one
            for one in entry.inputs.secrets
        )
        return replace(entry, inputs=replace(entry.inputs, secrets=secrets))

    def _secret(self, secret: DomainSecret) -> DomainSecret:
        place = secret.value_from
        if place not in self._known:
            self._known[place] = _value(place, self._environment)
        found = self._known[place]
        if isinstance(found, Problem):
            message = f"{found.message}; the secret {secret.binding} needs it"
            self.problems.append(error(found.code, message, secret.position, found.hint))
            return secret
        keyed = None
        if self._key is not None and secret.version is None:
            keyed = keyed_mark(self._key, secret.domain, secret.name, found)
        return replace(secret, value=found, keyed=keyed)


def _value(place: ValueFrom, environment: Mapping[str, str]) -> Secret | Problem:
    if isinstance(place, FromVariable):
        found = environment.get(place.variable)
        name = f"the environment variable {place.variable}"
        return Problem("secret-missing", f"{name} is not set") if found is None else _judged(found, name)
    name = f"the file {place.path}"
    try:
        with open(place.path, "rb", opener=_without_waiting) as stream:
            data = stream.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return Problem("secret-missing", f"{name} is not there", "it is relative to the manifest's folder")
    except (OSError, ValueError) as failed:
        why = getattr(failed, "strerror", None) or "no path"
        return Problem("secret-unreadable", f"{name} cannot be read: {why}")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return Problem("invalid-secret", f"{name} is no UTF-8 text")
    return _judged(text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text, name)


def _judged(value: str, name: str) -> Secret | Problem:
    if not value:
        return Problem("invalid-secret", f"{name} is empty")
    if len(value) > MAX_CHARACTERS:
        return Problem("invalid-secret", f"{name} has more than {MAX_CHARACTERS} characters")
    if not _is_text(value):
        return Problem("invalid-secret", f"{name} is no UTF-8 text")
    return Secret(value)


def _is_text(value: str) -> bool:
    """A variable that is no UTF-8 comes with half characters, which no request can hold."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _without_waiting(path: str, flags: int) -> int:
    """Opens the file; the writer of a pipe is not waited for."""
    return os.open(path, flags | os.O_NONBLOCK)

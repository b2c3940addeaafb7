"""When the values of secrets are read: as late as possible, and never later than anything is sent.

| | a secret with a version | without one, a key is set | without one, no key |
|---|---|---|---|
| `validate`, `destroy` | never | never | never |
| `plan`, `drift`, `list`, `resolve` | never | before anything is contacted: its stamp needs it | never |
| `apply` | after planning, if its container is made | before anything is contacted | likewise |

What is missing is an error with its place (exit 3), whenever it is found, and nothing was changed.
"""

from __future__ import annotations

from enum import Enum, auto
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from msgspec import field

from reconciler.model.diagnostics import Diagnostic, Severity
from reconciler.model.plan import Action
from reconciler.model.redacted import Redacted
from reconciler.model.stamp import KEY_VARIABLE
from reconciler.model.write_only import Secret
from reconciler.planning.rotation import INVISIBLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.model.plan import Plan
    from reconciler.model.scope import Desired

SHORT_KEY = "stamp-key-short"
LEAST_KEY = 16
"""Characters of a key that nobody tries out."""


class Purpose(Enum):
    """What a command is about to do with secrets."""

    NOTHING = auto()
    CHECK = auto()
    COMPARE = auto()
    SEND = auto()


class Values(Redacted, frozen=True):
    """Where values may come from, and what they are for."""

    told: ClassVar[tuple[str, ...]] = ("purpose",)
    purpose: Purpose = Purpose.NOTHING
    environment: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def key(self) -> Secret | None:
        """The key of stamps; an empty one is none."""
        found = self.environment.get(KEY_VARIABLE)
        return Secret(found) if found else None


NO_VALUES = Values()


def marked(desired: Desired, values: Values) -> tuple[Desired, tuple[Diagnostic, ...]]:
    """Reads the values that must be known before anything is contacted, and marks them for stamps."""
    if not any(entry.inputs.secrets for entry in desired.containers) or values.purpose is Purpose.NOTHING:
        return desired, ()
    key, purpose = values.key, values.purpose
    needed = purpose is Purpose.SEND or (purpose is Purpose.COMPARE and key is not None)
    found = tuple(dict.fromkeys(_advice(desired, key)))
    if not needed:
        return desired, found
    from reconciler.manifest import with_values  # noqa: PLC0415 - only where there are secrets

    read = with_values(desired, values.environment, lambda _, secret: secret.version is None, key)
    return read.desired, (*found, *read.diagnostics)


def revealed(plan: Plan, desired: Desired, values: Values) -> tuple[Desired, tuple[Diagnostic, ...]]:
    """Reads whatever else carrying out a plan sends."""
    made = {change.name for change in plan.changes if change.action in (Action.CREATE, Action.REPLACE)}
    if not any(entry.inputs.secrets for entry in desired.containers if entry.name in made):
        return desired, ()
    from reconciler.manifest import with_values  # noqa: PLC0415 - only where there are secrets

    read = with_values(desired, values.environment, lambda entry, _: entry.name in made)
    return read.desired, read.diagnostics


def _advice(desired: Desired, key: Secret | None) -> Iterator[Diagnostic]:
    """Warns where another value would go unnoticed, or could be guessed."""
    for entry in desired.containers:
        for secret in entry.inputs.secrets:
            if secret.version is not None:
                continue
            if key is None:
                message = f"a new value of the secret {secret.binding} will go unnoticed"
                hint = f"give it a version and raise that with each new value, or set {KEY_VARIABLE}"
                yield Diagnostic(Severity.WARNING, INVISIBLE, message, secret.position, hint)
            elif len(key.reveal()) < LEAST_KEY:
                message = f"{KEY_VARIABLE} has fewer than {LEAST_KEY} characters: values could be guessed"
                yield Diagnostic(Severity.WARNING, SHORT_KEY, message, hint="set a long random one")

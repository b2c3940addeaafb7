"""What a policy is once its file is read. Nothing here needs jsonschema."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from reconciler.model.diagnostics import Severity

if TYPE_CHECKING:
    from reconciler.model.diagnostics import Diagnostic

SUBJECT = "x-applies-to"
SEVERITY = "x-severity"
VIOLATED = "policy"
"""The code of what a policy has against something."""

SEVERITIES = (Severity.ERROR.value, Severity.WARNING.value)


class BrokenError(Exception):
    """A file is no policy; `line` and `column` are where, the beginning where nobody knows better."""

    def __init__(self, message: str, line: int = 1, column: int = 1, hint: str | None = None) -> None:
        super().__init__(message)
        self.line, self.column, self.hint = line, column, hint


class Subject(StrEnum):
    """What a policy judges: every declared container by itself, or the plan as a whole.

    A schema says so itself, with `x-applies-to`. Two kinds of folders or two options would let one file be
    used for the wrong subject, where it finds nothing to forbid and passes in silence; a key that starts
    with `x-` is left alone by every validator and editor. Most policies are about containers: the default.
    """

    CONTAINER = "container"
    PLAN = "plan"


class PolicyFile(Struct, frozen=True):
    """One policy: a schema that was found to be one. `path` is as diagnostics name it."""

    path: str
    subject: Subject
    schema: dict[str, Any]


class Policies(Struct, frozen=True):
    """Every policy that was given, and what is wrong with the files of the others."""

    files: tuple[PolicyFile, ...] = ()
    problems: tuple[Diagnostic, ...] = ()

    def about(self, subject: Subject) -> tuple[PolicyFile, ...]:
        """The policies that judge this."""
        return tuple(file for file in self.files if file.subject is subject)


NO_POLICIES = Policies()

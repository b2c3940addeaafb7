"""What is wrong or worth knowing about the input: many at once, each with its position."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Severity(StrEnum):
    """How much a diagnostic weighs: an error ends the command with exit code 3, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Position(Struct, frozen=True, order=True, gc=False):
    """A place in a manifest; `line` and `column` count from 1, columns in characters."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Diagnostic(Struct, frozen=True, gc=False):
    """One finding. `code` is kebab-case and stable; `message` and `hint` are unescaped text."""

    severity: Severity
    code: str
    message: str
    position: Position | None = None
    hint: str | None = None

    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Orders findings by place, so that output does not depend on the order of discovery."""
        at = self.position or Position("", 0, 0)
        return (at.file, at.line, at.column, self.code, self.message)


def errors_in(diagnostics: tuple[Diagnostic, ...]) -> bool:
    """Tells whether any of them forbids going on."""
    return any(found.severity is Severity.ERROR for found in diagnostics)

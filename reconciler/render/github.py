"""Diagnostics as workflow commands: GitHub shows them at the lines of a pull request.

A command is a line; its properties end at `,` and `:`, so what stands in them is escaped as the runner's own
toolkit does it. Texts are made safe first, since the runner prints what it does not understand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Severity
from reconciler.render.diagnostics_text import first_of
from reconciler.render.escape import escape, safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.result import Result

LONGEST = 2000
"""Characters of one message."""

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def github_lines(result: Result, most: int | None = None) -> Iterator[str]:
    """Yields a command for each diagnostic, and for the error that ended the command.

    At most so many are written, all of them for 0 and None.
    """
    shown, rest = first_of(result.diagnostics, most or None)
    yield from (_command(found) for found in shown)
    if rest:
        yield f"::notice::{rest} more not listed"
    if result.error is not None:
        yield _line("error", {"title": result.error.code}, str(result.error), result.error.hint)


def _command(found: Diagnostic) -> str:
    properties = {"title": found.code}
    if found.position is not None:
        at = found.position
        place = {"file": at.file.removeprefix("./"), "line": str(at.line), "col": str(at.column)}
        properties = {**place, **properties}
    return _line(_COMMANDS[found.severity], properties, found.message, found.hint)


def _line(command: str, properties: dict[str, str], message: str, hint: str | None) -> str:
    given = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    text = "\n".join(safe(part, LONGEST) for part in (message, hint and f"hint: {hint}") if part)
    return f"::{command} {given}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    shown = "".join(character if character in "\r\n" else escape(character) for character in text)
    return _data(shown).replace(":", "%3A").replace(",", "%2C")

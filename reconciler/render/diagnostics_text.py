"""Diagnostics as lines that editors and people can follow: `file:line:column: message`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Severity
from reconciler.render.escape import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.render.paint import Paint

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}


def diagnostic_lines(found: Iterable[Diagnostic], paint: Paint) -> Iterator[str]:
    """Yields one line for each, and one for its hint."""
    for diagnostic in found:
        where = f"{safe(str(diagnostic.position))}: " if diagnostic.position else ""
        label = ""
        if diagnostic.severity is not Severity.ERROR:
            label = paint(_COLOURS[diagnostic.severity], f"{diagnostic.severity.value}: ")
        code = paint("dim", f"[{safe(diagnostic.code)}]")
        yield f"{where}{label}{safe(diagnostic.message, 400)} {code}"
        if diagnostic.hint:
            yield f"    {paint('cyan', 'hint:')} {safe(diagnostic.hint, 400)}"

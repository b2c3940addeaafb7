"""Diagnostics as lines that editors and people can follow: `file:line:column: message`, the line, a hint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Severity
from reconciler.render.escape import safe
from reconciler.render.quote_text import quote_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.render.paint import Paint

_WEIGHTS = (Severity.ERROR, Severity.WARNING, Severity.NOTE)
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}


def diagnostic_lines(found: Iterable[Diagnostic], paint: Paint) -> Iterator[str]:
    """Yields one line for each, the line of the manifest that it is about, and one for its hint."""
    for diagnostic in found:
        where = f"{safe(str(diagnostic.position))}: " if diagnostic.position else ""
        label = ""
        if diagnostic.severity is not Severity.ERROR:
            label = paint(_COLOURS[diagnostic.severity], f"{diagnostic.severity.value}: ")
        code = paint("dim", f"[{safe(diagnostic.code)}]")
        yield f"{where}{label}{safe(diagnostic.message, 400)} {code}"
        if diagnostic.position is not None:
            yield from quote_lines(diagnostic.position, paint)
        if diagnostic.hint:
            yield f"    {paint('cyan', 'hint:')} {safe(diagnostic.hint, 400)}"


def first_of(found: Sequence[Diagnostic], most: int | None) -> tuple[tuple[Diagnostic, ...], int]:
    """As many as are wanted (None: all), in their order, and how many are left out.

    What weighs more goes first: no error is left out for the sake of a warning.
    """
    if most is None or len(found) <= most:
        return tuple(found), 0
    by_weight = sorted(range(len(found)), key=lambda at: (_WEIGHTS.index(found[at].severity), at))
    kept = sorted(by_weight[:most])
    return tuple(found[at] for at in kept), len(found) - most


def limited_lines(found: Sequence[Diagnostic], most: int | None, paint: Paint) -> Iterator[str]:
    """Yields the lines of as many as are wanted, and one that counts the rest."""
    shown, rest = first_of(found, most)
    yield from diagnostic_lines(shown, paint)
    if rest:
        yield f"... and {rest} more (--max-diagnostics 0 shows all)"

"""Many diagnostics: as many as anybody reads, errors first, and a count of the rest."""

from __future__ import annotations

from reconciler.model.diagnostics import Diagnostic, Position, Severity
from reconciler.render.diagnostics_text import first_of, limited_lines
from reconciler.render.paint import Paint


def found(*severities: Severity) -> tuple[Diagnostic, ...]:
    return tuple(
        Diagnostic(severity, "code", f"message {line}", Position("a", line, 1))
        for line, severity in enumerate(severities, 1)
    )


ALL = found(Severity.NOTE, Severity.WARNING, Severity.ERROR, Severity.WARNING, Severity.ERROR)


def test_no_error_is_left_out_for_a_warning_and_the_order_stays() -> None:
    assert first_of(ALL, 2) == ((ALL[2], ALL[4]), 3)
    assert first_of(ALL, 3) == ((ALL[1], ALL[2], ALL[4]), 2)
    assert first_of(ALL, 4) == (ALL[1:], 1)


def test_all_are_shown_where_there_is_room_or_no_limit() -> None:
    assert first_of(ALL, 5) == (ALL, 0)
    assert first_of(ALL, None) == (ALL, 0)


def test_the_rest_is_counted() -> None:
    lines = list(limited_lines(ALL, 1, Paint()))
    assert lines == ["a:3:1: message 3 [code]", "... and 4 more (--max-diagnostics 0 shows all)"]
    assert len(list(limited_lines(ALL, 5, Paint()))) == 5

"""Findings: where they are, in which order they come, and which of them end a command."""

from __future__ import annotations

from reconciler.model.diagnostics import Diagnostic, Position, Severity, errors_in
from reconciler.model.stop import Stop


def test_a_position_reads_as_editors_follow_it() -> None:
    assert str(Position("ci.yaml", 3, 14)) == "ci.yaml:3:14"


def test_findings_are_ordered_by_place_as_numbers() -> None:
    def at(line: int, code: str = "x") -> Diagnostic:
        return Diagnostic(Severity.ERROR, code, "m", Position("a", line, 1))

    nowhere = Diagnostic(Severity.ERROR, "x", "m")
    found = [at(10), at(2, "b"), at(2, "a"), nowhere]
    assert sorted(found, key=Diagnostic.sort_key) == [nowhere, at(2, "a"), at(2, "b"), at(10)]


def test_warnings_do_not_end_a_command() -> None:
    warning = Diagnostic(Severity.WARNING, "x", "m")
    assert not errors_in(())
    assert not errors_in((warning, Diagnostic(Severity.NOTE, "x", "m")))
    assert errors_in((warning, Diagnostic(Severity.ERROR, "x", "m")))


def test_a_stop_is_asked_for_once_and_stays() -> None:
    stop = Stop()
    assert not stop.requested
    stop.request()
    stop.request()
    assert stop.requested

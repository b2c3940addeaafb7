"""No more problems are listed than anybody reads, and that some are left out is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.manifest import gathered
from reconciler.manifest.gathered import Gathered
from reconciler.model.diagnostics import Diagnostic, Position, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 3


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathered, "MAX_PROBLEMS", MOST)


def _found(severity: Severity, count: int) -> Iterator[Diagnostic]:
    for number in range(count, 0, -1):
        yield Diagnostic(severity, "a-code", "is wrong", Position("m", number, 1))


def test_all_are_listed_by_place_and_each_once() -> None:
    both = Gathered()
    both.take(_found(Severity.WARNING, MOST))
    both.take(_found(Severity.ERROR, MOST))
    both.take(_found(Severity.ERROR, MOST))
    assert not both.full
    assert [found.position.line for found in both.sorted() if found.position] == [1, 1, 2, 2, 3, 3]


def test_nobody_is_asked_for_more_than_are_listed() -> None:
    def endless() -> Iterator[Diagnostic]:
        yield from _found(Severity.ERROR, MOST + 1)
        raise AssertionError

    found = Gathered()
    found.take(endless())
    found.take(endless())
    assert found.full
    *listed, rest = found.sorted()
    assert len(listed) == MOST
    assert (rest.code, rest.severity, rest.position) == (
        "too-many-problems",
        Severity.ERROR,
        listed[-1].position,
    )


def test_warnings_do_not_take_the_place_of_an_error() -> None:
    found = Gathered()
    found.take(_found(Severity.WARNING, 2 * MOST))
    found.take(_found(Severity.ERROR, 1))
    assert [each.severity for each in found.sorted()].count(Severity.ERROR) == 1
    assert [each.code for each in found.sorted()].count("too-many-problems") == 1

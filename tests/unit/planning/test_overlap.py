"""Which scopes overlap, whichever of them was first; a table of the rule, and what people are told."""

from __future__ import annotations

import pytest
from support.builders import scope

from reconciler.model.diagnostics import Severity
from reconciler.model.history import SeenPrefix
from reconciler.planning.overlap import overlaps


def found(
    mine: str | None, seen: str, *, exclude: tuple[str, ...] = (), of_seen: tuple[str, ...] = ()
) -> bool:
    return bool(overlaps(scope(mine, exclude=exclude), (SeenPrefix(seen, of_seen, "then"),)))


@pytest.mark.parametrize(
    ("wider", "narrower", "exclude", "overlap"),
    [
        ("ci-", "ci-a-", (), True),
        ("ci-", "ci-a-", ("ci-b-",), True),
        ("ci-", "ci-a-", ("ci-a-",), False),
        ("ci-", "ci-a-b-", ("ci-a-",), False),
        ("ci-", "ci-a-", ("ci-a-b-",), True),
        ("ci-", "ci-a-", ("ci-b-", "ci-a-"), False),
        ("ci-", "cd-", (), False),
        ("ci-a-", "ci-b-", (), False),
        ("ci-a-", "ci-ab-", (), False),
        ("ci.", "ci-a-", (), False),
    ],
)
def test_the_wider_scope_excludes_the_narrower_or_they_overlap(
    wider: str,
    narrower: str,
    exclude: tuple[str, ...],
    overlap: bool,  # noqa: FBT001 - of the table
) -> None:
    assert found(wider, narrower, exclude=exclude) is overlap
    assert found(narrower, wider, of_seen=exclude) is overlap


def test_what_the_narrower_scope_excludes_says_nothing() -> None:
    assert found("ci-", "ci-a-", of_seen=("ci-a-b-", "ci-"))
    assert found("ci-a-", "ci-", exclude=("ci-a-b-", "ci-"))


def test_the_same_prefix_is_the_same_scope_whatever_it_excludes() -> None:
    assert not found("ci-", "ci-")
    assert not found("ci-", "ci-", exclude=("ci-a-",), of_seen=("ci-b-",))


def test_a_set_without_prefix_overlaps_with_nothing() -> None:
    assert not found(None, "ci-")


def test_each_overlap_is_told_once_and_names_both_with_the_way_out() -> None:
    seen = tuple(SeenPrefix(prefix, (), "then") for prefix in ("ab-", "ci-", "ci-a b-", "ci-a b-c-"))
    wider, narrower = overlaps(scope("ci-a b-"), seen)
    assert {(one.severity, one.code) for one in (wider, narrower)} == {
        (Severity.WARNING, "overlapping-scope")
    }
    assert "ci-a b-* overlaps with ci-*" in wider.message
    assert wider.hint is not None
    assert "add 'ci-a b-' to the `exclude` of ci-* and apply that set again" in wider.hint
    assert wider.hint.endswith("`reconciler ledger clear --prefix ci-`")
    assert "ci-a b-* overlaps with ci-a b-c-*" in narrower.message
    assert narrower.hint is not None
    assert "add 'ci-a b-c-' to the `exclude` of ci-a b-*; or" in narrower.hint
    assert narrower.hint.endswith("`reconciler ledger clear --prefix 'ci-a b-c-'`")

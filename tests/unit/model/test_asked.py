"""Globs over names, and whether anything was asked at all."""

from __future__ import annotations

import pytest

from reconciler.model.asked import Asked, selected


@pytest.mark.parametrize(
    ("names", "exclude", "expected"),
    [
        ((), (), True),
        (("ci-*",), (), True),
        (("cj-*", "ci-a"), (), True),
        (("CI-*",), (), False),  # names differ by case, and so do globs
        ((), ("ci-?",), False),
        (("ci-a",), ("ci-[ab]",), False),  # what is excluded is left alone, whatever else says its name
        (("ci-a",), ("ci-b",), True),
    ],
)
def test_a_name_is_selected_by_what_names_it_and_nothing_that_excludes_it(
    names: tuple[str, ...],
    exclude: tuple[str, ...],
    expected: bool,  # noqa: FBT001 - a table
) -> None:
    assert selected("ci-a", names, exclude) is expected


def test_nothing_asked_is_nothing_and_an_allowance_of_none_is_something() -> None:
    assert not Asked()
    assert Asked(allow_deletes=0)
    assert Asked(no_delete=True)

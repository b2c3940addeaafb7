"""Whether an answer proves that it holds every name that begins so, for each kind of filter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.api.name_filter import narrows

if TYPE_CHECKING:
    from collections.abc import Callable

FILTERS: dict[str, Callable[[str, str], bool]] = {
    "exact": lambda question, name: name == question,
    "exact, any case": lambda question, name: name.casefold() == question.casefold(),
    "by prefix": lambda question, name: name.startswith(question),
    "by prefix, any case": lambda question, name: name.casefold().startswith(question.casefold()),
    "by substring": lambda question, name: question in name,
    "by substring, any case": lambda question, name: question.casefold() in name.casefold(),
    "by suffix": lambda question, name: name.endswith(question),
    "ignored": lambda question, name: True,  # noqa: ARG005 - one of the filters
    "none ever": lambda question, name: False,  # noqa: ARG005 - likewise
}
NAMES = st.text("abAB-", max_size=6)


@pytest.mark.parametrize("kind", FILTERS)
@given(question=st.text("abAB-", min_size=1, max_size=3), account=st.lists(NAMES, max_size=8))
def test_an_answer_that_is_believed_holds_every_name_that_begins_so(
    kind: str, question: str, account: list[str]
) -> None:
    answer = [name for name in account if FILTERS[kind](question, name)]
    if narrows(question, answer):
        assert [name for name in answer if name.startswith(question)] == [
            name for name in account if name.startswith(question)
        ]


@pytest.mark.parametrize("answer", [[], ["ci-"], ["my-ci-b"], ["ci-a", "other"], ["ci-a", ""], ["ci-a-ci-"]])
def test_what_proves_nothing_is_not_believed(answer: list[str]) -> None:
    assert not narrows("ci-", answer)


@pytest.mark.parametrize("answer", [["ci-a"], ["ci-", "ci-a", "my-ci-b", "CI-C"]])
def test_a_name_that_goes_on_is_proof(answer: list[str]) -> None:
    assert narrows("ci-", answer)

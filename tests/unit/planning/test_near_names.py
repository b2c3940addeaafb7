"""Slips of the keyboard among names: what is one, what is none, and that many names cost little."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.strategies import law

from reconciler.planning.near_names import MOST_CHARACTERS, MOST_PAIRS, Slip, slips


@pytest.mark.parametrize(
    ("name", "other", "slip"),
    [
        ("ci-Worker", "ci-worker", Slip.CASE),
        ("ci-search_index", "ci-search-index", Slip.CASE),
        ("ci-search.index", "ci-search/index", Slip.CASE),
        ("ci-workr", "ci-worker", Slip.LETTER),
        ("ci-worker", "ci-workers", Slip.LETTER),
        ("ci-workker", "ci-worker", Slip.LETTER),
        ("ci-wokrer", "ci-worker", Slip.LETTER),
        ("ci-warker", "ci-worker", Slip.LETTER),
        ("ci-orker", "ci-worker", Slip.LETTER),
        ("ci-Wokrer_eu", "ci-worker-eu", Slip.LETTER),
        ("ci-anaylsis-eu", "ci-analyssi-eu", Slip.LETTERS),
        ("ci-enviromet-x", "ci-environment-x", Slip.LETTERS),
        ("ci-analisys", "ci-analysis", Slip.LETTERS),
        ("ci-anaylsis", "ci-analysis", Slip.LETTER),
        ("ci-analysis-a", "ci-anaylssi-b", None),
        ("ci-ennlyses", "ci-analysts", None),
        ("ci-worker-1", "ci-worker-2", None),
        ("ci-worker-1", "ci-worker-11", None),
        ("ci-worker", "ci-worker2", None),
        ("ci-w0rker", "ci-worker", None),
        ("ci-a", "ci-b", None),
        ("ci-app", "ci-apps", None),
        ("team-eu", "team-us", None),
        ("ci-worker", "ci-wrokre", None),
        ("ci-worker", "ci-workload", None),
        ("ci-worker", "worker", None),
        ("ci-worker", "", None),
        ("ci-worker", "ci-worker", None),
    ],
)
def test_what_is_a_slip_for_what(name: str, other: str, slip: Slip | None) -> None:
    assert slips([name], [other]) == ({} if slip is None else {name: (slip, other)})
    assert slips([other], [name]) == ({} if slip is None else {other: (slip, name)})


def test_the_closest_is_told_then_the_first_by_name() -> None:
    others = ["ci-workers", "ci-Worker", "ci-worke"]
    assert slips(["ci-worker"], others) == {"ci-worker": (Slip.CASE, "ci-Worker")}
    assert slips(["ci-worker"], ["ci-workers", "ci-worke"]) == {"ci-worker": (Slip.LETTER, "ci-worke")}


WORDS = st.text("abAB-_1", max_size=10)


@law
@given(names=st.lists(WORDS), others=st.lists(WORDS))
@example(names=["aaaa"], others=["aaa", "aaaaa", "aaba"])
def test_filing_finds_what_comparing_all_pairs_finds(names: list[str], others: list[str]) -> None:
    known = set(others) - set(names)
    by_pairs = {name for name in names for other in known if slips([name], [other])}
    assert set(slips(names, others)) == by_pairs
    assert slips(names, others) == slips(names[::-1], others[::-1])


@pytest.mark.parametrize(
    "number",
    ["ci-worker-{:05}", "ci-{}-worker-of-the-northern-region", "{:064}-padded", "ci-" + "x" * 80 + "{:05}"],
)
def test_ten_thousand_names_against_ten_thousand_take_seconds_at_most(number: str) -> None:
    names = [number.format(i) for i in range(10_000)]
    others = [number.format(i) + "s" for i in range(10_000)]
    began = time.process_time()
    slips(names, others)
    assert time.process_time() - began < 8


def test_names_that_all_differ_by_a_letter_are_bounded() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    names = [f"ci-work{a}{b}{c}" for a in letters for b in letters for c in letters][:10_000]
    others = [f"{name}s" for name in names]
    began = time.process_time()
    assert slips(names, others)
    assert time.process_time() - began < 20


def test_two_letters_are_looked_for_among_few_names_only() -> None:
    others = ["ci-analysis", *(f"ci-other-{i}" for i in range(MOST_PAIRS))]
    assert slips(["ci-analisys"], others[:100])["ci-analisys"] == (Slip.LETTERS, "ci-analysis")
    assert slips(["ci-analisys"], others) == {}


def test_the_most_pairs_take_seconds_at_most() -> None:
    names = [f"ci-{'abc' * 9}{a}{b}" for a in "defghijklm" for b in "defghijklm"]
    others = [f"ci-{'cba' * 9}{a}{b}" for a in "defghijklm" for b in "defghijklm"]
    assert len(names) * len(others) == MOST_PAIRS
    began = time.process_time()
    assert slips(names, others) == {}
    assert time.process_time() - began < 20


def test_beyond_the_ceiling_only_case_is_compared() -> None:
    many = [f"{i:0100}" for i in range(MOST_CHARACTERS // 100)]
    assert slips(["ci-worker", "ci-Workers"], [*many, "ci-workers"]) == {
        "ci-Workers": (Slip.CASE, "ci-workers")
    }


def test_a_live_name_of_any_length_is_no_slip() -> None:
    assert slips(["ci-worker"], ["x" * 1_000_000, "ci-workers"])["ci-worker"][1] == "ci-workers"

"""Rate headers in every form that servers were seen to write, and in forms that only a hostile one would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.api.headers import LONGEST_RESET, RateTold, duration, rate_told, should_retry


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1s", 1.0),
        ("6m0s", 360.0),
        ("12ms", 0.012),
        ("1h2m3.5s", 3723.5),
        ("1m30s", 90.0),
        ("2m59.56s", 179.56),
        ("1s500ms", 1.5),
        ("60", 60.0),
        ("0.25", 0.25),
        (" 7 ", 7.0),
        ("0s", 0.0),
        *(
            (odd, None)
            for odd in ("", "soon", "1s!", "s", "-1s", "-1", "1e9", "nan", "inf", "1 s", "1d", "1:30")
        ),
        ("9" * 400, None),
        ("9" * 400 + "s", None),
    ],
)
def test_a_duration_is_read_or_is_none(text: str, seconds: float | None) -> None:
    assert duration(text) == (None if seconds is None else pytest.approx(seconds))


def told(limit: str, remaining: str, reset: str | None = None) -> RateTold | None:
    """What the headers say."""
    headers = {"x-ratelimit-limit-requests": limit, "x-ratelimit-remaining-requests": remaining}
    return rate_told(headers if reset is None else {**headers, "x-ratelimit-reset-requests": reset})


def test_the_rate_is_what_the_headers_tell() -> None:
    assert told("100", "99", "600ms") == RateTold(100, 99, 0.6)
    assert told("100", "0", "60") == RateTold(100, 0, 60.0)
    assert told("100", "40") == RateTold(100, 40, None)


@pytest.mark.parametrize(
    ("limit", "remaining"),
    [("0", "0"), ("100", "101"), ("-1", "5"), ("100", "many"), ("", "3"), ("1e9", "3")],
)
def test_nonsense_tells_nothing(limit: str, remaining: str) -> None:
    assert told(limit, remaining, "1s") is None
    assert rate_told({}) is None


@pytest.mark.parametrize("reset", ["1790000000", "9999h", "soon", str(LONGEST_RESET + 1)])
def test_a_reset_that_is_no_matter_of_minutes_is_not_told(reset: str) -> None:
    assert told("100", "40", reset) == RateTold(100, 40, None)


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_whatever_stands_there_is_survived_and_bounded(limit: str, remaining: str, reset: str) -> None:
    found = told(limit, remaining, reset)
    assert found is None or found.reset is None or 0 <= found.reset <= LONGEST_RESET


@pytest.mark.parametrize(("text", "advice"), [("true", True), (" False", False), ("1", None), ("", None)])
def test_advice_is_yes_no_or_nothing(text: str, *, advice: bool | None) -> None:
    assert should_retry({"x-should-retry": text}) is advice

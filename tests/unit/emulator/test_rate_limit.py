"""The token bucket: what is rejected, what is said of it, and that only the emulator's clock refills it."""

import pytest
from unit.emulator.harness import Api, MakeApi, error_of

from reconciler.emulator import EmulatorError, Settings
from reconciler.emulator.faults.durations import parse_duration, show_duration

START = 1_790_000_000


def _limited(make_api: MakeApi, rate: str) -> Api:
    api = make_api(rate_limit=rate)
    api.freeze(START)
    return api


def _statuses(api: Api, number: int) -> list[int]:
    return [api.request("GET", "/containers").status_code for _ in range(number)]


def test_a_full_bucket_lets_through_what_it_holds_and_refills_by_the_clock(make_api: MakeApi) -> None:
    api = _limited(make_api, "100/min")
    assert _statuses(api, 103) == [200] * 100 + [429] * 3
    api.advance(0.6)
    assert _statuses(api, 2) == [200, 429]
    api.advance(3600)
    assert _statuses(api, 101) == [200] * 100 + [429]


def test_a_rejection_says_when_to_come_back_and_coming_then_works(make_api: MakeApi) -> None:
    api = _limited(make_api, "10/min")
    _statuses(api, 10)
    response = api.request("POST", "/containers", json={"name": "a"})
    error = error_of(response, 429)
    assert (error["type"], error["code"]) == ("requests", "rate_limit_exceeded")
    assert error["message"].endswith("Limit: 10/min. Please try again in 6s.")
    assert (response.headers["retry-after"], response.headers["retry-after-ms"]) == ("6", "6000")
    assert api.control("GET", "/log")["entries"][-1]["faults"] == ["rate-limit"]
    assert api.control("GET", "/containers")["data"] == []
    api.advance(5.9)
    assert _statuses(api, 1) == [429]
    api.advance(0.1)
    assert api.create()["name"] == "box"


def test_a_retry_after_is_never_below_a_second(make_api: MakeApi) -> None:
    api = _limited(make_api, "10/s")
    _statuses(api, 10)
    headers = api.request("GET", "/containers").headers
    assert (headers["retry-after"], headers["retry-after-ms"]) == ("1", "100")


def test_every_counted_answer_tells_what_is_left(make_api: MakeApi) -> None:
    api = _limited(make_api, "3/min")

    def told(path: str = "/containers") -> tuple[str, ...]:
        headers = api.request("GET", path).headers
        return tuple(headers[f"x-ratelimit-{part}-requests"] for part in ("limit", "remaining", "reset"))

    assert [told(), told("/containers/cntr_never"), told(), told()] == [
        ("3", "2", "20s"),
        ("3", "1", "40s"),
        ("3", "0", "1m0s"),
        ("3", "0", "1m0s"),
    ]


def test_without_a_limit_nothing_is_told(api: Api) -> None:
    assert not [name for name in api.request("GET", "/containers").headers if "ratelimit" in name]


def test_a_clock_set_back_refills_nothing(make_api: MakeApi) -> None:
    api = _limited(make_api, "2/min")
    _statuses(api, 2)
    api.advance(-3600)
    assert _statuses(api, 1) == [429]
    api.advance(30)
    assert _statuses(api, 2) == [200, 429]


def test_a_limit_of_some_endpoints_counts_no_others(api: Api) -> None:
    api.freeze(START)
    api.control("POST", "/faults", {"rules": ["POST /containers: rate-limit 1/min"]})
    api.create()
    assert api.request("POST", "/containers", json={"name": "b"}).status_code == 429
    assert _statuses(api, 5) == [200] * 5
    rule = api.control("GET", "/faults")["rules"][0]
    assert (rule["rate"], rule["seen"], rule["fired"]) == ("1/min", 2, 1)
    api.control("DELETE", "/faults")
    assert api.create()["name"] == "box"


def test_a_rejected_request_meets_no_other_fault(make_api: MakeApi) -> None:
    api = make_api(rate_limit="1/min", faults=("*: 503 once skip 1",))
    api.freeze(START)
    assert _statuses(api, 3) == [200, 429, 429]
    api.advance(60)
    assert _statuses(api, 1) == [503]


def test_a_reset_fills_the_bucket(make_api: MakeApi) -> None:
    api = _limited(make_api, "1/min")
    assert _statuses(api, 2) == [200, 429]
    api.control("POST", "/reset")
    assert _statuses(api, 2) == [200, 429]


@pytest.mark.parametrize("rate", ["", "100", "0/min", "1/day", "-1/s", "1.5/s", "100 /min"])
def test_a_rate_that_is_none_is_refused(rate: str) -> None:
    with pytest.raises(EmulatorError, match="expected a rate like 100/min"):
        Settings(rate_limit=rate)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("200ms", 0.2), ("5s", 5), ("1.5m", 90), ("2min", 120), ("1h", 3600), ("0.25s", 0.25)],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "5 s", "-5s", "5d", "s", ".5s", "1e3s"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="expected a duration like 200ms"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0ms"), (0.6, "600ms"), (6, "6s"), (1.25, "1.25s"), (90, "1m30s"), (3600, "1h0m0s")],
)
def test_durations_are_shown_as_the_api_does(seconds: float, shown: str) -> None:
    assert show_duration(seconds) == shown

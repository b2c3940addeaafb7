"""Faults by chance: the same seed and the same requests give the same faults."""

import pytest
from unit.emulator.harness import Api, MakeApi, error_of

CHANCE = "GET /containers: 503 30%"


def _statuses(api: Api, number: int = 60) -> list[int]:
    return [api.request("GET", "/containers").status_code for _ in range(number)]


def test_the_same_seed_gives_the_same_faults_and_another_seed_others(make_api: MakeApi) -> None:
    first, again, other = (_statuses(make_api(faults=(CHANCE,), seed=seed)) for seed in (7, 7, 8))
    assert first == again != other
    assert 5 < first.count(503) < 35


def test_a_reset_begins_the_chances_anew(make_api: MakeApi) -> None:
    api = make_api(faults=(CHANCE,), seed=7)
    first = _statuses(api)
    api.control("POST", "/reset")
    assert _statuses(api) == first


def test_a_rule_draws_for_itself(make_api: MakeApi) -> None:
    alone = _statuses(make_api(faults=(CHANCE,), seed=7))
    busy = make_api(faults=(CHANCE, "*: hide 50%", "GET *: latency 0ms 20%"), seed=7)
    assert _statuses(busy) == alone


def test_requests_to_other_endpoints_draw_nothing(make_api: MakeApi) -> None:
    alone = _statuses(make_api(faults=(CHANCE,), seed=7))
    mixed = make_api(faults=(CHANCE,), seed=7)
    seen = []
    for _ in alone:
        mixed.create()
        seen += _statuses(mixed, 1)
    assert seen == alone


def test_a_seed_given_with_the_rules_is_shown_and_repeats_them(api: Api) -> None:
    seen = []
    for _ in range(2):
        api.control("DELETE", "/faults")
        shown = api.control("POST", "/faults", {"rules": [CHANCE], "seed": 11})
        assert shown["seed"] == 11
        seen.append(_statuses(api))
    assert seen[0] == seen[1]


def test_a_server_without_a_seed_shows_the_one_it_took(api: Api) -> None:
    seed = api.control("POST", "/faults", {"rules": [CHANCE]})["seed"]
    first = _statuses(api)
    api.control("DELETE", "/faults")
    api.control("POST", "/faults", {"rules": [CHANCE], "seed": seed})
    assert _statuses(api) == first


@pytest.mark.parametrize(("text", "met"), [("0%", 0), ("100%", 20), ("100% 3x", 3), ("100% skip 15", 5)])
def test_certain_and_impossible_faults(make_api: MakeApi, text: str, met: int) -> None:
    assert _statuses(make_api(faults=(f"*: 503 {text}",)), 20).count(503) == met


def test_a_probability_without_times_has_no_end(api: Api) -> None:
    api.fault(kind="status", status=503, probability=1)
    assert _statuses(api, 5) == [503] * 5
    assert api.control("GET", "/faults")["rules"][0]["probability"] == 1


@pytest.mark.parametrize("probability", [-0.1, 1.1, "1", True, None])
def test_a_probability_that_is_none_is_400(api: Api, probability: object) -> None:
    body = {"rules": [{"kind": "drop", "probability": probability}]}
    assert error_of(api.refused("/faults", body), 400)["param"] == "rules[0].probability"

"""Lists that lag behind creates and deletes, by the emulator's clock; nothing but lists lags."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unit.emulator.harness import Api, MakeApi, error_of

START = 1_790_000_000


def _lagging(make_api: MakeApi, **lag: Any) -> Api:
    api = make_api(**lag)
    api.freeze(START)
    return api


def _listed(api: Api, **query: Any) -> list[str]:
    return [row["name"] for page in api.pages("/containers", order="asc", **query) for row in page["data"]]


def test_a_new_container_is_listed_after_the_lag_and_found_at_once(make_api: MakeApi) -> None:
    api = _lagging(make_api, list_lag=5.0)
    row = api.create("new")
    assert api.get(f"/containers/{row['id']}")["name"] == "new"
    assert (_listed(api), _listed(api, name="new")) == ([], [])
    api.advance(4.9)
    assert _listed(api) == []
    api.advance(0.1)
    assert _listed(api) == ["new"]


def test_a_deleted_container_is_listed_as_it_was_until_the_lag_is_over(make_api: MakeApi) -> None:
    api = _lagging(make_api, delete_lag=60.0)
    row, _ = api.create("old"), api.create("other")
    api.delete(f"/containers/{row['id']}")
    assert api.get("/containers?order=asc")["data"][0] == row
    error_of(api.request("GET", f"/containers/{row['id']}"), 404)
    error_of(api.request("DELETE", f"/containers/{row['id']}"), 404)
    assert [found["name"] for found in api.control("GET", "/containers")["data"]] == ["other"]
    api.advance(59.9)
    assert _listed(api) == ["old", "other"]
    api.advance(0.1)
    assert _listed(api) == ["other"]


@pytest.mark.parametrize(
    ("name_filter", "listed"),
    [("exact", 1), ("prefix", 2), ("substring", 3), ("any-case", 3), ("ignored", 4)],
)
def test_the_name_filter_holds_for_deleted_rows(make_api: MakeApi, name_filter: str, listed: int) -> None:
    api = _lagging(make_api, delete_lag=60.0, name_filter=name_filter)
    for name in ("ci-a", "ci-a-b", "my-ci-a", "x"):
        api.delete(f"/containers/{api.create(name)['id']}")
    assert len(_listed(api, name="ci-a")) == listed


def test_one_created_and_deleted_within_both_lags_is_never_listed(make_api: MakeApi) -> None:
    api = _lagging(make_api, list_lag=5.0, delete_lag=60.0)
    api.delete(f"/containers/{api.create()['id']}")
    for _ in range(4):
        assert _listed(api) == []
        api.advance(3)


def test_a_deleted_row_is_a_cursor_as_long_as_it_is_listed(make_api: MakeApi) -> None:
    api = _lagging(make_api, delete_lag=60.0)
    rows = [api.create(name) for name in "abcd"]
    api.delete(f"/containers/{rows[1]['id']}")
    path = f"/containers?order=asc&after={rows[1]['id']}"
    assert [row["name"] for row in api.get(path)["data"]] == ["c", "d"]
    api.advance(60)
    error_of(api.request("GET", path), 404)


def test_a_page_with_deleted_rows_says_that_more_follow(make_api: MakeApi) -> None:
    api = _lagging(make_api, delete_lag=60.0)
    rows = [api.create(name) for name in "ab"]
    for row, listed in zip(rows, ("a", "b"), strict=True):
        api.delete(f"/containers/{row['id']}")
        page = api.get("/containers", params={"order": "asc", "limit": 1})
        assert ([found["name"] for found in page["data"]], page["has_more"]) == (["a"], True)
        assert listed in _listed(api, limit=1)


def test_hidden_rows_do_not_let_deleted_ones_overtake(make_api: MakeApi) -> None:
    """Of a page that begins with hidden rows, what follows it is not shown before its turn."""
    api = _lagging(make_api, delete_lag=60.0)
    old, last = [api.create(name) for name in ("first", "last")]
    api.delete(f"/containers/{last['id']}")
    api.emulator.faults.lag(create=60, delete=60)
    for _ in range(3):
        api.create("hidden")
    assert _listed(api, limit=1) == ["first", "last"]
    assert [row["name"] for page in api.pages("/containers", limit=1) for row in page["data"]] == [
        "last",
        "first",
    ]
    assert api.get("/containers", params={"limit": 1})["data"][0]["id"] == last["id"] != old["id"]


def test_planted_rows_and_planted_changes_do_not_lag(make_api: MakeApi) -> None:
    api = _lagging(make_api, list_lag=5.0)
    api.plant(name="planted")
    assert _listed(api) == ["planted"]


def test_files_lag_only_where_asked(make_api: MakeApi) -> None:
    for lag_files, first, then in ((False, ["a"], []), (True, [], ["a"])):
        api = _lagging(make_api, list_lag=5.0, delete_lag=5.0, lag_files=lag_files)
        container = api.create()["id"]
        file = api.upload(container, "a")["id"]
        assert [row["path"][-1] for row in api.files(container)] == first
        assert api.content(container, file) == b"hello"
        api.advance(5)
        assert [row["path"][-1] for row in api.files(container)] == ["a"]
        api.delete(f"/containers/{container}/files/{file}")
        error_of(api.request("GET", f"/containers/{container}/files/{file}"), 404)
        assert [row["path"][-1] for row in api.files(container)] == then
        assert api.files(api.create("other")["id"]) == []
        api.advance(5)
        assert api.files(container) == []


def test_a_dropped_reply_lags_too(make_api: MakeApi) -> None:
    api = _lagging(make_api, list_lag=5.0, faults=("POST /containers: 500-after-commit once",))
    error_of(api.request("POST", "/containers", json={"name": "lost"}), 500)
    assert _listed(api) == []
    api.advance(5)
    assert _listed(api) == ["lost"]


def test_lag_is_changed_by_the_control_api_and_put_back_by_a_reset(make_api: MakeApi) -> None:
    api = _lagging(make_api, list_lag=5.0)
    shown = api.control("POST", "/lag", {"create": 0, "delete": 7.5, "files": True})
    assert shown == {"object": "emulator.lag", "create": 0, "delete": 7.5, "files": True}
    api.create("now")
    assert _listed(api) == ["now"]
    api.delete(f"/containers/{api.get('/containers')['data'][0]['id']}")
    assert _listed(api) == ["now"]
    api.control("POST", "/reset")
    assert _listed(api) == []
    assert api.control("GET", "/lag") == {"object": "emulator.lag", "create": 5, "delete": 0, "files": False}


@pytest.mark.parametrize(
    "body", [{"create": -1}, {"delete": "5s"}, {"files": 1}, {"lag": 1}, {"create": 90_000}]
)
def test_a_lag_that_cannot_be_is_400(api: Api, body: Any) -> None:
    error_of(api.refused("/lag", body), 400)
    assert api.control("GET", "/lag")["create"] == 0


STEPS = st.lists(
    st.one_of(st.just("create"), st.just("wait"), st.integers(0, 20).map(lambda number: f"delete {number}")),
    max_size=25,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, create=st.sampled_from([0, 2]), delete=st.sampled_from([0, 3]), limit=st.integers(1, 4))
def test_whatever_lags_each_row_is_listed_once_and_in_order(
    shared_api: Api, steps: list[str], create: int, delete: int, limit: int
) -> None:
    """The model: a row is listed from its creation and the lag, until its deletion and the lag."""
    api = shared_api
    api.control("POST", "/reset")
    api.freeze(START)
    api.control("POST", "/lag", {"create": create, "delete": delete})
    now = START
    alive: list[tuple[str, int]] = []
    listed: dict[str, tuple[int, int | None]] = {}
    order: list[str] = []
    for step in steps:
        if step == "create":
            row = api.create(str(len(order)))["id"]
            order.append(row)
            alive.append((row, now))
            listed[row] = (now + create, None)
        elif step == "wait":
            now += 1
            api.advance(1)
        elif alive:
            row, _ = alive.pop(int(step.split()[1]) % len(alive))
            api.delete(f"/containers/{row}")
            begin = listed[row][0]
            listed[row] = (begin, now + delete if now >= begin else now)
        expected = [
            row
            for row in order
            if listed[row][0] <= now and (listed[row][1] is None or now < listed[row][1])  # type: ignore[operator] # None is excluded before
        ]
        ascending = [
            row["id"] for page in api.pages("/containers", order="asc", limit=limit) for row in page["data"]
        ]
        descending = [row["id"] for page in api.pages("/containers", limit=limit) for row in page["data"]]
        assert ascending == expected
        assert descending == expected[::-1]

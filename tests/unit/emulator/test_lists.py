"""Cursor pagination, order, filters and the arguments of lists."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.emulator.harness import NEVER, Api, MakeApi, error_of

from reconciler.emulator.store.database import open_database
from reconciler.emulator.store.keyset import select_page
from reconciler.emulator.store.rows import Page


def _plant(api: Api, *created_at: int, name: str = "box") -> list[str]:
    rows = [{"name": name, "created_at": second} for second in created_at]
    planted = api.control("POST", "/containers", {"containers": rows})["data"]
    return [row["id"] for row in planted]


def _ids(pages: Any) -> list[str]:
    return [row["id"] for page in pages for row in page["data"]]


def test_an_empty_list_carries_its_ends_as_text(api: Api) -> None:
    empty = {"object": "list", "data": [], "first_id": "", "last_id": "", "has_more": False}
    assert api.get("/containers") == empty
    assert api.get(f"/containers/{api.create()['id']}/files") == empty


def test_newest_first_twenty_a_page_by_default(api: Api) -> None:
    ids = _plant(api, *range(1000, 1025))
    page = api.get("/containers")
    assert [row["id"] for row in page["data"]] == ids[:4:-1]
    assert (page["first_id"], page["last_id"], page["has_more"]) == (ids[24], ids[5], True)


def test_after_is_exclusive_and_the_last_page_says_so(api: Api) -> None:
    ids = _plant(api, 1000, 1001, 1002)
    page = api.get("/containers", params={"after": ids[2], "limit": 2})
    assert ([row["id"] for row in page["data"]], page["has_more"]) == (ids[1::-1], False)
    page = api.get("/containers", params={"after": ids[1], "limit": 1, "order": "asc"})
    assert ([row["id"] for row in page["data"]], page["has_more"]) == ([ids[2]], False)


def test_within_one_second_ascending_is_the_reverse_of_descending(api: Api) -> None:
    ids = _plant(api, *[1000] * 7)
    assert _ids(api.pages("/containers", order="asc", limit=2)) == ids
    assert _ids(api.pages("/containers", order="desc", limit=3)) == ids[::-1]


def test_rows_are_ordered_by_their_time_not_by_their_arrival(api: Api) -> None:
    late, early = _plant(api, 2000, 1000)
    assert _ids(api.pages("/containers", order="asc")) == [early, late]


def test_files_are_listed_page_by_page_too(api: Api) -> None:
    container = api.create()["id"]
    ids = [api.upload(container, f"{n}.txt")["id"] for n in range(5)]
    api.upload(api.create()["id"])
    path = f"/containers/{container}/files"
    assert _ids(api.pages(path, order="asc", limit=2)) == ids
    assert _ids(api.pages(path, limit=2)) == ids[::-1]
    assert api.get(path)["first_id"] == ids[-1]


def test_a_row_deleted_behind_the_cursor_is_not_missed_by_the_rest(api: Api) -> None:
    ids = _plant(api, *range(1000, 1006))
    page = api.get("/containers", params={"order": "asc", "limit": 2})
    api.delete(f"/containers/{ids[0]}")
    api.delete(f"/containers/{ids[3]}")
    rest = api.pages("/containers", order="asc", limit=2, after=page["data"][-1]["id"])
    assert _ids(rest) == [ids[2], ids[4], ids[5]]


@pytest.mark.parametrize(
    ("query", "param", "code"),
    [
        ("limit=0", "limit", "integer_below_min_value"),
        ("limit=-1", "limit", "integer_below_min_value"),
        ("limit=101", "limit", "integer_above_max_value"),
        ("limit=", "limit", "invalid_type"),
        ("limit=ten", "limit", "invalid_type"),
        ("limit=1.0", "limit", "invalid_type"),
        ("limit=%D9%A1", "limit", "invalid_type"),
        ("limit=" + "9" * 5000, "limit", "invalid_type"),
        ("limit=1&limit=2", "limit", "duplicate_parameter"),
        ("order=up", "order", "invalid_value"),
        ("order=", "order", "invalid_value"),
        ("order=ASC", "order", "invalid_value"),
        ("after=%ff", "after", "invalid_value"),
    ],
)
def test_a_bad_argument_is_400_on_both_lists(api: Api, query: str, param: str, code: str) -> None:
    container = api.create()["id"]
    for path in ("/containers", f"/containers/{container}/files"):
        error = error_of(api.request("GET", f"{path}?{query}"), 400)
        assert (error["param"], error["code"]) == (param, code)


def test_limits_of_1_and_100_are_fine_and_unknown_arguments_are_ignored(api: Api) -> None:
    _plant(api, *range(1000, 1101))
    assert len(api.get("/containers?limit=1")["data"]) == 1
    assert len(api.get("/containers?limit=100&custom_llm_provider=openai&%ff=1")["data"]) == 100


def test_an_empty_after_is_none(api: Api) -> None:
    ids = _plant(api, 1000)
    assert [row["id"] for row in api.get("/containers?after=")["data"]] == ids


def test_an_after_that_names_nothing_is_404_by_default(api: Api) -> None:
    gone = _plant(api, 1000, 1001)[0]
    api.delete(f"/containers/{gone}")
    for after in (gone, NEVER, "no id", "%00"):
        error = error_of(api.request("GET", f"/containers?after={after}"), 404)
        assert error["param"] == "after"


def test_a_file_of_another_container_is_no_cursor(api: Api) -> None:
    one, other = api.create()["id"], api.create()["id"]
    file = api.upload(other)["id"]
    error_of(api.request("GET", f"/containers/{one}/files?after={file}"), 404)


def test_what_an_unknown_after_does_is_a_switch(make_api: MakeApi) -> None:
    path = f"/containers?after={NEVER}"
    refusing = make_api(unknown_after="bad-request")
    assert error_of(refusing.request("GET", path), 400)["param"] == "after"
    empty = make_api(unknown_after="empty")
    _plant(empty, 1000)
    page = empty.get(path)
    assert (page["data"], page["has_more"], page["last_id"]) == ([], False, "")
    restarting = make_api(unknown_after="restart")
    ids = _plant(restarting, 1000)
    assert [row["id"] for row in restarting.get(path)["data"]] == ids


@pytest.mark.parametrize(
    ("name_filter", "found"),
    [
        ("exact", ["ci-a"]),
        ("prefix", ["ci-a", "ci-a%_b"]),
        ("substring", ["ci-a", "ci-a%_b", "x-ci-a"]),
        ("any-case", ["ci-a", "ci-a%_b", "x-ci-a", "CI-A"]),
        ("ignored", ["ci-a", "ci-a%_b", "x-ci-a", "CI-A", "other"]),
    ],
)
def test_the_name_filter_is_exact_or_what_the_switch_says(
    make_api: MakeApi, name_filter: str, found: list[str]
) -> None:
    api = make_api(name_filter=name_filter)
    for name in ("ci-a", "ci-a%_b", "x-ci-a", "CI-A", "other"):
        _plant(api, 1000, name=name)
    pages = api.pages("/containers", name="ci-a", order="asc", limit=1)
    assert [row["name"] for page in pages for row in page["data"]] == found


def test_a_filter_takes_names_as_they_are(api: Api) -> None:
    for name in ("日本 語+%&", "", "other"):
        api.create(name)
    assert [row["name"] for row in api.get("/containers", params={"name": "日本 語+%&"})["data"]] == [
        "日本 語+%&"
    ]
    assert [row["name"] for row in api.get("/containers", params={"name": ""})["data"]] == [""]
    error_of(api.request("GET", "/containers?name=%ff"), 400)


def test_files_have_no_name_filter(api: Api) -> None:
    container = api.create()["id"]
    api.upload(container)
    assert len(api.files(container, name="nothing")) == 1


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize(
    ("table", "conditions"),
    [("container", ()), ("container", (("name = ?", "box"),)), ("file", (("container = ?", 1),))],
)
def test_a_page_is_found_by_index_alone(
    table: str, conditions: tuple[tuple[str, Any], ...], *, descending: bool
) -> None:
    """Constant time a page: the index is entered at the cursor, also within a second; nothing is sorted."""
    database = open_database(None)
    explained: list[str] = []

    class Explaining:
        def all(self, sql: str, values: Any) -> list[Any]:
            explained.extend(row[3] for row in database.all(f"EXPLAIN QUERY PLAN {sql}", values))
            return []

    page = Page(limit=20, descending=descending, after=(1000, 5))
    select_page(Explaining(), table, page, conditions)  # type: ignore[arg-type] # looks at the query only
    database.close()
    assert len(explained) == 1
    assert explained[0].startswith(f"SEARCH {table} USING INDEX")
    assert f"(created_at,seq){'<' if descending else '>'}(?,?)" in explained[0]


@given(
    seconds=st.lists(st.integers(1000, 1004), max_size=12),
    limit=st.integers(1, 5),
    order=st.sampled_from(["asc", "desc"]),
)
@settings(max_examples=60, deadline=None)
def test_pages_partition_the_rows_in_order_under_any_limit(
    shared_api: Api, seconds: list[int], limit: int, order: str
) -> None:
    shared_api.control("POST", "/reset")
    ids = _plant(shared_api, *seconds)
    model = [ids[place] for place in sorted(range(len(ids)), key=lambda place: (seconds[place], place))]
    pages = list(shared_api.pages("/containers", limit=limit, order=order))
    assert _ids(pages) == (model if order == "asc" else model[::-1])
    assert [len(page["data"]) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assert all(page["last_id"] == page["data"][-1]["id"] for page in pages if page["data"])

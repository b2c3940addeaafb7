"""What a page of a list costs: counted in steps of SQLite's machine, so that no clock is needed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from unit.emulator.harness import Api, MakeApi

if TYPE_CHECKING:
    import sqlite3

ROWS = 20_000


@contextmanager
def _traced(api: Api) -> Iterator[list[str]]:
    """The SQL that the server executes meanwhile."""
    connection: sqlite3.Connection = api.emulator._database._connection
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    try:
        yield statements
    finally:
        connection.set_trace_callback(None)


def _plans(api: Api, path: str, **query: Any) -> list[str]:
    """How SQLite carries out every SELECT of a request, a line each."""
    with _traced(api) as statements:
        api.get(path, params=query)
    connection = api.emulator._database._connection
    selects = [sql for sql in statements if sql.startswith("SELECT") and "ORDER BY" in sql]
    assert selects
    return [row[3] for sql in selects for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]


def _steps(api: Api, path: str, **query: Any) -> int:
    """How many instructions of SQLite a request takes."""
    connection: sqlite3.Connection = api.emulator._database._connection
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    connection.set_progress_handler(step, 1)
    try:
        api.get(path, params=query)
    finally:
        connection.set_progress_handler(None, 1)
    return count


def _fill(api: Api, rows: int, seconds: int) -> list[str]:
    """Plant rows, many of them within the same second; their ids, oldest first."""
    names = [
        {"name": f"n{number}", "created_at": 1000 + number * seconds // rows, "status": "active"}
        for number in range(rows)
    ]
    planted = api.control("POST", "/containers", {"containers": names})["data"]
    return [row["id"] for row in planted]


@pytest.fixture(scope="module")
def filled(shared_api: Api) -> Iterator[tuple[Api, list[str]]]:
    """Very many rows."""
    shared_api.control("POST", "/reset")
    yield shared_api, _fill(shared_api, ROWS, 50)
    shared_api.control("POST", "/reset")


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("behind", [None, 10, ROWS // 2, ROWS - 200])
def test_a_page_costs_the_same_wherever_it_begins_and_however_many_rows_there_are(
    filled: tuple[Api, list[str]], make_api: MakeApi, order: str, behind: int | None
) -> None:
    api, ids = filled
    few = make_api()
    other = _fill(few, 200, 50)
    least = _steps(few, "/containers", limit=20, order=order, after=other[100])
    query = {} if behind is None else {"after": ids[behind]}
    assert _steps(api, "/containers", limit=20, order=order, **query) <= 1.2 * least


@pytest.mark.parametrize("name_filter", ["exact", "prefix", "substring", "any-case", "ignored"])
@pytest.mark.parametrize("query", [{}, {"after": True}, {"name": "n1"}, {"name": "n1", "after": True}])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_every_list_of_containers_walks_an_index_and_sorts_nothing(
    make_api: MakeApi, name_filter: str, query: dict[str, Any], order: str
) -> None:
    api = make_api(name_filter=name_filter)
    ids = _fill(api, 50, 5)
    asked = {**query, "after": ids[20]} if "after" in query else query
    plans = _plans(api, "/containers", order=order, **asked)
    assert plans
    for plan in plans:
        assert "USING INDEX container_" in plan
        assert "TEMP B-TREE" not in plan
        exact = name_filter == "exact" and "name" in query
        assert ("container_name" in plan) == exact


@pytest.mark.parametrize("behind", [False, True])
def test_every_list_of_files_walks_an_index_and_sorts_nothing(api: Api, behind: bool) -> None:  # noqa: FBT001 - a parameter of the test
    container = api.create()["id"]
    files = [api.upload(container, str(number))["id"] for number in range(5)]
    query = {"after": files[2]} if behind else {}
    for plan in _plans(api, f"/containers/{container}/files", **query):
        assert "SEARCH file USING INDEX file_order" in plan


@pytest.mark.parametrize("path", ["/files", "/skills"])
def test_the_lists_beside_them_walk_an_index_too(api: Api, path: str) -> None:
    for plan in _plans(api, path):
        assert "USING INDEX" in plan
        assert "TEMP B-TREE" not in plan


def test_lag_makes_a_page_no_dearer_than_its_rows(filled: tuple[Api, list[str]]) -> None:
    api, ids = filled
    before = _steps(api, "/containers", limit=20, after=ids[ROWS // 2])
    api.emulator.clock.freeze(1_790_000_000)
    api.emulator.faults.lag(create=5, delete=5)
    api.create("hidden")
    assert api.get("/containers", params={"limit": 20, "after": ids[ROWS // 2]})["data"]
    assert _steps(api, "/containers", limit=20, after=ids[ROWS // 2]) <= 1.3 * before
    api.emulator.faults.clear()

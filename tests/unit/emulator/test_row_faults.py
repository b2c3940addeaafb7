"""Rows that appear, vanish, hide or are not what they seem, and writes that are lies or done twice."""

from typing import Any

import httpx2
import pytest
from unit.emulator.harness import NEVER, Api, MakeApi, error_of

from reconciler.emulator.faults.pages import Repeat
from reconciler.emulator.http.request import Request

LIST, CREATE = "GET /containers", "POST /containers"
FILES = "/containers/{container_id}/files"


def _names(api: Api) -> list[str]:
    return [row["name"] for row in api.control("GET", "/containers")["data"]]


def _plant(api: Api, number: int) -> None:
    for second in range(1000, 1000 + number):
        api.plant(name=str(second), created_at=second, status="active")


def test_foreign_containers_appear_between_pages_and_stay(api: Api) -> None:
    _plant(api, 4)
    api.fault(kind="appear", endpoint=LIST, rows=2, skip=1)
    pages = [[row["name"] for row in page["data"]] for page in api.pages("/containers", order="asc", limit=2)]
    assert pages == [["1000", "1001"], ["1002", "1003"], ["", ""]]
    rows = api.control("GET", "/containers")["data"]
    assert [(row["name"], row["status"]) for row in rows[4:]] == [("", "running")] * 2
    assert rows[4]["id"] != rows[5]["id"]
    assert api.get(f"/containers/{rows[4]['id']}")["expires_after"]["minutes"] == 20


def test_a_container_that_appears_may_have_a_name_and_expires_like_any(api: Api) -> None:
    api.freeze(1_790_000_000)
    api.fault(kind="appear", endpoint=LIST, name="auto")
    assert api.get("/containers")["data"][0]["name"] == "auto"
    api.advance(1200)
    assert api.get("/containers")["data"][0]["status"] == "expired"


def test_files_of_the_assistant_appear_in_a_container(api: Api) -> None:
    container = api.create()["id"]
    api.upload(container)
    api.fault(kind="appear", endpoint=f"GET {FILES}", rows=2)
    uploaded, *others = api.files(container)
    assert uploaded["source"] == "user"
    assert [(row["source"], row["bytes"]) for row in others] == [("assistant", None)] * 2
    assert others[0]["path"] != others[1]["path"]
    assert api.content(container, others[0]["id"])
    assert len(api.files(container)) == 3


def test_the_last_row_of_a_page_vanishes_and_its_cursor_with_it(api: Api) -> None:
    _plant(api, 4)
    api.fault(kind="vanish", endpoint=LIST)
    pages = api.pages("/containers", order="asc", limit=2)
    assert [row["name"] for row in next(pages)["data"]] == ["1000", "1001"]
    assert _names(api) == ["1000", "1002", "1003"]
    with pytest.raises(AssertionError, match="No object found"):
        next(pages)


def test_only_rows_of_a_name_vanish(api: Api) -> None:
    _plant(api, 4)
    api.plant(name="foreign", created_at=999, status="active")
    api.fault(kind="vanish", endpoint=LIST, rows=9, name="f*")
    assert len(api.get("/containers")["data"]) == 5
    assert _names(api) == ["1000", "1001", "1002", "1003"]


def test_files_vanish_too(api: Api) -> None:
    container = api.create()["id"]
    for name in ("a", "b"):
        api.upload(container, name)
    api.fault(kind="vanish", endpoint=f"GET {FILES}")
    assert len(api.files(container)) == 2
    assert [row["path"][-1] for row in api.files(container)] == ["a"]


def test_a_hidden_row_is_there_the_next_time(api: Api) -> None:
    _plant(api, 3)
    api.fault(kind="hide", endpoint=LIST, rows=2)
    pages = [[row["name"] for row in api.get("/containers?order=asc")["data"]] for _ in range(2)]
    assert pages == [["1002"], ["1000", "1001", "1002"]]


def test_false_ends_name_no_row(api: Api) -> None:
    row = api.create()
    api.fault(kind="wrong-ends", endpoint=LIST)
    page = api.get("/containers")
    assert page["data"] == [row]
    assert {page["first_id"], page["last_id"]} == {NEVER}


def test_null_bytes_in_lists_and_in_single_files(api: Api) -> None:
    container = api.create()["id"]
    api.fault(kind="null-bytes", times=3)
    file = api.upload(container)
    assert file["bytes"] is None
    assert api.files(container)[0]["bytes"] is None
    assert api.get(f"/containers/{container}/files/{file['id']}")["bytes"] is None
    assert api.files(container)[0]["bytes"] == 5


def test_null_bytes_leave_containers_alone(api: Api) -> None:
    api.fault(kind="null-bytes", times=None)
    row = api.create()
    assert "bytes" not in row
    assert api.get("/containers")["data"] == [row]


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_a_bogus_row_joins_paths_and_cannot_be_read(api: Api, order: str) -> None:
    container = api.create()["id"]
    real = [api.upload(container, name) for name in ("a", "b")]
    api.fault(kind="bogus-row", endpoint=f"GET {FILES}")
    rows = api.files(container, order=order)
    bogus = rows.pop(-1 if order == "asc" else 0)
    assert bogus["path"] == ",".join(row["path"] for row in rows)
    assert (bogus["bytes"], bogus["container_id"]) == (None, container)
    assert sorted(row["id"] for row in rows) == sorted(row["id"] for row in real)
    error_of(api.request("GET", f"/containers/{container}/files/{bogus['id']}/content"), 404)


def test_a_lie_confirms_a_delete_of_what_is_there(api: Api) -> None:
    container = api.create()["id"]
    file = api.upload(container)["id"]
    api.fault(kind="lie", endpoint="DELETE *", times=None)
    assert api.delete(f"/containers/{container}/files/{file}") == {
        "id": file,
        "object": "container.file.deleted",
        "deleted": True,
    }
    assert api.delete(f"/containers/{container}")["object"] == "container.deleted"
    assert [row["id"] for row in api.files(container)] == [file]
    error_of(api.request("DELETE", f"/containers/{NEVER}"), 404)
    error_of(api.request("DELETE", f"/containers/{container}/files/cfile_never"), 404)


def test_a_lie_only_to_those_who_lack_a_header(api: Api) -> None:
    container = api.create()["id"]
    api.control("POST", "/faults", {"rules": ["DELETE *: lie without OpenAI-Beta"]})
    path = f"/containers/{container}"
    assert api.delete(path)["deleted"] is True
    assert _names(api) == ["box"]
    assert api.request("DELETE", path, headers={"OpenAI-Beta": "containers=v1"}).status_code == 200
    assert _names(api) == []


def test_a_doubled_create_makes_two_and_shows_one(api: Api) -> None:
    for answer, index in (("first", 0), ("second", 1)):
        api.control("POST", "/reset")
        api.fault(kind="double", endpoint=CREATE, answer=answer)
        shown = api.create("twice")
        rows = api.control("GET", "/containers")["data"]
        assert [row["name"] for row in rows] == ["twice", "twice"]
        assert rows[index]["id"] == shown["id"]
        assert api.create("once")["name"] == "once"


@pytest.mark.parametrize("size", [5, 3_000_000])
def test_a_doubled_upload_has_both_contents_whole(api: Api, size: int) -> None:
    container = api.create()["id"]
    content = bytes(range(250)) * (size // 250) + b"end"
    api.fault(kind="double", endpoint=f"POST {FILES}")
    shown = api.upload(container, "a.bin", content)
    rows = api.files(container)
    assert [row["bytes"] for row in rows] == [len(content)] * 2
    assert shown["id"] in {row["id"] for row in rows}
    assert [api.content(container, row["id"]) for row in rows] == [content] * 2


def test_a_doubled_delete_may_answer_that_nothing_is_there(api: Api) -> None:
    first, second = api.create("a")["id"], api.create("b")["id"]
    api.control("POST", "/faults", {"rules": ["DELETE *: double once"]})
    assert api.delete(f"/containers/{first}")["deleted"] is True
    api.control("POST", "/faults", {"rules": ["DELETE *: double second once"]})
    error_of(api.request("DELETE", f"/containers/{second}"), 404)
    assert _names(api) == []


def test_a_refused_write_is_not_repeated(api: Api) -> None:
    api.fault(kind="double", endpoint=CREATE)
    error_of(api.request("POST", "/containers", json={"name": 1}), 400)
    assert api.control("GET", "/log")["entries"][0]["commits"] == 0


def test_a_doubled_create_whose_answer_is_lost(api: Api) -> None:
    api.control("POST", "/faults", {"rules": [f"{CREATE}: double", f"{CREATE}: drop-after-commit once"]})
    with pytest.raises(httpx2.RemoteProtocolError):
        api.request("POST", "/containers", json={"name": "lost"})
    assert _names(api) == ["lost", "lost"]


def test_a_repeated_page_is_that_of_its_own_moment() -> None:
    """While a request is delayed others come; what it repeats is what came before it."""

    async def nothing() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    repeat = met = Repeat()
    for query in (b"after=a", b"after=b", b"after=c"):
        scope = {"method": "GET", "path": "/", "raw_path": b"/", "query_string": query, "headers": []}
        repeat.observe(Request(scope, nothing))
        if query == b"after=b":
            met = repeat.meet()
    assert met.cursors == ("a", "b")
    assert repeat.cursors == ("b", "c")


@pytest.mark.parametrize(("status", "code"), [(408, None), (409, None), (502, "server_error")])
def test_conflicts_and_timeouts_come_in_the_envelope(api: Api, status: int, code: Any) -> None:
    api.fault(kind="status", status=status, endpoint=CREATE)
    assert error_of(api.request("POST", "/containers", json={"name": "a"}), status)["code"] == code
    assert _names(api) == []


def test_row_faults_leave_errors_and_other_objects_alone(make_api: MakeApi) -> None:
    kinds = ("hide", "vanish", "wrong-ends", "null-bytes", "bogus-row", "empty")
    api = make_api(faults=tuple(f"*: {kind}" for kind in kinds))
    error_of(api.request("GET", "/containers?limit=0"), 400)
    error_of(api.request("GET", f"/containers/{NEVER}/files"), 404)

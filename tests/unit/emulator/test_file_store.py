"""``/files``, and the copies containers are given of them."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest
from unit.emulator.harness import Api, MakeApi, error_of

START = 1747844794
BINARY = bytes(range(256)) * 3000


def _post(api: Api, data: dict[str, str], files: Any) -> httpx2.Response:
    return api.request("POST", "/files", data=data, files=files)


def _store(api: Api, name: str = "a.txt", content: bytes = b"hello", **data: str) -> Any:
    response = _post(api, {"purpose": "user_data", **data}, {"file": (name, content)})
    assert response.status_code == 200, response.text
    return response.json()


def _attach(api: Api, container: str, file: str, *, form: bool) -> httpx2.Response:
    path = f"/containers/{container}/files"
    if form:
        return api.request("POST", path, files={"file_id": (None, file)})
    return api.request("POST", path, json={"file_id": file})


def test_a_file_is_shown_as_it_was_uploaded(api: Api) -> None:
    api.freeze(START)
    row = _store(api, "日本語 🐍.csv", BINARY)
    assert re.fullmatch("file-[A-Za-z0-9]{22}", row["id"])
    assert {key: row[key] for key in row if key != "id"} == {
        "object": "file",
        "bytes": len(BINARY),
        "created_at": START,
        "filename": "日本語 🐍.csv",
        "purpose": "user_data",
        "status": "processed",
    }
    assert api.get(f"/files/{row['id']}") == row
    assert api.get("/files")["data"] == [row]
    content = api.request("GET", f"/files/{row['id']}/content")
    assert content.content == BINARY
    assert content.headers["content-type"] == "application/octet-stream"


def test_a_deleted_file_is_gone_with_its_bytes(make_api: MakeApi, tmp_path: Path) -> None:
    api = make_api(data=tmp_path / "data.db")
    row = _store(api, content=BINARY)
    assert api.delete(f"/files/{row['id']}") == {"id": row["id"], "object": "file", "deleted": True}
    for method, path in (("GET", ""), ("GET", "/content"), ("DELETE", "")):
        error = error_of(api.request(method, f"/files/{row['id']}{path}"), 404)
        assert error["message"] == f"No such File object: {row['id']}"
    assert api.get("/files") == {
        "object": "list",
        "data": [],
        "first_id": "",
        "last_id": "",
        "has_more": False,
    }
    with closing(sqlite3.connect(tmp_path / "data.db")) as database:
        assert database.execute(
            "SELECT (SELECT count(*) FROM blob), (SELECT count(*) FROM chunk)"
        ).fetchone() == (
            0,
            0,
        )


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_lists_are_paged_filtered_and_ordered(api: Api, order: str) -> None:
    api.freeze(START)
    ids = []
    for n in range(7):
        ids.append(_store(api, f"{n}", purpose="vision" if n % 2 else "batch")["id"])
        api.advance(n % 3)
    expected = ids if order == "asc" else ids[::-1]
    pages = list(api.pages("/files", order=order, limit=3))
    assert [row["id"] for page in pages for row in page["data"]] == expected
    assert [len(page["data"]) for page in pages] == [3, 3, 1]
    only = api.get("/files", params={"purpose": "vision", "order": order})["data"]
    assert [row["id"] for row in only] == [row for row in expected if ids.index(row) % 2]
    assert api.get("/files?purpose=other")["data"] == []


@pytest.mark.parametrize(
    ("query", "status", "param"),
    [
        ("limit=10000", 200, None),
        ("limit=10001", 400, "limit"),
        ("limit=0", 400, "limit"),
        ("after=x", 404, "after"),
    ],
)
def test_its_limit_goes_to_ten_thousand(api: Api, query: str, status: int, param: str | None) -> None:
    response = api.request("GET", f"/files?{query}")
    assert response.status_code == status
    if status != 200:
        assert error_of(response, status)["param"] == param


@pytest.mark.parametrize(
    ("data", "param", "code"),
    [
        ({}, "purpose", "missing_required_parameter"),
        ({"purpose": "x"}, "purpose", "invalid_value"),
        ({"purpose": "vision", "x": "y"}, "x", "unknown_parameter"),
        ({"purpose": ["vision", "vision"]}, "purpose", "duplicate_parameter"),
        ({"purpose": b"\xff"}, "purpose", "invalid_value"),
        (
            {"purpose": "vision", "expires_after[seconds]": "3600"},
            "expires_after[anchor]",
            "missing_required_parameter",
        ),
        (
            {"purpose": "vision", "expires_after[anchor]": "created_at", "expires_after[seconds]": "3599"},
            "expires_after[seconds]",
            "integer_below_min_value",
        ),
        (
            {"purpose": "vision", "expires_after[anchor]": "created_at", "expires_after[seconds]": "soon"},
            "expires_after[seconds]",
            "invalid_type",
        ),
        (
            {"purpose": "vision", "expires_after": '{"anchor": "created_at", "seconds": 2592001}'},
            "expires_after.seconds",
            "integer_above_max_value",
        ),
        (
            {"purpose": "vision", "expires_after": "[]"},
            "expires_after",
            "invalid_type",
        ),
    ],
)
def test_a_bad_upload_is_400_and_leaves_nothing(
    make_api: MakeApi, tmp_path: Path, data: Any, param: str, code: str
) -> None:
    api = make_api(data=tmp_path / "data.db")
    error = error_of(_post(api, data, {"file": ("a", b"x")}), 400)
    assert (error["param"], error["code"]) == (param, code)
    assert api.get("/files")["data"] == []
    with closing(sqlite3.connect(tmp_path / "data.db")) as database:
        assert database.execute("SELECT count(*) FROM blob").fetchone() == (0,)


def test_an_upload_without_a_file_or_without_a_form_is_400(api: Api) -> None:
    error = error_of(_post(api, {"purpose": "vision"}, {"other": ("a", b"x")}), 400)
    assert (error["param"], error["code"]) == ("other", "unknown_parameter")
    response = api.request("POST", "/files", files={"purpose": (None, "vision")})
    assert error_of(response, 400)["param"] == "file"
    assert error_of(api.request("POST", "/files", json={}), 400)["code"] == "unsupported_content_type"


@pytest.mark.parametrize(
    ("data", "seconds"),
    [
        ({"expires_after[anchor]": "created_at", "expires_after[seconds]": "3600"}, 3600),
        ({"expires_after": json.dumps({"anchor": "created_at", "seconds": 7200})}, 7200),
        ({"purpose": "batch"}, 30 * 86_400),
    ],
)
def test_a_file_may_expire(api: Api, data: dict[str, str], seconds: int) -> None:
    api.freeze(START)
    row = _store(api, "a.txt", b"hello", **data)
    assert row["expires_at"] == START + seconds
    api.advance(seconds - 1)
    assert api.get(f"/files/{row['id']}") == row
    api.advance(1)
    error_of(api.request("GET", f"/files/{row['id']}"), 404)
    assert api.get("/files")["data"] == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/..", "..", "/"])
def test_no_name_leaves_the_folder_of_a_container(make_api: MakeApi, name: str) -> None:
    api = make_api(path_mode="plain-coexist")
    stored = _store(api, name)
    assert stored["filename"] in {"passwd", "upload"}
    container = api.create(file_ids=[stored["id"]])["id"]
    assert api.files(container)[0]["path"] == f"/mnt/data/{stored['filename']}"


@pytest.mark.parametrize(
    ("mode", "path"),
    [
        ("mangled", "/mnt/data/{}-a b.bin"),
        ("file-id", "/mnt/data/{}-a b.bin"),
        ("plain-coexist", "/mnt/data/a b.bin"),
        ("plain-replace", "/mnt/data/a b.bin"),
    ],
)
@pytest.mark.parametrize("how", ["create", "json", "form"])
def test_containers_get_copies(make_api: MakeApi, mode: str, path: str, how: str) -> None:
    api = make_api(path_mode=mode)
    api.freeze(START)
    stored = _store(api, "a b.bin", BINARY)
    if how == "create":
        container = api.create(file_ids=[stored["id"]])["id"]
        (row,) = api.files(container)
    else:
        container = api.create()["id"]
        answer = _attach(api, container, stored["id"], form=how == "form")
        assert answer.status_code == 200, answer.text
        row = answer.json()
        assert api.files(container) == [row]
    assert row["path"] == path.format(stored["id"])
    assert (row["bytes"], row["source"], row["container_id"]) == (len(BINARY), "user", container)
    assert row["id"].startswith("cfile_")
    api.delete(f"/files/{stored['id']}")
    assert api.content(container, row["id"]) == BINARY


def test_bytes_live_as_long_as_anything_refers_to_them(make_api: MakeApi, tmp_path: Path) -> None:
    api = make_api(data=tmp_path / "data.db")
    stored = _store(api, content=BINARY)
    one, other = (api.create(file_ids=[stored["id"]])["id"] for _ in range(2))

    def blobs() -> int:
        with closing(sqlite3.connect(tmp_path / "data.db")) as database:
            return int(database.execute("SELECT count(*) FROM blob").fetchone()[0])

    assert blobs() == 1
    api.delete(f"/containers/{one}")
    api.delete(f"/files/{stored['id']}")
    assert api.content(other, api.files(other)[0]["id"]) == BINARY
    assert blobs() == 1
    api.delete(f"/containers/{other}/files/{api.files(other)[0]['id']}")
    assert blobs() == 0


def test_a_create_whose_last_reference_is_unknown_makes_nothing(make_api: MakeApi, tmp_path: Path) -> None:
    api = make_api(data=tmp_path / "data.db")
    stored = _store(api)
    body = {"name": "b", "file_ids": [stored["id"], "file-none"]}
    error = error_of(api.request("POST", "/containers", json=body), 404)
    assert error["param"] == "file_ids[1]"
    assert api.get("/containers")["data"] == []
    with closing(sqlite3.connect(tmp_path / "data.db")) as database:
        assert database.execute("SELECT count(*) FROM file").fetchone() == (0,)
    assert api.get(f"/files/{stored['id']}") == stored


def test_an_attached_file_touches_and_a_refused_one_does_not(api: Api) -> None:
    api.freeze(START)
    stored, container = _store(api), api.create()["id"]
    api.advance(60)
    error_of(_attach(api, container, "file-none", form=False), 404)
    assert api.get("/containers")["data"][0]["last_active_at"] == START
    _attach(api, container, stored["id"], form=False)
    assert api.get("/containers")["data"][0]["last_active_at"] == START + 60


def test_reset_forgets_files(api: Api) -> None:
    _store(api)
    api.control("POST", "/reset")
    assert api.get("/files")["data"] == []

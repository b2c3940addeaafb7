"""Upload, list, retrieve, download and delete files."""

import re
import sqlite3
from contextlib import closing
from typing import Any

import httpx2
import pytest
from unit.emulator.harness import Api, MakeApi, error_of

from reconciler.emulator.store.blobs import CHUNK_BYTES

BINARY = bytes(range(256)) * 3000  # three chunks, the last one partial
BOUNDARY = "------------------------d74496d66958873e"


def _send(api: Api, container: str, body: bytes, boundary: str = BOUNDARY) -> httpx2.Response:
    return api.request(
        "POST",
        f"/containers/{container}/files",
        content=body,
        headers={"content-type": f"multipart/form-data; boundary={boundary}"},
    )


def _part(disposition: str | bytes, content: bytes = b"hello", end: bytes = b"--") -> bytes:
    head = disposition.encode() if isinstance(disposition, str) else disposition
    start = f"--{BOUNDARY}\r\nContent-Disposition: form-data; ".encode()
    return start + head + b"\r\n\r\n" + content + f"\r\n--{BOUNDARY}".encode() + end + b"\r\n"


def test_an_upload_answers_the_row_the_list_and_retrieve_show(api: Api) -> None:
    api.freeze(1747844794)
    container = api.create()["id"]
    row = api.upload(container, "prices.csv", b"a,b\n")
    assert re.fullmatch("cfile_682dfeba[0-9a-f]{24}", row["id"])
    assert re.fullmatch("/mnt/data/[0-9a-f]{32}-prices.csv", row["path"])
    assert {key: row[key] for key in row if key not in {"id", "path"}} == {
        "object": "container.file",
        "created_at": 1747844794,
        "bytes": 4,
        "container_id": container,
        "source": "user",
    }
    assert api.get(f"/containers/{container}/files/{row['id']}") == row
    assert api.files(container) == [row]


@pytest.mark.parametrize("content", [b"", b"x", b"\r\n--x\r\n", BINARY, b"x" * CHUNK_BYTES])
def test_bytes_come_back_as_they_were(api: Api, content: bytes) -> None:
    container = api.create()["id"]
    row = api.upload(container, "a.bin", content)
    assert row["bytes"] == len(content)
    response = api.request("GET", f"/containers/{container}/files/{row['id']}/content")
    assert response.content == content
    assert response.headers["content-length"] == str(len(content))
    assert response.headers["content-type"] == "application/octet-stream"


def test_contents_are_stored_in_chunks(make_api: MakeApi, tmp_path: Any) -> None:
    api = make_api(data=tmp_path / "data.db")
    api.upload(api.create()["id"], "a.bin", BINARY)
    sizes = [size for (size,) in _query(tmp_path / "data.db", "SELECT length(data) FROM chunk ORDER BY n")]
    assert sizes == [CHUNK_BYTES, CHUNK_BYTES, len(BINARY) - 2 * CHUNK_BYTES]


def test_deleting_a_file_leaves_nothing_of_it(make_api: MakeApi, tmp_path: Any) -> None:
    api = make_api(data=tmp_path / "data.db")
    container = api.create()["id"]
    kept, gone = api.upload(container, "kept.txt"), api.upload(container, "gone.bin", BINARY)
    path = f"/containers/{container}/files/{gone['id']}"
    assert api.delete(path) == {"id": gone["id"], "object": "container.file.deleted", "deleted": True}
    for method, url in (("GET", path), ("DELETE", path), ("GET", f"{path}/content")):
        error = error_of(api.request(method, url), 404)
        assert error["message"] == f"File {gone['id']} not found on container {container}."
    assert api.files(container) == [kept]
    assert _counts(tmp_path / "data.db") == {"file": 1, "blob": 1, "chunk": 1}
    api.delete(f"/containers/{container}")
    assert _counts(tmp_path / "data.db") == {"file": 0, "blob": 0, "chunk": 0}


def test_a_file_belongs_to_its_container_alone(api: Api) -> None:
    one, other = api.create()["id"], api.create()["id"]
    file = api.upload(one)["id"]
    for method, path in (("GET", ""), ("GET", "/content"), ("DELETE", "")):
        error_of(api.request(method, f"/containers/{other}/files/{file}{path}"), 404)
    assert api.content(one, file) == b"hello"


@pytest.mark.parametrize(
    "name",
    [
        "naïve.txt",
        "日本語 🐍.csv",
        "a b;c=d.txt",
        'quo"te.txt',
        "back\\slash",
        "per%cent%41.txt",
        "é" * 200,
        "x" * 9000,
    ],
)
def test_names_survive_an_upload(api: Api, name: str) -> None:
    assert api.upload(api.create()["id"], name)["path"].partition("-")[2] == name


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("name=file; filename=plain.txt", "plain.txt"),
        ("name=\"file\"; filename*=UTF-8''na%C3%AFve%20%E2%82%AC.txt", "naïve €.txt"),
        ('name="file"; filename="naive.txt"; filename*=UTF-8\'\'na%C3%AFve.txt', "naïve.txt"),
        ("name=\"file\"; filename*=iso-8859-1'en'%A3.txt", "£.txt"),
        ('name="file"; filename="kept.txt"; filename*=UTF-8\'\'%FF', "kept.txt"),
        ('name="file"; filename="kept.txt"; filename*=klingon\'\'x', "kept.txt"),
        ('name="file"; filename="a\\"b\\\\c"', 'a"b\\c'),
        ('NAME="file"; FILENAME="upper.txt"', "upper.txt"),
        (b'name="file"; filename="latin-\xe9"', "latin-é"),
        ('name="file"', "upload"),
    ],
)
def test_filenames_as_clients_write_them(api: Api, disposition: str | bytes, name: str) -> None:
    response = _send(api, api.create()["id"], _part(disposition))
    assert response.status_code == 200, response.text
    assert response.json()["path"].partition("-")[2] == name
    assert response.json()["bytes"] == 5


@pytest.mark.parametrize("mode", ["mangled", "plain-coexist"])
@pytest.mark.parametrize(
    ("filename", "base"),
    [
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("folder/a.txt", "a.txt"),
        ("..", "upload"),
        ("a/..", "upload"),
        ("a/", "upload"),
        (".", "upload"),
        ("", "upload"),
        ("..\\x", "..\\x"),
    ],
)
def test_no_filename_leaves_the_folder(make_api: MakeApi, mode: str, filename: str, base: str) -> None:
    api = make_api(path_mode=mode)
    body = _part(f"name=\"file\"; filename*=UTF-8''{filename.replace('/', '%2F')}")
    path = _send(api, api.create()["id"], body).json()["path"]
    prefix = "" if mode == "plain-coexist" else "[0-9a-f]{32}-"
    assert re.fullmatch(f"/mnt/data/{prefix}{re.escape(base)}", path)


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (b"", None),
        (b"not multipart at all", None),
        (_part('name="file"; filename="a"', end=b""), None),
        (_part('name="file"; filename="a"')[:-30], None),
        (f"--{BOUNDARY}--\r\n".encode(), "file"),
        (_part('name="other"; filename="a"'), "other"),
        (_part('filename="a"'), ""),
        (_part('name="file"; filename="a"', end=b"") + _part('name="file"; filename="b"'), "file"),
        (_part('name="file"; filename="a"', end=b"") + _part('name="file_id"', b"file-1"), "file_id"),
        (_part('name="file_id"', b"x" * 5000), "file_id"),
    ],
    ids=["empty", "junk", "open", "cut", "nothing", "other", "nameless", "twice", "both", "long"],
)
def test_a_bad_form_is_400_and_stores_nothing(
    make_api: MakeApi, tmp_path: Any, body: bytes, param: str | None
) -> None:
    api = make_api(data=tmp_path / "data.db")
    container = api.create()["id"]
    body = body.replace(b"\r\n--" + BOUNDARY.encode() + b"\r\n--", b"\r\n--")
    assert error_of(_send(api, container, body), 400)["param"] == param
    assert api.files(container) == []
    assert _counts(tmp_path / "data.db") == {"file": 0, "blob": 0, "chunk": 0}


@pytest.mark.parametrize("boundary", ["", "x" * 300])
def test_a_bad_boundary_is_400(api: Api, boundary: str) -> None:
    assert "multipart" in error_of(_send(api, api.create()["id"], b"x", boundary), 400)["message"]


def test_a_refused_upload_leaves_no_bytes_behind(make_api: MakeApi, tmp_path: Any) -> None:
    api = make_api(data=tmp_path / "data.db")
    body = _part('name="file"; filename="a"', BINARY)[: len(BINARY)]
    error_of(_send(api, api.create()["id"], body), 400)
    assert _counts(tmp_path / "data.db") == {"file": 0, "blob": 0, "chunk": 0}


def test_a_container_that_dies_during_an_upload_takes_no_file(api: Api) -> None:
    container = api.create()["id"]
    whole = _part('name="file"; filename="a"', BINARY)

    def pieces() -> Any:
        yield whole[:600_000]
        api.delete(f"/containers/{container}")
        yield whole[600_000:]

    error = error_of(
        api.request(
            "POST",
            f"/containers/{container}/files",
            content=pieces(),
            headers={"content-type": f"multipart/form-data; boundary={BOUNDARY}"},
        ),
        404,
    )
    assert container in error["message"]


@pytest.mark.parametrize("form", [True, False])
def test_a_reference_nobody_knows_is_404(api: Api, *, form: bool) -> None:
    container = api.create()["id"]
    if form:
        response = _send(api, container, _part('name="file_id"', b"file-none"))
    else:
        response = api.request("POST", f"/containers/{container}/files", json={"file_id": "file-none"})
    assert error_of(response, 404)["message"] == "No such File object: file-none"


@pytest.mark.parametrize(
    ("body", "param", "code"),
    [
        ({}, "file_id", "missing_required_parameter"),
        ({"file_id": 1}, "file_id", "invalid_type"),
        ({"file_id": "f", "path": "p"}, "path", "unknown_parameter"),
    ],
)
def test_a_bad_reference_is_400(api: Api, body: Any, param: str, code: str) -> None:
    error = error_of(api.request("POST", f"/containers/{api.create()['id']}/files", json=body), 400)
    assert (error["param"], error["code"]) == (param, code)


def _query(path: Any, sql: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def _counts(path: Any) -> dict[str, int]:
    sql = "SELECT (SELECT count(*) FROM file), (SELECT count(*) FROM blob), (SELECT count(*) FROM chunk)"
    return dict(zip(("file", "blob", "chunk"), _query(path, sql)[0], strict=True))

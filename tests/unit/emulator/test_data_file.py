"""What a data file keeps, who may share it, which files are refused, and what a kill leaves."""

import signal
import socket
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest
from unit.emulator.foreground import Foreground
from unit.emulator.harness import MakeApi, connect

from reconciler.emulator import EmulatorError, Settings, start
from reconciler.emulator.store.schema import FORMAT

STAGED = "SELECT count(*) FROM chunk JOIN blob ON chunk.blob = blob.id WHERE staged_at IS NOT NULL"
"""How many chunks belong to uploads under way."""


def test_memory_is_forgotten_and_a_file_is_not(make_api: MakeApi, tmp_path: Path) -> None:
    one, other = make_api(), make_api()
    one.create()
    assert other.get("/containers")["data"] == []
    assert one.emulator.identity != other.emulator.identity

    data = tmp_path / "new" / "folder" / "data.db"
    first = make_api(data=data)
    row = first.create("kept")
    file = first.upload(row["id"], "a.txt", b"x" * 600_000)
    first.emulator.stop()
    assert [path.name for path in data.parent.iterdir()] == ["data.db"]
    second = make_api(data=data)
    assert second.emulator.identity == first.emulator.identity
    assert second.get("/containers")["data"][0]["id"] == row["id"]
    assert second.content(row["id"], file["id"]) == b"x" * 600_000


def test_time_does_not_travel_back_with_a_restart(make_api: MakeApi, tmp_path: Path) -> None:
    data = tmp_path / "data.db"
    first = make_api(data=data)
    first.freeze(4_000_000_000)
    first.emulator.stop()
    second = make_api(data=data)
    assert second.create()["created_at"] == 4_000_000_000
    second.control("POST", "/clock", {"freeze": False})
    second.emulator.stop()
    assert make_api(data=data).create()["created_at"] >= 4_000_000_000


def test_servers_on_one_file_share_rows_time_and_identity(make_api: MakeApi, tmp_path: Path) -> None:
    data = tmp_path / "data.db"
    one, other = make_api(data=data), make_api(data=data)
    assert one.emulator.identity == other.emulator.identity
    assert (tmp_path / "data.db-wal").exists()
    row = one.create("shared")
    file = other.upload(row["id"])
    one.freeze(4_000_000_000)
    assert other.request("GET", "/containers").headers["date"] == "Tue, 02 Oct 2096 07:06:40 GMT"
    assert other.get("/containers")["data"][0]["status"] == "expired"
    assert one.delete(f"/containers/{row['id']}")["deleted"] is True
    assert other.request("GET", f"/containers/{row['id']}/files/{file['id']}").status_code == 404


def test_a_new_file_may_be_created_by_many_at_once(tmp_path: Path) -> None:
    def identity(_: int) -> str:
        with start(Settings(data=tmp_path / "data.db")) as emulator:
            return emulator.identity

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(identity, range(16)))) == 1


def test_many_writers_on_one_file_lose_nothing(make_api: MakeApi, tmp_path: Path) -> None:
    apis = [make_api(data=tmp_path / "data.db") for _ in range(3)]

    def write(number: int) -> str:
        api = apis[number % 3]
        row = api.create(f"n{number}")
        api.upload(row["id"], "a.bin", b"x" * 300_000)
        identifier: str = row["id"]
        return identifier

    with ThreadPoolExecutor(6) as pool:
        written = sorted(pool.map(write, range(30)))
    rows = apis[0].control("GET", "/containers")["data"]
    assert sorted(row["id"] for row in rows) == written
    assert {file["size"] for row in rows for file in row["files"]} == {300_000}


TO_1 = (
    "DROP TABLE skill_version",
    "DROP TABLE skill",
    "DROP TABLE upload",
    "DROP TRIGGER file_gone",
    "DROP TRIGGER file_rewritten",
    """CREATE TRIGGER file_gone AFTER DELETE ON file
    WHEN NOT EXISTS (SELECT 1 FROM file WHERE blob = old.blob) BEGIN
        DELETE FROM blob WHERE id = old.blob;
    END""",
    """CREATE TRIGGER file_rewritten AFTER UPDATE OF blob ON file
    WHEN old.blob <> new.blob AND NOT EXISTS (SELECT 1 FROM file WHERE blob = old.blob) BEGIN
        DELETE FROM blob WHERE id = old.blob;
    END""",
    "ALTER TABLE container DROP COLUMN owner",
    "PRAGMA user_version = 1",
)
"""What makes a file of today one of format 1, which had containers and their files alone."""


def test_a_file_of_format_1_is_taken_over(make_api: MakeApi, tmp_path: Path) -> None:
    data = tmp_path / "data.db"
    first = make_api(data=data)
    row = first.create("kept")
    file = first.upload(row["id"], "a.txt", b"hello")
    first.emulator.stop()
    with closing(sqlite3.connect(data)) as database:
        for statement in TO_1:
            database.execute(statement)
        database.commit()
    second = make_api(data=data)
    assert second.get("/containers")["data"][0]["name"] == "kept"
    assert second.content(row["id"], file["id"]) == b"hello"
    form = {"file": ("b.txt", b"stored"), "purpose": (None, "user_data")}
    stored = second.request("POST", "/files", files=form).json()["id"]
    copy = second.create(file_ids=[stored])["id"]
    second.delete(f"/files/{stored}")
    assert second.content(copy, second.files(copy)[0]["id"]) == b"stored"
    second.delete(f"/containers/{row['id']}")
    second.delete(f"/containers/{copy}")
    with closing(sqlite3.connect(data)) as database:
        assert database.execute("SELECT count(*) FROM blob").fetchone() == (0,)


def _not_a_database(path: Path) -> None:
    path.write_bytes(b"#!/bin/sh\necho this is no database\n" * 100)


def _foreign_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE container (id)")


def _newer_format(path: Path) -> None:
    start(Settings(data=path)).stop()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {FORMAT + 1}")


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (_not_a_database, "file is not a database"),
        (_foreign_database, "is a database of another program"),
        (_newer_format, f"has format {FORMAT + 1}"),
        (Path.mkdir, "unable to open database file"),
    ],
)
def test_a_file_that_is_no_data_file_is_refused_and_left_alone(
    tmp_path: Path, prepare: Any, message: str
) -> None:
    data = tmp_path / "data.db"
    prepare(data)
    before = data.read_bytes() if data.is_file() else None
    with pytest.raises(EmulatorError, match=message) as caught:
        start(Settings(data=data))
    assert str(data) in str(caught.value)
    assert before is None or data.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["data.db"]


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EmulatorError, match="cannot open the data file"):
        start(Settings(data=tmp_path / "file" / "data.db"))


def test_a_kill_loses_no_acknowledged_write(client: httpx2.Client, make_api: MakeApi, tmp_path: Path) -> None:
    data = tmp_path / "data.db"
    server = Foreground(data)
    headers = {"authorization": "Bearer k"}
    written = {}
    for number in range(20):
        row = client.post(
            f"{server.base_url}/containers", json={"name": f"n{number}"}, headers=headers
        ).json()
        url = f"{server.base_url}/containers/{row['id']}/files"
        content = str(number).encode() * 200_000
        client.post(url, files={"file": ("a.txt", content)}, headers=headers)
        written[row["id"]] = content
    deleted = next(iter(written))
    client.delete(f"{server.base_url}/containers/{deleted}", headers=headers)
    server.end(signal.SIGKILL)

    api = make_api(data=data)
    assert api.emulator.identity == server.identity
    rows = api.control("GET", "/containers")["data"]
    found = {row["id"]: api.content(row["id"], row["files"][0]["id"]) for row in rows}
    del written[deleted]
    assert found == written


def test_an_upload_cut_by_a_kill_is_not_there_and_is_swept_later(make_api: MakeApi, tmp_path: Path) -> None:
    data = tmp_path / "data.db"
    before = make_api(data=data)
    container = before.create()["id"]
    whole = before.upload(container, "whole.bin", b"x" * 600_000)["id"]
    server = Foreground(data)
    host, port = server.root_url.removeprefix("http://").split(":")
    with closing(sqlite3.connect(data, isolation_level=None)) as database:
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(_begin_upload(container) + b"x" * 2_000_000)
            _until(lambda: database.execute(STAGED).fetchone() != (0,))
            server.end(signal.SIGKILL)
        start(Settings(data=data)).stop()
        assert database.execute(STAGED).fetchone() != (0,)  # it might be another process's, still going on
        database.execute("UPDATE blob SET staged_at = staged_at - 100000")
        after = make_api(data=data)
        assert database.execute(STAGED).fetchone() == (0,)
    assert [row["id"] for row in after.files(container)] == [whole]
    assert after.content(container, whole) == b"x" * 600_000


def test_an_upload_whose_client_goes_away_leaves_nothing(make_api: MakeApi, tmp_path: Path) -> None:
    data = tmp_path / "data.db"
    api = make_api(data=data)
    container = api.create()["id"]
    with closing(sqlite3.connect(data)) as database:
        with connect(api.emulator) as connection:
            connection.sendall(_begin_upload(container) + b"x" * 2_000_000)
            _until(lambda: database.execute(STAGED).fetchone() != (0,))
        _until(lambda: database.execute(STAGED).fetchone() == (0,))
        assert database.execute("SELECT count(*) FROM blob").fetchone() == (0,)
    assert api.control("GET", "/log")["entries"][-1]["status"] is None


def _begin_upload(container: str) -> bytes:
    """An upload that promises more than will come."""
    return (
        f"POST /v1/containers/{container}/files HTTP/1.1\r\nAuthorization: Bearer k\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 9000000\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    ).encode()


def _until(condition: Any) -> None:
    for _ in range(100_000):
        if condition():
            return
    raise AssertionError("never came true")

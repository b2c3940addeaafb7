"""Where an uploaded name ends up, and what a second upload of it does, in each mode."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from unit.emulator.harness import Api, MakeApi


def _twice(api: Api) -> tuple[str, Any, Any]:
    container = api.create()["id"]
    api.upload(container, "other.txt", b"other")
    return container, api.upload(container, "a.txt", b"old"), api.upload(container, "a.txt", b"newer")


def _shown(api: Api, container: str) -> list[tuple[str, int, bytes]]:
    rows = [row for row in api.files(container) if not row["path"].endswith("other.txt")]
    return [(row["id"], row["bytes"], api.content(container, row["id"])) for row in rows]


@pytest.mark.parametrize(
    ("mode", "pattern"), [("mangled", "[0-9a-f]{32}-a.txt"), ("file-id", "file-[A-Za-z0-9]{22}-a.txt")]
)
def test_prefixed_names_never_meet(make_api: MakeApi, mode: str, pattern: str) -> None:
    api = make_api(path_mode=mode)
    container, old, new = _twice(api)
    assert re.fullmatch(f"/mnt/data/{pattern}", old["path"])
    assert old["path"] != new["path"]
    assert _shown(api, container) == [(old["id"], 3, b"old"), (new["id"], 5, b"newer")]


def test_coexisting_rows_keep_their_own_bytes(make_api: MakeApi) -> None:
    api = make_api(path_mode="plain-coexist")
    container, old, new = _twice(api)
    assert old["path"] == new["path"] == "/mnt/data/a.txt"
    assert _shown(api, container) == [(old["id"], 3, b"old"), (new["id"], 5, b"newer")]
    api.delete(f"/containers/{container}/files/{old['id']}")
    assert _shown(api, container) == [(new["id"], 5, b"newer")]


@pytest.mark.parametrize("doomed", [0, 1])
def test_shared_rows_show_the_newest_bytes_and_go_together(make_api: MakeApi, doomed: int) -> None:
    api = make_api(path_mode="plain-shared")
    container, old, new = _twice(api)
    assert old["path"] == new["path"] == "/mnt/data/a.txt"
    assert _shown(api, container) == [(old["id"], 5, b"newer"), (new["id"], 5, b"newer")]
    api.delete(f"/containers/{container}/files/{(old, new)[doomed]['id']}")
    assert [row["path"] for row in api.files(container)] == ["/mnt/data/other.txt"]


def test_a_replaced_row_vanishes(make_api: MakeApi) -> None:
    api = make_api(path_mode="plain-replace")
    container, old, new = _twice(api)
    assert old["path"] == new["path"] == "/mnt/data/a.txt"
    assert old["id"] != new["id"]
    assert _shown(api, container) == [(new["id"], 5, b"newer")]


def test_an_updated_row_keeps_its_id_and_time(make_api: MakeApi) -> None:
    api = make_api(path_mode="plain-update")
    api.freeze(1747844794)
    container, old, new = _twice(api)
    assert new == {**old, "bytes": 5}
    assert _shown(api, container) == [(old["id"], 5, b"newer")]


@pytest.mark.parametrize(
    ("mode", "contents"),
    [("mangled", 3), ("plain-coexist", 3), ("plain-shared", 2), ("plain-replace", 2), ("plain-update", 2)],
)
def test_bytes_that_no_row_shows_are_not_kept(
    make_api: MakeApi, tmp_path: Path, mode: str, contents: int
) -> None:
    api = make_api(path_mode=mode, data=tmp_path / "data.db")
    _twice(api)
    with closing(sqlite3.connect(tmp_path / "data.db")) as database:
        assert database.execute("SELECT count(*) FROM blob").fetchone() == (contents,)
        assert database.execute("SELECT count(*) FROM chunk").fetchone() == (contents,)


@pytest.mark.parametrize("mode", ["plain-shared", "plain-replace", "plain-update"])
def test_the_same_name_in_another_container_is_another_file(make_api: MakeApi, mode: str) -> None:
    api = make_api(path_mode=mode)
    one, other = api.create()["id"], api.create()["id"]
    first, second = api.upload(one, "a.txt", b"one"), api.upload(other, "a.txt", b"other")
    assert api.content(one, first["id"]) == b"one"
    api.delete(f"/containers/{other}/files/{second['id']}")
    assert api.files(one) == [first]


def test_what_a_user_uploads_over_the_assistants_file_is_the_users(make_api: MakeApi) -> None:
    api = make_api(path_mode="plain-update")
    container = api.create()["id"]
    planted = {"files": [{"path": "/mnt/data/a.txt", "source": "assistant", "content": "made"}]}
    api.control("POST", f"/containers/{container}/files", planted)
    api.upload(container, "a.txt", b"mine")
    (row,) = api.files(container)
    assert (row["source"], row["bytes"]) == ("user", 4)

"""What refreshes ``last_active_at``, when a container expires, and what is left of it."""

from typing import Any

import pytest
from unit.emulator.harness import Api, MakeApi, error_of

START = 1747844794


def _active(api: Api, container: str) -> int:
    """``last_active_at`` without touching."""
    rows = api.control("GET", "/containers")["data"]
    second: int = next(row["last_active_at"] for row in rows if row["id"] == container)
    return second


def _operations(api: Api, container: str, file: str) -> dict[str, Any]:
    path = f"/containers/{container}"
    return {
        "retrieve": lambda: api.get(path),
        "list-files": lambda: api.files(container),
        "upload": lambda: api.upload(container),
        "retrieve-file": lambda: api.get(f"{path}/files/{file}"),
        "download": lambda: api.content(container, file),
        "delete-file": lambda: api.delete(f"{path}/files/{file}"),
        "list": lambda: api.get("/containers"),
    }


@pytest.mark.parametrize(
    ("operation", "settings", "touches"),
    [
        ("retrieve", {}, True),
        ("upload", {}, True),
        ("retrieve-file", {}, True),
        ("download", {}, True),
        ("delete-file", {}, True),
        ("list-files", {}, True),
        ("list-files", {"touch_on_file_list": False}, False),
        ("list", {}, False),
        ("list", {"touch_on_list": True}, True),
    ],
)
def test_which_operations_touch(
    make_api: MakeApi, operation: str, settings: dict[str, Any], *, touches: bool
) -> None:
    api = make_api(**settings)
    api.freeze(START)
    container = api.create()["id"]
    file = api.upload(container)["id"]
    api.advance(60)
    _operations(api, container, file)[operation]()
    assert _active(api, container) == START + (60 if touches else 0)


def test_a_retrieve_shows_its_own_touch(api: Api) -> None:
    api.freeze(START)
    container = api.create()["id"]
    api.advance(5)
    assert api.get(f"/containers/{container}")["last_active_at"] == START + 5


def test_a_touching_list_shows_and_keeps_its_own_touch_on_the_page_alone(make_api: MakeApi) -> None:
    api = make_api(touch_on_list=True)
    api.freeze(START)
    older, newer = api.create()["id"], api.create()["id"]
    api.advance(5)
    assert [row["last_active_at"] for row in api.get("/containers?limit=1")["data"]] == [START + 5]
    assert (_active(api, older), _active(api, newer)) == (START, START + 5)


def test_a_refused_operation_does_not_touch(api: Api) -> None:
    api.freeze(START)
    container = api.create()["id"]
    api.advance(5)
    error_of(api.request("GET", f"/containers/{container}/files/cfile_none"), 404)
    error_of(api.request("GET", f"/containers/{container}/files?limit=0"), 400)
    assert _active(api, container) == START


@pytest.mark.parametrize("minutes", [20, 1])
def test_a_container_expires_when_it_was_idle_for_its_minutes(api: Api, minutes: int) -> None:
    api.freeze(START)
    body = {} if minutes == 20 else {"expires_after": {"anchor": "last_active_at", "minutes": minutes}}
    container = api.create("idle", **body)["id"]
    api.upload(container)
    api.advance(60 * minutes - 1)
    assert api.get("/containers")["data"][0]["status"] == "running"
    api.advance(1)
    row = api.get("/containers")["data"][0]
    assert (row["id"], row["status"], row["last_active_at"]) == (container, "expired", START)


def test_a_touch_postpones_expiry(api: Api) -> None:
    api.freeze(START)
    container = api.create()["id"]
    for _ in range(3):
        api.advance(1199)
        assert api.get(f"/containers/{container}")["status"] == "running"
    api.advance(1200)
    assert api.get(f"/containers/{container}")["status"] == "expired"


def test_an_expired_container_is_final(api: Api) -> None:
    api.freeze(START)
    container = api.create()["id"]
    api.advance(1200)
    row = api.get(f"/containers/{container}")
    assert (row["status"], row["last_active_at"]) == ("expired", START)
    api.freeze(START)
    assert api.get(f"/containers/{container}")["status"] == "expired"
    assert api.delete(f"/containers/{container}")["deleted"] is True
    error_of(api.request("GET", f"/containers/{container}"), 404)


def test_expiry_drops_the_files_of_that_container_alone(make_api: MakeApi) -> None:
    api = make_api()
    api.freeze(START)
    dying = api.create("dying")["id"]
    api.upload(dying)
    api.advance(1199)
    living = api.create("living")["id"]
    api.upload(living)
    api.advance(1)
    files = {row["name"]: row["files"] for row in api.control("GET", "/containers")["data"]}
    assert files["dying"] == []
    assert len(files["living"]) == 1


@pytest.mark.parametrize(
    ("form", "status", "message"),
    [
        ("is-expired", 400, "Container is expired."),
        ("has-expired", 404, "Container has expired."),
        ("not-found", 404, "Container with id '{}' not found."),
    ],
)
def test_file_operations_on_an_expired_container(
    make_api: MakeApi, form: str, status: int, message: str
) -> None:
    api = make_api(expired_answer=form)
    container = api.create()["id"]
    file = api.upload(container)["id"]
    api.advance(1200)
    path = f"/containers/{container}/files"
    for method, url in (
        ("GET", path),
        ("POST", path),
        ("GET", f"{path}/{file}"),
        ("GET", f"{path}/{file}/content"),
        ("DELETE", f"{path}/{file}"),
    ):
        error = error_of(api.request(method, url), status)
        assert error["message"] == message.format(container)


def test_the_default_minutes_are_a_setting(make_api: MakeApi) -> None:
    api = make_api(default_minutes=5)
    container = api.create()
    assert container["expires_after"]["minutes"] == 5
    api.advance(300)
    assert api.get(f"/containers/{container['id']}")["status"] == "expired"

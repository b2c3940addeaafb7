"""The control tree: its key, the clock, the log, planted rows and the reset."""

from hashlib import sha256
from typing import Any

import httpx2
import pytest
from unit.emulator.harness import NEVER, Api, MakeApi, error_of

START = 1747844794
PATHS = ["/clock", "/log", "/faults", "/containers", "/reset", "/nothing", ""]


def _control(client: httpx2.Client, api: Api, path: str, key: str | None) -> httpx2.Response:
    headers = {"authorization": "Bearer k"} | ({} if key is None else {"x-emulator-key": key})
    return client.get(f"{api.emulator.root_url}/_emulator{path}", headers=headers)


@pytest.mark.parametrize("path", PATHS)
def test_without_a_control_key_there_is_no_control_tree(
    client: httpx2.Client, make_api: MakeApi, path: str
) -> None:
    api = make_api(control_key=None)
    for key in (None, "", "None", "control"):
        assert error_of(_control(client, api, path, key), 404)["message"].startswith("Invalid URL")


@pytest.mark.parametrize("path", PATHS)
def test_the_control_tree_wants_its_own_key(client: httpx2.Client, make_api: MakeApi, path: str) -> None:
    api = make_api(api_keys=("api",), control_key="control")
    for key in (None, "", "api", "contro"):
        assert error_of(_control(client, api, path, key), 401)["code"] == "invalid_api_key"
    assert _control(client, api, "/clock", "control").status_code == 200


def test_a_wrong_control_method_is_405(client: httpx2.Client, api: Api) -> None:
    response = client.put(f"{api.emulator.root_url}/_emulator/clock", headers={"x-emulator-key": "control"})
    assert error_of(response, 405)["code"] == "method_not_supported"
    assert response.headers["allow"] == "GET, POST"


def test_the_clock_is_set_frozen_advanced_and_released(api: Api) -> None:
    assert api.control("POST", "/clock", {"now": START, "freeze": True}) == {
        "object": "emulator.clock",
        "now": START,
        "frozen": True,
    }
    assert api.create()["created_at"] == START
    assert api.control("POST", "/clock", {"advance": 90.5})["now"] == START + 90.5
    assert api.control("GET", "/clock") == {"object": "emulator.clock", "now": START + 90.5, "frozen": True}
    released = api.control("POST", "/clock", {"freeze": False})
    assert released["frozen"] is False
    assert START + 90.5 <= released["now"] < START + 120
    assert api.control("POST", "/clock", {"advance": -60})["now"] < START + 60


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"now": 1, "advance": 1},
        {"now": "1"},
        {"now": True},
        {"now": -1},
        {"now": 2**32},
        {"advance": 1e300},
        {"advance": None},
        {"freeze": 1},
        {"thaw": True},
    ],
)
def test_a_clock_that_cannot_be_is_400(api: Api, body: Any) -> None:
    api.freeze(START)
    error_of(api.refused("/clock", body), 400)
    assert api.control("GET", "/clock")["now"] == START


def test_the_log_tells_every_request_and_counts_by_endpoint(api: Api) -> None:
    api.freeze(START)
    container = api.create()["id"]
    api.upload(container)
    api.get("/containers?limit=5")
    api.request("GET", f"/containers/{NEVER}")
    api.request("GET", "/nothing")
    api.request("PUT", "/containers")
    log = api.control("GET", "/log")
    assert log["counts"] == {
        "GET /containers": 1,
        "GET /containers/{container_id}": 1,
        "GET unknown": 1,
        "POST /containers": 1,
        "POST /containers/{container_id}/files": 1,
        "PUT /containers": 1,
    }
    assert log["total"] == 6
    assert [entry["status"] for entry in log["entries"]] == [200, 200, 200, 404, 404, 405]
    entry = log["entries"][2]
    assert entry.pop("request_id").startswith("req_")
    assert entry == {
        "method": "GET",
        "template": "/containers",
        "path": "/v1/containers",
        "query": "limit=5",
        "status": 200,
        "time": START,
        "faults": [],
        "name": None,
        "commits": 0,
    }


def test_the_log_is_cleared_on_demand_and_does_not_log_control_requests(api: Api) -> None:
    api.create()
    empty = {"object": "emulator.log", "total": 0, "counts": {}, "names": {}, "entries": []}
    assert api.control("DELETE", "/log") == empty
    assert api.control("GET", "/log") == empty


def test_an_answer_bears_the_request_id_of_the_log(api: Api) -> None:
    response = api.request("GET", "/containers")
    assert api.control("GET", "/log")["entries"][0]["request_id"] == response.headers["x-request-id"]


def test_a_planted_container_is_as_odd_as_wanted(api: Api) -> None:
    planted = api.plant(
        id="cntr_odd",
        name=None,
        status="hibernating",
        created_at=START,
        last_active_at=None,
        memory_limit=None,
        network_policy={"type": "allowlist", "allowed_domains": []},
        fields={"expires_after": None, "extra": [1]},
        omit=["object"],
    )
    row = api.get("/containers")["data"][0]
    assert row == {
        "id": "cntr_odd",
        "name": None,
        "status": "hibernating",
        "created_at": START,
        "last_active_at": None,
        "memory_limit": None,
        "network_policy": {"type": "allowlist", "allowed_domains": []},
        "expires_after": None,
        "extra": [1],
    }
    assert planted == {**row, "files": []}


def test_planting_a_row_of_every_status(api: Api) -> None:
    for status in ("running", "active", "expired", "deleted", "hibernating"):
        row = api.plant(name=status, status=status)
        response = api.request("GET", f"/containers/{row['id']}/files")
        assert response.status_code == {"expired": 400, "deleted": 404}.get(status, 200)
    statuses = [row["status"] for row in api.get("/containers?order=asc")["data"]]
    assert statuses == ["running", "active", "expired", "deleted", "hibernating"]


def test_a_planted_running_container_expires_like_any(api: Api) -> None:
    api.freeze(START)
    row = api.plant(last_active_at=START - 600, minutes=20)
    api.advance(599)
    assert api.get("/containers")["data"][0]["status"] == "running"
    api.advance(1)
    assert api.get("/containers")["data"][0] == {**_row(row), "status": "expired"}


def test_planted_files_have_any_source_path_and_size(api: Api) -> None:
    container = api.create()["id"]
    files = [
        {"path": "/mnt/data/plot.png", "source": "assistant", "bytes": None, "content_base64": "iVBORw=="},
        {"path": "/mnt/data/a.txt,/mnt/data/b.txt", "bytes": None, "omit": ["created_at"]},
        {"path": "/mnt/data/late.txt", "content": "später", "created_at": 9, "fields": {"source": None}},
    ]
    shown = api.control("POST", f"/containers/{container}/files", {"files": files})["data"][0]["files"]
    late, plot, bogus = api.files(container)
    assert (plot["source"], plot["bytes"]) == ("assistant", None)
    assert api.content(container, plot["id"]) == b"\x89PNG"
    assert (bogus["source"], bogus["bytes"], "created_at" in bogus) == ("user", None, False)
    assert (late["source"], late["bytes"], late["created_at"]) == (None, 7, 9)
    assert [file["sha256"] for file in shown] == [
        sha256(content).hexdigest() for content in ("später".encode(), b"\x89PNG", b"")
    ]


def test_planting_all_or_nothing(api: Api) -> None:
    body = {"containers": [{"name": "fine"}, {"nmae": "typo"}]}
    assert error_of(api.refused("/containers", body), 400)["param"] == "containers[1].nmae"
    assert api.get("/containers")["data"] == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/containers", {"containers": [{"id": "cntr_1"}, {"id": "cntr_1"}]}),
        ("/containers", {"containers": [{"files": [{"id": "cfile_1", "path": "a"}] * 2}]}),
        ("/containers", {"containers": [{"files": [{"path": "a", "source": None}]}]}),
        ("/containers", {"containers": [{"name": ["list"]}]}),
        ("/containers", {"containers": [{"fields": ["name"]}]}),
        ("/containers", {"containers": [{"omit": [["name"]]}]}),
        ("/containers", {"containers": [{"files": [{"path": "a", "content_base64": "?"}]}]}),
    ],
)
def test_a_row_that_cannot_be_is_400(api: Api, path: str, body: Any) -> None:
    error_of(api.refused(path, body), 400)
    assert api.get("/containers")["data"] == []


def test_a_container_is_changed_behind_everybodys_back(api: Api) -> None:
    api.freeze(START)
    container, other = api.create("a")["id"], api.create("b")["id"]
    api.upload(container)
    api.control("POST", f"/containers/{container}", {"status": "expired"})
    changed = api.control(
        "POST", f"/containers/{other}", {"memory_limit": "64g", "last_active_at": START - 60}
    )
    assert changed["data"][0]["memory_limit"] == "64g"
    gone = api.get(f"/containers/{container}")
    assert gone["status"] == "expired"
    assert api.control("GET", "/containers")["data"][0]["files"] == []
    api.advance(1139)
    assert api.get("/containers")["data"][0]["status"] == "running"
    api.advance(1)
    assert api.get("/containers")["data"][0]["status"] == "expired"


def test_the_snapshot_shows_everything_and_touches_nothing(api: Api) -> None:
    api.freeze(START)
    for number in range(25):
        api.plant(name=str(number))
    file = api.upload(api.get("/containers")["data"][0]["id"], "a.txt", b"hello")
    api.advance(60)
    rows = api.control("GET", "/containers")["data"]
    assert [row["name"] for row in rows] == [str(number) for number in range(25)]
    assert {row["last_active_at"] for row in rows} == {START}
    assert rows[24]["files"] == [{**file, "sha256": sha256(b"hello").hexdigest(), "size": 5}]


def test_a_reset_wipes_rows_log_and_faults_but_not_time(api: Api) -> None:
    api.freeze(START)
    api.upload(api.create()["id"])
    api.fault(kind="status", status=500, times=None)
    api.control("POST", "/reset")
    assert api.control("GET", "/log")["total"] == 0
    assert api.get("/containers")["data"] == []
    assert api.control("GET", "/faults")["rules"] == []
    assert api.control("GET", "/clock")["now"] == START


def _row(snapshot: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in snapshot.items() if key != "files"}

"""Counts by name: what was carried out and what was acknowledged, so that nothing doubled can hide."""

from typing import Any

import httpx2
import pytest
from unit.emulator.harness import NEVER, Api, error_of

CREATE = "POST /containers"


def _writes(api: Api, name: str) -> dict[str, tuple[int, int]]:
    """(committed, acknowledged) of each kind of write of a name that had any."""
    counts = api.control("GET", "/log")["names"].get(name, {})
    pairs = {write: (of["committed"], of["acknowledged"]) for write, of in counts.items()}
    return {write: pair for write, pair in pairs.items() if any(pair)}


def _post(api: Api, name: str = "a") -> int | None:
    try:
        return api.request("POST", "/containers", json={"name": name}).status_code
    except httpx2.TransportError:
        return None


def test_every_kind_of_write_is_counted_by_name(api: Api) -> None:
    container = api.create("a")["id"]
    files = [api.upload(container, name)["id"] for name in ("x", "y")]
    api.delete(f"/containers/{container}/files/{files[0]}")
    api.delete(f"/containers/{container}")
    api.create("b")
    assert _writes(api, "a") == {
        "creates": (1, 1),
        "uploads": (2, 2),
        "file_deletes": (1, 1),
        "deletes": (1, 1),
    }
    assert _writes(api, "b") == {"creates": (1, 1)}


def test_reads_and_refusals_count_nothing(api: Api) -> None:
    api.get("/containers")
    error_of(api.request("POST", "/containers", json={"name": "a", "x": 1}), 400)
    error_of(api.request("DELETE", f"/containers/{NEVER}"), 404)
    assert api.control("GET", "/log")["names"] == {}


@pytest.mark.parametrize(
    ("fault", "counts"),
    [
        ({"kind": "status", "status": 500, "when": "before"}, {}),
        ({"kind": "status", "status": 500, "when": "after"}, {"creates": (1, 0)}),
        ({"kind": "drop", "when": "before"}, {}),
        ({"kind": "drop", "when": "after"}, {"creates": (1, 0)}),
        ({"kind": "truncate", "size": 9}, {"creates": (1, 0)}),
        ({"kind": "double"}, {"creates": (2, 1)}),
    ],
)
def test_what_a_fault_hides_from_the_client_is_counted(api: Api, fault: Any, counts: Any) -> None:
    api.fault(endpoint=CREATE, **fault)
    _post(api)
    assert _writes(api, "a") == counts
    assert len(api.control("GET", "/containers")["data"]) == counts.get("creates", (0, 0))[0]


def test_a_lie_is_acknowledged_and_not_committed(api: Api) -> None:
    container = api.create("a")["id"]
    api.fault(kind="lie")
    api.delete(f"/containers/{container}")
    api.fault(kind="status", status=200, body={"deleted": True}, endpoint="DELETE *")
    api.delete(f"/containers/{container}")
    assert _writes(api, "a") == {"creates": (1, 1), "deletes": (0, 2)}


def test_a_client_that_repeats_blindly_is_found_out(api: Api) -> None:
    """What the counts are for: forty creates under lost replies, and a client that asks again."""
    api.control("POST", "/faults", {"rules": [f"{CREATE}: drop-after-commit 30%"], "seed": 3})
    for number in range(40):
        while _post(api, f"n{number}") is None:
            pass
    names = api.control("GET", "/log")["names"]
    committed = {name: counts["creates"]["committed"] for name, counts in names.items()}
    rows = [row["name"] for row in api.control("GET", "/containers")["data"]]
    assert committed == {name: rows.count(name) for name in rows}
    assert sum(committed.values()) > 40
    assert {counts["creates"]["acknowledged"] for counts in names.values()} == {1}


def test_an_entry_names_its_container_and_how_often_it_was_carried_out(api: Api) -> None:
    api.fault(kind="double", endpoint=CREATE)
    container = api.create("a")["id"]
    api.get("/containers")
    api.upload(container)
    entries = api.control("GET", "/log")["entries"]
    assert [(entry["name"], entry["commits"]) for entry in entries] == [("a", 2), (None, 0), ("a", 1)]


def test_the_counts_are_cleared_with_the_log(api: Api) -> None:
    api.create("a")
    assert api.control("DELETE", "/log")["names"] == {}
    assert _writes(api, "a") == {}

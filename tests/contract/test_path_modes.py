"""Syncing a changed file where servers keep names apart, and where an upload meets the old file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.builders import declared_file, desired, digest, entry
from support.clocks import SharedClock
from support.emulated import account_of, applied, carried_out, planned
from support.servers import Server, serving
from support.worlds import MODES, file_name

if TYPE_CHECKING:
    from collections.abc import Iterator

LIST, SEND, DROP = "list", "upload", "delete"
WORDS = {
    "GET /containers/{container_id}/files": LIST,
    "POST /containers/{container_id}/files": SEND,
    "DELETE /containers/{container_id}/files/{file_id}": DROP,
}

SENT = {
    "mangled": [LIST, SEND, LIST, DROP],
    "file-id": [LIST, SEND, LIST, DROP],
    "plain-coexist": [LIST, SEND, LIST, DROP, LIST],
    "plain-shared": [LIST, SEND, LIST, DROP, LIST, SEND],
    "plain-replace": [LIST, SEND, LIST],
    "plain-update": [LIST, SEND, LIST],
}
"""What syncing one changed file sends in each mode."""


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    """Each path mode."""
    return str(request.param)


@pytest.fixture
def own(mode: str) -> Iterator[Server]:
    """An emulator of that mode."""
    with serving(path_mode=mode) as running:
        yield running


def held(server: Server) -> list[tuple[str, str]]:
    """Names and digests of all files of the only container."""
    [row] = server.containers()
    return sorted((file_name(file["path"]), file["sha256"]) for file in row["files"])


def sent(server: Server) -> list[str]:
    """The requests about files, in order."""
    log: list[dict[str, Any]] = server.control("GET", "/log")["entries"]
    return [WORDS[f"{one['method']} {one['template']}"] for one in log]


@pytest.mark.parametrize("new", [b"new", b"longer than it was"])
def test_a_changed_file_is_there_once_and_new(own: Server, mode: str, new: bytes) -> None:
    other = declared_file("b.txt", b"stays")
    applied(own, desired(entry("ci-a", declared_file("a.txt", b"old"), other)))
    wanted = desired(entry("ci-a", declared_file("a.txt", new), other))
    prepared = planned(own, wanted)
    own.forget_requests()
    assert carried_out(own, prepared).applied == ["sync ci-a"]
    assert sent(own) == SENT[mode]
    assert held(own) == [("a.txt", digest(new)), ("b.txt", digest(b"stays"))]
    assert planned(own, wanted).idle


def test_a_doubled_file_is_there_once_afterwards(own: Server, mode: str) -> None:
    wanted = desired(entry("ci-a", declared_file("a.txt", b"right")))
    applied(own, wanted)
    [row] = own.containers()
    again = {"path": row["files"][0]["path"], "content": "right", "created_at": row["created_at"] - 5}
    own.control("POST", f"/containers/{row['id']}/files", {"files": [again]})
    prepared = planned(own, wanted)
    own.forget_requests()
    assert carried_out(own, prepared).applied == ["sync ci-a"]
    lost = [SEND] if mode == "plain-shared" else []
    assert sent(own) == [LIST, DROP, LIST, *lost]
    assert held(own) == [("a.txt", digest(b"right"))]
    assert planned(own, wanted).idle


def test_a_file_that_went_with_its_old_row_is_sent_again_though_the_list_still_shows_both(
    own: Server,
) -> None:
    own.control("POST", "/lag", {"delete": 6, "files": True})
    account = account_of(own, clock=SharedClock(own))
    applied(own, desired(entry("ci-a", declared_file("a.txt", b"old"))), account=account)
    wanted = desired(entry("ci-a", declared_file("a.txt", b"new")))
    assert applied(own, wanted, account=account).applied == ["sync ci-a"]
    assert held(own) == [("a.txt", digest(b"new"))]

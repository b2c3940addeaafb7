"""Observing while the account moves: complete and true, or an error."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from support.emulated import Client

from reconciler.api.errors import NotFound, ReplyLost, ServerError
from reconciler.ledger.ledger import Ledger
from reconciler.model.live import LiveContainer, LiveFile, LiveState, NotRead
from reconciler.observe.observe import observe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.servers import Server

FILES = "GET /containers/{container_id}/files"
CONTENT = "GET /containers/{container_id}/files/{file_id}/content"


def nothing() -> None:
    """What happens where nothing does."""


@dataclass(frozen=True)
class Everything:
    """Needs every listing and every content; something may happen right before either is read."""

    before_listings: Callable[[], object] = nothing
    before_contents: Callable[[], object] = nothing

    def concerns(self, declared: str) -> bool:
        """Everything is."""
        del declared
        return True

    def lists(self, row: LiveContainer) -> bool:
        """Every live row is wanted."""
        self.before_listings()
        return not row.dead

    def contents(self, live: LiveState) -> Iterator[tuple[LiveContainer, LiveFile]]:
        """Yields every file that was listed."""
        self.before_contents()
        for row in live.containers:
            if not isinstance(row.files, NotRead):
                yield from ((row, file) for file in row.files)


def plant(server: Server, name: str, *contents: str) -> str:
    """Puts a container with files there; its id."""
    files = [{"path": f"/mnt/data/{number}", "content": text} for number, text in enumerate(contents)]
    row = {"name": name, "status": "active", "files": files}
    return str(server.control("POST", "/containers", {"containers": [row]})["data"][0]["id"])


def observed(server: Server, needs: Everything) -> LiveState:
    """What is seen."""
    return Client(server).run(lambda writer: observe(writer, needs, Ledger(), parallelism=2))


def digests(live: LiveState) -> dict[str, list[str | None]]:
    """The digests of the files of each container by name."""
    return {
        row.name: [file.spec.sha256 for file in row.files]
        for row in live.containers
        if not isinstance(row.files, NotRead)
    }


def of(*contents: str) -> list[str]:
    """The digests of these contents."""
    return [sha256(text.encode()).hexdigest() for text in contents]


def test_everything_that_is_needed_is_read_once(server: Server) -> None:
    plant(server, "one", "a", "bb")
    plant(server, "two", "ccc")
    plant(server, "none")
    server.forget_requests()
    live = observed(server, Everything())
    assert digests(live) == {"one": of("a", "bb"), "two": of("ccc"), "none": []}
    assert live.date is not None
    assert server.counts() == {"GET /containers": 1, FILES: 3, CONTENT: 3}


def test_a_container_that_died_since_it_was_listed_is_seen_dead(server: Server) -> None:
    dies, lives = plant(server, "dies", "a"), plant(server, "lives", "a")
    gone = Everything(lambda: server.control("POST", f"/containers/{dies}", {"status": "expired"}))
    live = observed(server, gone)
    assert {row.id: row.dead for row in live.containers} == {dies: True, lives: False}
    assert digests(live) == {"lives": of("a")}


def test_a_listing_that_is_not_found_kills_no_container_that_lives(server: Server) -> None:
    plant(server, "lives", "a")
    server.fault(kind="status", status=404, endpoint=FILES, times=None)
    with pytest.raises(NotFound):
        observed(server, Everything())


def test_contents_that_vanished_since_they_were_listed_are_unknown(server: Server) -> None:
    box = plant(server, "box", "a", "b")
    first = server.containers()[0]["files"][0]["id"]
    url = f"{server.base_url}/containers/{box}/files/{first}"
    needs = Everything(before_contents=lambda: server.http.delete(url, headers={"Authorization": "Bearer x"}))
    assert digests(observed(server, needs)) == {"box": [None, *of("b")]}


def test_files_of_two_containers_may_share_an_id(server: Server) -> None:
    plant(server, "one")
    plant(server, "two")
    shown = {"id": "file-1", "path": "/mnt/data/x", "bytes": 1, "source": "user", "created_at": 1}
    server.fault(kind="patch", endpoint=FILES, fields={"data": [shown]}, times=2)
    server.fault(kind="status", status=200, endpoint=CONTENT, body="a")
    server.fault(kind="status", status=200, endpoint=CONTENT, body="b")
    found = digests(observed(server, Everything()))
    assert sorted(found.values()) == sorted([of("a"), of("b")])


@pytest.mark.parametrize("endpoint", ["GET /containers", FILES, CONTENT])
@pytest.mark.parametrize(
    ("fault", "error"), [({"kind": "drop"}, ReplyLost), ({"kind": "status", "status": 500}, ServerError)]
)
def test_what_cannot_be_read_leaves_no_observation_at_all(
    server: Server, endpoint: str, fault: dict[str, object], error: type[Exception]
) -> None:
    plant(server, "one", "a")
    plant(server, "two", "b")
    server.fault(endpoint=endpoint, times=None, **fault)
    with pytest.raises(error):
        observed(server, Everything())

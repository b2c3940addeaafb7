"""The client when keys, networks, gateways and pages go wrong; what the server's log saw decides."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from support.builders import spec
from support.emulated import Client
from support.servers import API_KEY, Server, serving

from reconciler.api import errors
from reconciler.api.pace import PATIENCE
from reconciler.api.retry import RetryPolicy
from reconciler.model.errors import ApiError, LocalFileError
from reconciler.model.spec import FileSpec, InlineContent, LocalFile

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from reconciler.api.writer import Writer

LIST, CREATE = "GET /containers", "POST /containers"
UPLOAD = "POST /containers/{container_id}/files"
CONTENT = "GET /containers/{container_id}/files/{file_id}/content"
DELETE = "DELETE /containers/{container_id}"
ATTEMPTS = RetryPolicy().attempts

HELLO = b"hello, containers"


def plant(server: Server, count: int = 1) -> list[str]:
    """Puts containers with one file each there; their ids."""
    files = [{"path": "/mnt/data/a.txt", "content": HELLO.decode()}]
    box = {"status": "active", "created_at": 1_700_000_000, "files": files}  # only running ones expire
    rows = [{"name": f"n{number}", **box} for number in range(count)]
    return [row["id"] for row in server.control("POST", "/containers", {"containers": rows})["data"]]


async def create(writer: Writer) -> str:
    """Creates a container."""
    return (await writer.create_container("ci-a", spec("ci-a"))).id


async def listed(writer: Writer) -> list[str]:
    """The ids of the container list."""
    return [row.id for row in (await writer.containers()).rows]


async def send(writer: Writer, container_id: str) -> None:
    """Uploads a file."""
    data = HELLO
    what = FileSpec("a.txt", len(data), sha256(data).hexdigest())
    await writer.upload_file(container_id, what, InlineContent(data))


def test_a_wrong_key_is_an_error_at_once() -> None:
    with serving(api_keys=("right-key",)) as server:
        client = Client(server, key="wrong")
        for work in (listed, create):
            with pytest.raises(errors.AuthenticationFailed) as refused:
                client.run(work)
            assert "OPENAI_API_KEY" in (refused.value.hint or "")
            assert refused.value.api_code == "invalid_api_key"
        assert server.requests() == 2
        assert client.slept == []
        assert Client(server, key="right-key").run(listed) == []


@contextmanager
def raw_server(answer: bytes) -> Iterator[tuple[Server, list[bytes]]]:
    """A server of one connection that answers every request with the same bytes; the requests it got."""
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            try:
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        got.append(connection.recv(65536))
                        connection.sendall(answer)
            except OSError:
                return

        thread = threading.Thread(target=serve)
        thread.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            yield Server(f"{address}/v1", address, http=None), got  # type: ignore[arg-type] # it has no control API
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def answering(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """A whole HTTP answer."""
    lines = [f"HTTP/1.1 {status}", "Connection: close", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def test_who_asks_is_said_in_every_request() -> None:
    with raw_server(answering(b'{"data": [], "has_more": false}')) as (server, got):
        Client(server, organization="org-1", project="proj-2").run(listed)
        Client(server).run(listed)
    first, second = (request.decode().lower().split("\r\n") for request in got)
    assert first[0] == "get /v1/containers?limit=100&order=asc http/1.1"
    assert f"authorization: bearer {API_KEY}" in first
    assert {"openai-organization: org-1", "openai-project: proj-2"} <= set(first)
    assert not any(line.startswith("openai-") for line in second)
    assert any(line.startswith("user-agent: reconciler/") for line in second)


def test_redirects_without_an_end_are_a_protocol_error() -> None:
    loop = answering(b"", "Location: /v1/containers/c/files/f/content", status="302 Found")
    with raw_server(loop) as (server, got), pytest.raises(errors.ProtocolError, match="place to place"):
        Client(server).run(lambda writer: writer.content_digest("c", "f", limit=None))
    assert len(got) > 2


def test_a_redirect_of_a_write_is_never_followed() -> None:
    moved = answering(b"", "Location: https://example.invalid/", status="307 Temporary Redirect")
    with raw_server(moved) as (server, got), pytest.raises(errors.BadRequest, match="307") as refused:
        Client(server).run(create)
    assert len(got) == 1
    assert str(refused.value) == "307: redirected to https://example.invalid/"


def test_a_redirect_that_carries_our_key_is_shown_without_it() -> None:
    location = f"LOCATION: https://example.invalid/?key={API_KEY}"
    moved = answering(API_KEY.encode(), location, status="302 Found")
    with raw_server(moved) as (server, _), pytest.raises(errors.BadRequest) as refused:
        Client(server).run(listed)
    assert str(refused.value) == "302: redirected to https://example.invalid/?key=[key]"


def test_a_success_that_says_nothing_usable_is_no_success() -> None:
    for body in (b"", b"<html>hi</html>", b'{"error": {"message": "no"}}', b'{"id": null}', b"[]"):
        with raw_server(answering(body)) as (server, got):
            with pytest.raises(errors.ProtocolError):
                Client(server).run(create)
            assert len(got) == 1


def test_an_answer_without_an_end_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.api.connection.LARGEST_JSON", 1000)
    with (
        raw_server(answering(b" " * 2000)) as (server, _),
        pytest.raises(errors.ProtocolError, match="more than 1000 bytes"),
    ):
        Client(server).run(listed)


def test_an_unreachable_server_is_tried_again_and_then_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    nobody = Server(f"http://127.0.0.1:{port}/v1", f"http://127.0.0.1:{port}", http=None)  # type: ignore[arg-type] # it has no control API
    for work in (listed, create):
        client = Client(nobody)
        with pytest.raises(
            errors.ConnectionFailed, match=rf"127\.0\.0\.1:{port}/v1/containers: cannot connect"
        ) as refused:
            client.run(work)
        assert "base URL" in (refused.value.hint or "")
        assert client.slept == [0.25, 0.5, 1.0, 2.0]


@pytest.mark.parametrize(
    ("headers", "wait"),
    [({"retry-after": "7"}, 7.0), ({"retry-after-ms": "1500"}, 1.5), ({}, PATIENCE)],
)
@pytest.mark.parametrize(("endpoint", "work"), [(LIST, listed), (CREATE, create)])
def test_after_429_the_wait_that_was_asked_for_is_kept_and_a_post_is_sent_again(
    server: Server,
    endpoint: str,
    work: Callable[[Writer], Awaitable[object]],
    headers: dict[str, str],
    wait: float,
) -> None:
    server.fault(kind="status", status=429, endpoint=endpoint, times=2, headers=headers)
    client = Client(server)
    client.run(work)
    assert sum(client.slept) == 2 * wait
    assert server.counts() == {endpoint: 3}
    assert len(server.containers()) == (1 if endpoint == CREATE else 0)


def test_a_server_that_wants_too_long_a_pause_is_not_waited_for(server: Server) -> None:
    server.fault(kind="status", status=429, endpoint=LIST, headers={"retry-after": "3600"})
    client = Client(server)
    with pytest.raises(errors.RateLimited) as limited:
        client.run(listed)
    assert limited.value.retry_after == 3600
    assert (client.slept, server.requests()) == ([], 1)


FAULTS = [
    {"kind": "drop", "when": "before"},
    {"kind": "drop", "when": "after"},
    {"kind": "status", "status": 500, "when": "before"},
    {"kind": "status", "status": 500, "when": "after"},
    {"kind": "status", "status": 503, "when": "before", "body": "<html>busy</html>"},
    {"kind": "status", "status": 408, "when": "before"},
    {"kind": "status", "status": 409, "when": "before"},
    {"kind": "truncate", "size": 0},
    {"kind": "truncate", "size": 9},
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_reads_and_deletes_are_repeated_until_they_are_right(
    server: Server, fault: dict[str, object]
) -> None:
    kept, doomed = plant(server, 2)

    async def work(writer: Writer) -> list[object]:
        ids = await listed(writer)
        file = (await writer.files(kept)).rows[0]
        digest = await writer.content_digest(kept, file.id, limit=None)
        await writer.delete_container(doomed)
        return [ids, digest, (await writer.container(kept)).id]

    server.fault(endpoint="*", times=1, **fault)
    for endpoint in (
        "GET /containers/{container_id}/files",
        CONTENT,
        DELETE,
        "GET /containers/{container_id}",
    ):
        server.fault(endpoint=endpoint, times=1, **fault)
    client = Client(server)
    assert client.run(work) == [[kept, doomed], sha256(HELLO).hexdigest(), kept]
    assert [row["id"] for row in server.containers()] == [kept]
    assert len(client.slept) == 5
    assert set(server.counts().values()) == {2}


def test_a_read_is_given_up_after_so_many_attempts(server: Server) -> None:
    server.fault(kind="drop", endpoint=LIST, times=None)
    client = Client(server)
    with pytest.raises(errors.ReplyLost):
        client.run(listed)
    assert server.counts() == {LIST: ATTEMPTS}
    assert client.slept == [0.25, 0.5, 1.0, 2.0]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_create_whose_fate_is_unknown_is_never_sent_again(server: Server, fault: dict[str, object]) -> None:
    server.fault(endpoint=CREATE, times=None, **fault)
    client = Client(server)
    with pytest.raises(ApiError):
        client.run(create)
    assert server.counts() == {CREATE: 1}
    happened = fault.get("when") == "after" or fault["kind"] == "truncate"
    assert len(server.containers()) == happened
    assert client.slept == []


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_an_upload_whose_fate_is_unknown_is_never_sent_again(
    server: Server, fault: dict[str, object]
) -> None:
    [box] = plant(server)
    server.fault(endpoint=UPLOAD, times=None, **fault)
    with pytest.raises(ApiError):
        Client(server).run(lambda writer: send(writer, box))
    assert server.counts() == {UPLOAD: 1}
    happened = fault.get("when") == "after" or fault["kind"] == "truncate"
    assert len(server.containers()[0]["files"]) == 1 + happened


def test_an_upload_after_429_sends_the_whole_file_again(server: Server) -> None:
    [box] = plant(server)
    server.fault(kind="status", status=429, endpoint=UPLOAD, times=2)
    Client(server).run(lambda writer: send(writer, box))
    assert server.counts() == {UPLOAD: 3}
    assert [file["size"] for file in server.containers()[0]["files"]] == [len(HELLO)] * 2


def test_a_refused_request_is_never_repeated_and_says_why(server: Server) -> None:
    for status, kind in ((400, errors.BadRequest), (403, errors.PermissionDenied), (422, errors.BadRequest)):
        server.fault(kind="status", status=status, endpoint=LIST)
        with pytest.raises(kind, match=f"{status}: Answered {status} on purpose") as refused:
            Client(server).run(listed)
        assert refused.value.request_id
    assert server.counts() == {LIST: 3}


def test_a_success_in_html_is_a_protocol_error(server: Server) -> None:
    server.fault(kind="status", status=200, endpoint=LIST, body="<html>Please log in</html>")
    with pytest.raises(errors.ProtocolError, match="not JSON: <html>Please log in"):
        Client(server).run(listed)


def test_a_list_that_repeats_itself_is_an_error_after_few_requests(server: Server) -> None:
    plant(server, 150)
    server.fault(kind="endless", endpoint=LIST, times=None)
    with pytest.raises(errors.ProtocolError, match="repeat themselves"):
        Client(server).run(listed)
    assert server.requests() == 6


def test_a_list_that_repeats_one_page_and_says_nothing_of_more_is_an_error(server: Server) -> None:
    plant(server, 150)
    server.fault(kind="endless", endpoint=LIST, times=None)
    server.fault(kind="patch", endpoint=LIST, times=None, omit=["has_more"])
    with pytest.raises(errors.ProtocolError, match="repeat themselves"):
        Client(server).run(listed)


@pytest.mark.parametrize("count", [0, 1, 99, 100, 250])
@pytest.mark.parametrize(
    "patch",
    [{"omit": ["has_more"]}, {"fields": {"has_more": None}}, {"fields": {"last_id": "zzz", "first_id": 7}}],
)
def test_lists_that_say_little_or_nonsense_of_themselves_are_read_whole(
    server: Server, count: int, patch: dict[str, object]
) -> None:
    ids = plant(server, count) if count else []
    server.fault(kind="patch", endpoint=LIST, times=None, **patch)
    assert Client(server).run(listed) == ids


def test_a_page_that_comes_twice_costs_requests_and_no_row(server: Server) -> None:
    ids = plant(server, 250)
    server.fault(kind="repeat", endpoint=LIST, skip=1)
    assert Client(server).run(listed) == ids


@pytest.mark.parametrize("unknown", ["not-found", "bad-request", "empty", "restart"])
def test_a_cursor_deleted_between_two_pages_loses_no_row(unknown: str) -> None:
    with serving(unknown_after=unknown) as server:
        ids = plant(server, 250)

        async def work(writer: Writer) -> list[str]:
            pages = writer.container_page

            async def page(**asked: str | None) -> object:
                found = await pages(**asked)  # type: ignore[arg-type] # passed on as they came
                if asked.get("after") is None and ids[99] in [row[0] for row in found.rows]:
                    await writer.delete_container(ids[99])
                return found

            writer.container_page = page  # type: ignore[method-assign,assignment] # deletes behind the walk's back
            return await listed(writer)

        assert Client(server).run(work) == ids


def test_an_upload_of_a_file_edited_while_it_is_sent_lands_nowhere(server: Server, tmp_path: Path) -> None:
    [box] = plant(server)
    before = server.containers()
    file = tmp_path / "big.bin"
    data = b"x" * 3_000_000
    file.write_bytes(data)
    planned = FileSpec("big.bin", len(data), sha256(data).hexdigest())
    for now in (data[:-1] + b"y", data + b"z", data[:1000]):
        file.write_bytes(now)
        with pytest.raises(LocalFileError, match="changed since it was planned"):
            Client(server).run(lambda writer: writer.upload_file(box, planned, LocalFile(str(file))))
    file.unlink()
    with pytest.raises(LocalFileError, match="cannot read"):
        Client(server).run(lambda writer: writer.upload_file(box, planned, LocalFile(str(file))))
    assert server.containers()[0]["files"] == before[0]["files"]
    file.write_bytes(data)
    made = Client(server).run(lambda writer: writer.upload_file(box, planned, LocalFile(str(file))))
    assert made.spec.bytes == len(data)


def test_a_hundred_requests_side_by_side_all_come_back(server: Server) -> None:
    ids = plant(server, 100)

    async def work(writer: Writer) -> list[str]:
        found = await asyncio.gather(*(writer.container(identifier) for identifier in ids))
        return [row.id for row in found]

    assert Client(server).run(work) == ids
    assert server.requests() == 100

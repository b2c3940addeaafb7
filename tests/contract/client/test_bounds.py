"""Answers that never end: each attempt has its time, by the bytes that it carries, and then is over."""

from __future__ import annotations

import select
import socket
import threading
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from support.builders import spec
from support.emulated import Client
from support.servers import Server

from reconciler.api.bounds import Bounds
from reconciler.api.errors import ReplyLost, TimedOut, fate_unknown
from reconciler.model.spec import FileSpec, InlineContent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from reconciler.api.writer import Writer

FAST = 1e12
"""A rate at which bytes have no time of their own."""

DRIPS = 1000
"""How often a server drips before it hangs up, 10 ms each: more than any bound of these tests."""

UPLOAD = "POST /containers/{container_id}/files"
CONTENT = "GET /containers/{container_id}/files/{file_id}/content"


@contextmanager
def dripping(head: bytes, *, reads: bool = True) -> Iterator[Server]:
    """A server that answers with this and then a blank every 10 ms, until its client hangs up.

    One that does not read never answers either.
    """
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        if reads:
            connection.recv(65536)
            connection.sendall(head)
        for _ in range(DRIPS):
            if over.is_set():
                return
            readable, _, _ = select.select([connection] if reads else [], [], [], 0.01)
            if readable and not connection.recv(65536):
                return
            if reads:
                connection.sendall(b" ")

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    drip(connection)
                except OSError:
                    continue

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            yield Server(f"{address}/v1", address, http=None)  # type: ignore[arg-type] # it has no control API
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def upload(size: int) -> Callable[[Writer], Awaitable[object]]:
    """Uploads so many bytes."""
    data = bytes(size)
    what = FileSpec("a.bin", size, sha256(data).hexdigest())
    return lambda writer: writer.upload_file("cntr_1", what, InlineContent(data))


def download(limit: int | None) -> Callable[[Writer], Awaitable[object]]:
    """Downloads so many bytes at most."""
    return lambda writer: writer.content_digest("cntr_1", "cfile_1", limit=limit)


ENDLESS = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
HEADLESS = b"HTTP/1.1 200 OK\r\nX-Head: "


def ended(server: Server, bounds: Bounds, work: Callable[[Writer], Awaitable[object]]) -> ReplyLost:
    """The error that ends work which otherwise would not end."""
    with pytest.raises(ReplyLost, match="no whole answer within") as lost:
        Client(server, bounds=bounds).run(work)
    return lost.value


@pytest.mark.parametrize("head", [ENDLESS, HEADLESS])
@pytest.mark.parametrize(
    ("work", "bounds"),
    [
        (lambda writer: writer.create_container("ci-a", spec("ci-a")), Bounds(0.2, FAST, 60)),
        (upload(5), Bounds(0.2, FAST, 60)),
        (upload(1000), Bounds(0.1, 10_000, 60)),
    ],
)
def test_a_write_whose_answer_drips_is_over_and_its_fate_unknown(
    head: bytes, bounds: Bounds, work: Callable[[Writer], Awaitable[object]]
) -> None:
    with dripping(head) as server:
        lost = ended(server, bounds, work)
    assert fate_unknown(lost)
    assert not isinstance(lost, TimedOut)


def test_the_answer_of_a_large_upload_has_no_more_time_than_another() -> None:
    with dripping(ENDLESS) as server:
        lost = ended(server, Bounds(0.2, rate=1, unknown=60), upload(3600))
    assert "within 0 s" in str(lost), "an hour for its bytes, and not for its answer"


def test_an_upload_that_nobody_reads_is_over() -> None:
    with dripping(b"", reads=False) as server:
        ended(server, Bounds(0.2, FAST, 60), upload(20_000_000))


@pytest.mark.parametrize(
    ("limit", "bounds"), [(5000, Bounds(0.1, 100_000, 60)), (None, Bounds(60, FAST, unknown=0.2))]
)
def test_a_download_that_drips_is_over(limit: int | None, bounds: Bounds) -> None:
    once = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5000\r\n\r\n"
    with dripping(once) as server:
        ended(server, bounds, download(limit))


def test_the_beginning_of_a_dripping_answer_is_kept() -> None:
    with dripping(ENDLESS + b'{"id": "cntr_1"') as server:
        lost = ended(
            server,
            Bounds(1, FAST, 60),
            lambda writer: writer.attach_file("cntr_1", "file-1"),
        )
    assert lost.partial.startswith(b'{"id": "cntr_1" ')


def test_bytes_have_time_at_the_least_rate() -> None:
    bounds = Bounds()
    assert bounds.seconds(0) == bounds.whole == 300
    assert bounds.seconds(64 * 10**6) == 300 + 6400
    assert bounds.seconds(None) == bounds.unknown == 3600


def test_a_slow_transfer_within_its_time_is_none_that_hangs(server: Server) -> None:
    files = [{"path": "/mnt/data/a.txt", "content": "hello"}]
    row = {"name": "n", "status": "active", "created_at": 1_700_000_000, "files": files}
    [box] = server.control("POST", "/containers", {"containers": [row]})["data"]
    for endpoint in (UPLOAD, CONTENT):
        server.fault(kind="latency", seconds=1.2, endpoint=endpoint)
    what = FileSpec("b.txt", 5, sha256(b"hello").hexdigest())

    async def work(writer: Writer) -> str | None:
        await writer.upload_file(box["id"], what, InlineContent(b"hello"))
        file = (await writer.files(box["id"])).rows[0]
        return await writer.content_digest(box["id"], file.id, limit=5)

    assert Client(server, bounds=Bounds(1, 0.1, 0)).run(work) == what.sha256

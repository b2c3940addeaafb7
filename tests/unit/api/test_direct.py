"""HTTP/1.1 as servers speak it, well and badly, over real sockets."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import subprocess
from dataclasses import dataclass, field
from shutil import which
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.api.direct import Direct
from reconciler.api.errors import ConnectionFailed, ProtocolError, ReplyLost, TimedOut
from reconciler.api.line import MOST_HEADERS, MOST_WAITING
from reconciler.api.request import MAX_CONNECTIONS, Request
from reconciler.api.trust import trusted
from reconciler.model.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
CLOSING = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
GET = Request("GET", "x")


@dataclass
class Scripted:
    """A server that answers requests in order: bytes to send, and whether it hangs up after them."""

    answers: list[tuple[bytes, bool]]
    got: list[bytes] = field(default_factory=list)
    connections: int = 0
    context: ssl.SSLContext | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        try:
            while self.answers:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
                self.got.append(head + await reader.readexactly(length))
                answer, hangs_up = self.answers.pop(0)
                writer.write(answer)
                await writer.drain()
                if hangs_up:
                    return
            await reader.read()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    def run(self, work: Callable[[Direct], Awaitable[object]]) -> None:
        """Runs work against it."""

        async def main() -> None:
            server = await asyncio.start_server(self.serve, "127.0.0.1", 0, ssl=self.context)
            port = server.sockets[0].getsockname()[1]
            scheme, host = ("https", "localhost") if self.context else ("http", "127.0.0.1")
            direct = Direct(f"{scheme}://{host}:{port}/a b/v1/", {"Authorization": "Bearer key"})
            try:
                async with asyncio.timeout(20):
                    await work(direct)
            finally:
                await direct.close()
                server.close()

        asyncio.run(main())


def answering(*answers: bytes, hangs_up: bool = False) -> Scripted:
    """A server with these answers; it may hang up after each."""
    return Scripted([(answer, hangs_up) for answer in answers])


async def asked(direct: Direct, request: Request = GET) -> tuple[int, bytes]:
    """Status and body of an exchange."""
    reply = await direct.send(request, "GET host/x")
    try:
        return reply.status, b"".join([chunk async for chunk in reply.chunks()])
    finally:
        await reply.close()


def whole(answer: bytes, *, hangs_up: bool = False) -> tuple[int, bytes]:
    """What one answer comes to."""
    found: list[tuple[int, bytes]] = []

    async def work(direct: Direct) -> None:
        found.append(await asked(direct))

    answering(answer, hangs_up=hangs_up).run(work)
    return found[0]


def test_a_request_is_what_the_protocol_wants() -> None:
    server = answering(OK, OK)

    async def work(direct: Direct) -> None:
        await asked(direct, Request("GET", "containers", {"after": "a&b c", "limit": "100"}))
        await asked(direct, Request("POST", "containers", json={"name": "Ä"}))

    server.run(work)
    listing, create = server.got
    assert listing.startswith(b"GET /a%20b/v1/containers?after=a%26b+c&limit=100 HTTP/1.1\r\n")
    lines = listing.split(b"\r\n")
    assert b"Authorization: Bearer key" in lines
    assert any(line.startswith(b"Host: 127.0.0.1:") for line in lines)
    assert create.endswith(b'Content-Type: application/json\r\nContent-Length: 17\r\n\r\n{"name":"\\u00c4"}')


def test_a_connection_is_used_again_and_side_by_side_there_are_several() -> None:
    server = answering(*[OK] * 8)

    async def work(direct: Direct) -> None:
        for _ in range(3):
            assert await asked(direct) == (200, b"{}")
        assert server.connections == 1
        await asyncio.gather(*(asked(direct) for _ in range(5)))

    server.run(work)
    assert 1 < server.connections <= 5


@pytest.mark.parametrize("first", [CLOSING, b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}"])
def test_a_connection_that_the_server_ends_is_not_used_again(first: bytes) -> None:
    server = answering(first, OK)

    async def work(direct: Direct) -> None:
        await asked(direct)
        assert await asked(direct) == (200, b"{}")

    server.run(work)
    assert server.connections == 2


def test_one_that_ended_unasked_is_noticed_before_a_write_is_lost_with_it() -> None:
    server = answering(OK, OK, hangs_up=True)

    async def work(direct: Direct) -> None:
        await asked(direct)
        await asyncio.sleep(0.05)
        assert await asked(direct, Request("POST", "x", json={})) == (200, b"{}")

    server.run(work)
    assert server.connections == 2


def test_an_answer_that_nobody_read_to_its_end_does_not_become_the_next_one() -> None:
    server = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", OK)

    async def work(direct: Direct) -> None:
        reply = await direct.send(GET, "GET x")
        await reply.close()
        await reply.close()
        assert await asked(direct) == (200, b"{}")

    server.run(work)
    assert server.connections == 2


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (OK, b"{}"),
        (b"HTTP/1.1 100 Continue\r\nX-A: 1\r\n\r\nHTTP/1.1 103 Hints\r\n\r\n" + OK, b"{}"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1;x=y\r\n}\r\n0\r\n\r\n", b"{}"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}", b"{}"),
    ],
)
def test_every_way_to_write_an_answer(answer: bytes, body: bytes) -> None:
    assert whole(answer)[1] == body


def test_a_body_without_a_length_ends_with_its_connection() -> None:
    assert whole(b"HTTP/1.1 200 OK\r\n\r\n{}", hangs_up=True) == (200, b"{}")


def test_a_packed_body_is_unpacked_piece_by_piece() -> None:
    plain = b"0123456789" * (MOST_WAITING // 5)
    packed = gzip.compress(plain)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    pieces: list[int] = []

    async def work(direct: Direct) -> None:
        reply = await direct.send(GET, "GET x")
        pieces.extend([len(chunk) async for chunk in reply.chunks()])
        await reply.close()

    answering(head + packed).run(work)
    assert sum(pieces) == len(plain)
    assert max(pieces) <= MOST_WAITING


def test_a_body_that_nobody_reads_waits_at_the_server() -> None:
    size = 64 * MOST_WAITING
    server = Scripted([(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + bytes(size), False)])

    async def work(direct: Direct) -> None:
        reply = await direct.send(GET, "GET x")
        await asyncio.sleep(0.05)
        assert reply._bytes < size // 2
        assert sum([len(chunk) async for chunk in reply.chunks()]) == size
        await reply.close()

    server.run(work)


GARBAGE = b"\x00\xff" * 40


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"{}", mtime=0)[:-9],
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + GARBAGE,
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * (2 * MOST_HEADERS) + b"\r\n\r\n",
        GARBAGE,
    ],
)
def test_what_is_no_whole_answer_is_a_lost_reply(answer: bytes) -> None:
    with pytest.raises(ReplyLost, match=r"^GET host/x: the answer was cut off: ."):
        whole(answer, hangs_up=True)


def test_what_came_of_a_body_before_it_was_cut_is_not_lost() -> None:
    seen: list[bytes] = []

    async def work(direct: Direct) -> None:
        reply = await direct.send(GET, "GET x")
        try:
            async for chunk in reply.chunks():
                seen.append(chunk)  # noqa: PERF401 - what was seen is kept although it ends in an error
        finally:
            await reply.close()

    server = answering(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"id": "cntr_1"', hangs_up=True)
    with pytest.raises(ReplyLost):
        server.run(work)
    assert b"".join(seen) == b'{"id": "cntr_1"'


def test_a_packing_nobody_asked_for_is_no_answer() -> None:
    with pytest.raises(ProtocolError, match="packed"):
        whole(b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n{}")


def test_more_than_one_answer_is_none_too_few() -> None:
    server = answering(OK + OK, OK)

    async def work(direct: Direct) -> None:
        assert await asked(direct) == (200, b"{}")
        assert await asked(direct) == (200, b"{}")

    server.run(work)
    assert server.connections == 2


def test_silence_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.api.request.READ_SECONDS", 0.05)
    server = answering(b"HTTP/1.1 200 OK\r\n")

    async def work(direct: Direct) -> None:
        with pytest.raises(TimedOut):
            await asked(direct)
        assert not direct._free

    server.run(work)


def test_nobody_there_is_never_sent() -> None:
    async def main() -> None:
        direct = Direct("http://127.0.0.1:9", {})
        try:
            with pytest.raises(ConnectionFailed, match="cannot connect"):
                await direct.send(GET, "GET x")
        finally:
            await direct.close()

    asyncio.run(main())


def test_a_host_that_cannot_be_is_told_before_anything_is_sent() -> None:
    with pytest.raises(InvalidInput, match="no host"):
        Direct("https://ä..example/v1", {})
    assert b"Host: xn--4ca.example:8443\r\n" in Direct("https://ä.example:8443/v1", {})._bytes(GET)


def test_one_who_gives_up_leaves_no_connection_in_use() -> None:
    server = answering(b"", OK)

    async def work(direct: Direct) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await asked(direct)
        assert await asked(direct) == (200, b"{}")
        assert direct._room._value == MAX_CONNECTIONS

    server.run(work)
    assert server.connections == 2


class _Counting(asyncio.SelectorEventLoop):
    """Counts the names that are looked up."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    async def getaddrinfo(self, host: Any, port: Any, **about: Any) -> Any:
        """Looks a name up."""
        self.names.append(host)
        return await super().getaddrinfo(host, port, **about)


@pytest.mark.parametrize(("host", "names"), [("localhost", ["localhost"]), ("127.0.0.1", [])])
def test_a_name_is_looked_up_for_the_first_connection_alone(host: str, names: list[str]) -> None:
    server = answering(*[CLOSING] * 3, hangs_up=True)

    async def main() -> None:
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        direct = Direct(f"http://{host}:{listening.sockets[0].getsockname()[1]}/v1", {})
        for _ in range(3):
            assert await asked(direct) == (200, b"{}")
        await direct.close()
        listening.close()

    with asyncio.Runner(loop_factory=_Counting) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, _Counting)
        runner.run(main())
        assert loop.names == names
    assert server.connections == 3


def test_an_address_that_no_longer_answers_is_looked_up_again() -> None:
    server = answering(CLOSING, OK, hangs_up=True)

    async def main() -> None:
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        direct = Direct(f"http://localhost:{listening.sockets[0].getsockname()[1]}/v1", {})
        assert await asked(direct) == (200, b"{}")
        direct._address = "127.0.0.2"  # where nobody listens: the server has moved
        assert await asked(direct) == (200, b"{}")
        assert direct._address == "127.0.0.1"
        await direct.close()
        listening.close()

    asyncio.run(main())


@pytest.mark.skipif(which("openssl") is None, reason="makes a certificate with the openssl command")
@pytest.mark.parametrize("trusts", [True, False])
def test_certificates_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, trusts: bool) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    about = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command.split(), *about], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    if trusts:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = Scripted([(OK, False)], context=context)

    async def work(direct: Direct) -> None:
        assert await asked(direct) == (200, b"{}")

    if trusts:
        server.run(work)
        return
    with pytest.raises(ConnectionFailed, match="CERTIFICATE_VERIFY_FAILED"):
        server.run(work)


def test_certificates_and_names_are_never_left_unchecked() -> None:
    context = trusted()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.cert_store_stats()["x509_ca"] or ssl.get_default_verify_paths().cafile is None

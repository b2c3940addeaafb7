"""HTTP/1.1 to one server and nothing else: connections that stay open, requests as bytes, httptools.

It follows no redirect, keeps no cookie, uses no proxy and sends no multipart body; `transport` knows that. A
connection that was free for longer than servers keep one, or that has something to say unasked, is not used
again: a request that dies with it would count as one whose fate is unknown.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections import deque
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from reconciler.api.errors import ConnectionFailed
from reconciler.api.line import Line
from reconciler.api.request import CONNECT_SECONDS, MAX_CONNECTIONS
from reconciler.model.errors import InvalidInput

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from reconciler.api.line import LineReply
    from reconciler.api.request import Request

KEPT_SECONDS = 5.0
"""How long a connection may be free and be used again; the shortest that servers keep one."""

_SAFE = "/%:@!$&'()*+,;=~-._"
_PORTS = {"http": 80, "https": 443}


class Direct:
    """Connections to the server of one base URL."""

    def __init__(self, base_url: str, headers: Mapping[str, str]) -> None:
        parts = urlsplit(base_url)
        self._host = parts.hostname or ""
        self._port = parts.port or _PORTS[parts.scheme]
        self._root = quote(parts.path.rstrip("/"), safe=_SAFE)
        self._secure = parts.scheme == "https"
        self._context: ssl.SSLContext | None = None
        self._head = _lines({"Host": _host(parts.netloc), "Accept-Encoding": "gzip", **headers})
        self._address = self._host if _is_address(self._host) else None
        """Where a connection was had, so that the name is looked up, and its addresses are tried, once."""
        self._room = asyncio.Semaphore(MAX_CONNECTIONS)
        self._free: deque[Line] = deque()
        self._all: set[Line] = set()

    async def send(self, request: Request, what: str) -> LineReply:
        """See `Transport.send`."""
        data = self._bytes(request)
        await self._room.acquire()
        try:
            line = self._kept() or await self._connected(what)
        except BaseException:
            self._room.release()
            raise
        reply = line.ask(data, what, request.silence, self._over)
        try:
            await reply.head()
        except BaseException:
            await reply.close()
            raise
        return reply

    async def close(self) -> None:
        """See `Transport.close`."""
        for line in self._all:
            line.drop()
        self._all.clear()
        self._free.clear()

    def _over(self, line: Line, usable: bool) -> None:  # noqa: FBT001 - told by position, as callbacks are
        """Keeps a line whose exchange is over, or drops it."""
        self._room.release()
        if usable and not line.lost:
            line.since = asyncio.get_running_loop().time()
            self._free.append(line)
        else:
            self._drop(line)

    def _kept(self) -> Line | None:
        """The line that became free last, if it may still be used."""
        oldest = asyncio.get_running_loop().time() - KEPT_SECONDS
        while self._free:
            line = self._free.pop()
            if not line.lost and line.since > oldest and line.silent():
                return line
            self._drop(line)
        return None

    def _drop(self, line: Line) -> None:
        self._all.discard(line)
        line.drop()

    async def _connected(self, what: str) -> Line:
        """Opens a connection.

        Raises:
            ConnectionFailed: there is none to be had.
        """
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                line = await self._line()
        except (OSError, UnicodeError) as error:  # a TimeoutError is an OSError
            said = str(error) or f"no connection within {CONNECT_SECONDS:.0f} s"
            raise ConnectionFailed(
                f"{what}: cannot connect: {said}", hint="check the base URL and the network"
            ) from error
        self._all.add(line)
        return line

    async def _line(self) -> Line:
        """A new connection: to the address of an earlier one, or to the first that answers."""
        loop, trust = asyncio.get_running_loop(), self._trust()
        name = self._host if trust else None
        if self._address is not None:
            try:
                _, line = await loop.create_connection(
                    Line, self._address, self._port, ssl=trust, server_hostname=name
                )
            except OSError:
                if self._address == self._host:
                    raise
                self._address = None
            else:
                return line
        transport, line = await loop.create_connection(
            Line, self._host, self._port, ssl=trust, server_hostname=name, happy_eyeballs_delay=0.25
        )
        peer = transport.get_extra_info("peername")
        self._address = peer[0] if _is_address(peer[0]) else None
        return line

    def _trust(self) -> ssl.SSLContext | None:
        if self._secure and self._context is None:
            from reconciler.api.trust import trusted  # noqa: PLC0415 - loads ssl, which plain HTTP needs not

            self._context = trusted()
        return self._context

    def _bytes(self, request: Request) -> bytes:
        query = _query(tuple(request.params.items())) if request.params else ""
        target = f"{self._root}/{request.path}{query}"
        head = f"{request.method} {target} HTTP/1.1\r\n{self._head}"
        if request.json is None:
            return f"{head}\r\n".encode("ascii")
        body = json.dumps(request.json, separators=(",", ":")).encode("ascii")
        about = _lines({"Content-Type": "application/json", "Content-Length": str(len(body))})
        return f"{head}{about}\r\n".encode("ascii") + body


def _is_address(host: str) -> bool:
    """Tells whether a host is an IP address that says all; one of a link (`fe80::1%eth0`) is left alone."""
    try:
        socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host)
    except OSError:
        return False
    return not host.lower().startswith("fe80:")


@lru_cache(maxsize=16)  # of thousands of lists of files all are the same
def _query(params: tuple[tuple[str, str], ...]) -> str:
    return f"?{urlencode(params)}"


def _host(netloc: str) -> str:
    """The `Host` header: as it stands in the URL, which has no user, in the letters that DNS knows."""
    try:
        return netloc if netloc.isascii() else netloc.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise InvalidInput(f"the base URL names no host that there can be: {netloc!r}") from error


def _lines(headers: Mapping[str, str]) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())

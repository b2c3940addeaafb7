"""Requests over httpx2, whose errors are translated here and nowhere else.

It is the maintained continuation of httpx: with one client it keeps many requests in flight where httpx 0.28
collapses, and it costs less to import.
"""

from __future__ import annotations

import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx2

from reconciler.api.errors import ConnectionFailed, ProtocolError, ReplyLost, TimedOut
from reconciler.api.request import CONNECT_SECONDS, MAX_CONNECTIONS, READ_SECONDS
from reconciler.api.urls import is_loopback
from reconciler.model.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from reconciler.api.request import Request

DOWNLOAD = {"Accept": "application/binary", "Accept-Encoding": "identity"}


class Library:
    """Carries what needs more than a small exchange."""

    def __init__(self, base_url: str, headers: Mapping[str, str]) -> None:
        self._client = new_client(base_url, headers)

    async def send(self, request: Request, what: str) -> LibraryReply:
        """See `Transport.send`; only downloads are sent on to another address, and the key is not."""
        sent = self._client.build_request(
            request.method,
            request.path,
            params=dict(request.params),
            json=request.json,
            files=request.files,
            headers=DOWNLOAD if request.download else None,
            timeout=httpx2.Timeout(request.silence, connect=CONNECT_SECONDS, pool=None),
        )
        with translated(what):
            response = await self._client.send(sent, stream=True, follow_redirects=request.download)
        return LibraryReply(response, what)

    async def close(self) -> None:
        """See `Transport.close`."""
        await self._client.aclose()


class LibraryReply:
    """See `Reply`."""

    def __init__(self, response: httpx2.Response, what: str) -> None:
        self._response = response
        self._what = what
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.whole = False  # nobody looked yet

    async def chunks(self) -> AsyncIterator[bytes]:
        """See `Reply.chunks`."""
        with translated(self._what):
            async for chunk in self._response.aiter_bytes():
                yield chunk

    async def close(self) -> None:
        """See `Reply.close`."""
        with translated(self._what):
            await self._response.aclose()


def new_client(base_url: str, headers: Mapping[str, str]) -> httpx2.AsyncClient:
    """Builds the client. Loopback addresses need neither certificates nor a proxy."""
    local = urlsplit(base_url).scheme == "http"
    try:
        return _client(base_url, headers, local=local)
    except ImportError as error:  # a proxy of the environment that the client cannot speak to as installed
        raise InvalidInput(
            f"the proxy that the environment names cannot be used: {error}",
            hint="unset ALL_PROXY, or use http",
        ) from error
    except (ValueError, httpx2.InvalidURL):  # whose words may be a part of the proxy's password
        raise InvalidInput(
            "the proxy that the environment names is no URL that can be used",
            hint="see HTTP_PROXY, HTTPS_PROXY and ALL_PROXY; a password in one must be percent-encoded",
        ) from None


def _client(base_url: str, headers: Mapping[str, str], *, local: bool) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        base_url=base_url.rstrip("/") + "/",
        headers=dict(headers),
        timeout=httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS, pool=None),
        limits=httpx2.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_CONNECTIONS),
        # loading the trusted certificates costs 40 ms, and plain HTTP never asks for them
        verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if local else True,
        trust_env=not is_loopback(base_url),
        follow_redirects=False,
    )


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turns the client's errors into ours; `what` names the request for people."""
    try:
        yield
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError) as error:
        raise ConnectionFailed(
            f"{what}: cannot connect: {_said(error)}", hint="check the base URL and the network"
        ) from error
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol, httpx2.LocalProtocolError) as error:
        raise ConnectionFailed(f"{what}: cannot be sent: {_said(error)}") from error
    except httpx2.TimeoutException as error:
        raise TimedOut(
            f"{what}: no answer in time", hint="the server accepts requests and stays silent"
        ) from error
    except httpx2.TooManyRedirects as error:
        raise ProtocolError(f"{what}: the server sends us from place to place without an end") from error
    except (httpx2.TransportError, httpx2.DecodingError, httpx2.StreamError) as error:
        raise ReplyLost(f"{what}: the answer was cut off: {_said(error)}") from error


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__

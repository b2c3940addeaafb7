"""The one module that knows which HTTP library carries the requests.

httpx2 is the maintained continuation of httpx: with one client it keeps many requests in flight where
httpx 0.28 collapses, and it costs less to import. Its errors are translated here and nowhere else.
"""

from __future__ import annotations

import ipaddress
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx2

from reconciler.api.errors import ConnectionFailed, ProtocolError, ReplyLost, TimedOut
from reconciler.model.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
WRITE_SECONDS = 120.0
"""Longest silence on an open connection; creating a container took users up to 4 seconds."""

READ_TIMEOUT = httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS, pool=None)
WRITE_TIMEOUT = httpx2.Timeout(WRITE_SECONDS, connect=CONNECT_SECONDS, pool=None)

MAX_CONNECTIONS = 100


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


def _client(base_url: str, headers: Mapping[str, str], *, local: bool) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        base_url=base_url.rstrip("/") + "/",
        headers=dict(headers),
        timeout=READ_TIMEOUT,
        limits=httpx2.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_CONNECTIONS),
        # loading the trusted certificates costs 40 ms, and plain HTTP never asks for them
        verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if local else True,
        trust_env=not is_loopback(base_url),
        follow_redirects=False,
    )


def check_base_url(base_url: str, *, allow_insecure: bool) -> str:
    """Returns a usable base URL.

    Raises:
        InvalidInput: it is no http(s) URL, or plain http to anything but this machine: a key would travel
            in clear text.
    """
    base_url = base_url.strip()
    try:
        parts = urlsplit(base_url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidInput(f"the base URL is no URL: {base_url!r}") from error
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or parts.username:
        raise InvalidInput(f"the base URL must look like https://host/v1, found {_without_user(base_url)!r}")
    if parts.scheme == "http" and not allow_insecure and not is_loopback(base_url):
        raise InvalidInput(
            f"refusing to send a key over plain http to {host}",
            hint="use https, or --allow-insecure-http if you must",
        )
    return base_url.rstrip("/")


def is_loopback(base_url: str) -> bool:
    """Tells whether a URL names this very machine."""
    host = urlsplit(base_url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


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


def _without_user(url: str) -> str:
    return url.rsplit("@", maxsplit=1)[-1]

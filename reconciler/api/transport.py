"""The one module that chooses what carries a request; measured in `tests/bench/README.md`.

Nearly every request is a small JSON exchange with one server. A general HTTP client spends 0.6 ms of CPU on
each, twenty times what its parts take: with many in flight that, not the network, is what a plan waits for.
So those go over `direct`, which is HTTP/1.1 and nothing else. Whatever needs more (a multipart body, a
download that may be redirected) goes over httpx2, which is loaded then; and so does everything where the
environment may name a proxy, since httpx2 knows the rules of exceptions from it.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from reconciler.api.direct import Direct
from reconciler.api.urls import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.api.request import Reply, Request, Transport

_PROXIES = frozenset({"http_proxy", "https_proxy", "all_proxy"})


class Chosen:
    """Sends each request over the leanest transport that can carry it; each is made when it is first used."""

    def __init__(self, base_url: str, headers: Mapping[str, str], *, proxied: bool) -> None:
        self._base_url = base_url
        self._headers = headers
        self._direct = None if proxied else Direct(base_url, headers)
        self._library: Transport | None = None

    async def send(self, request: Request, what: str) -> Reply:
        """See `Transport.send`."""
        if self._direct is not None and request.files is None and not request.download:
            return await self._direct.send(request, what)
        return await self._general().send(request, what)

    async def close(self) -> None:
        """See `Transport.close`."""
        if self._direct is not None:
            await self._direct.close()
        if self._library is not None:
            await self._library.close()

    def _general(self) -> Transport:
        if self._library is None:
            from reconciler.api.library import Library  # noqa: PLC0415 - loads httpx2, where it is needed

            self._library = Library(self._base_url, self._headers)
        return self._library


def new_transport(base_url: str, headers: Mapping[str, str]) -> Transport:
    """What carries requests to a base URL."""
    return Chosen(base_url, headers, proxied=not is_loopback(base_url) and proxy_named(os.environ))


def proxy_named(environment: Mapping[str, str]) -> bool:
    """Tells whether the environment may name a proxy; where systems have settings of their own, they may."""
    named = any(value and name.lower() in _PROXIES for name, value in environment.items())
    return named or sys.platform in ("darwin", "win32")

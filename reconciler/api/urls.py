"""Base URLs: which can be used, and which name this very machine."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from reconciler.model.errors import InvalidInput


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
    except ValueError:  # whose words may be a part of a password
        raise InvalidInput(f"the base URL is no URL: {_shown(base_url)!r}") from None
    beyond = parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in ("http", "https") or not host or beyond:
        raise InvalidInput(f"the base URL must look like https://host/v1, found {_shown(base_url)!r}")
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


def _shown(url: str) -> str:
    """A URL less what may be a secret: a user with a password, a query, a fragment."""
    return re.split("[?#]", url.rpartition("@")[2])[0]

"""What a request and the beginning of its answer are, whichever transport carries them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from msgspec import field

from reconciler.model.redacted import Redacted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
WRITE_SECONDS = 120.0
"""Longest silence on an open connection; creating a container took users up to 4 seconds."""

MAX_CONNECTIONS = 256


class Request(Redacted, frozen=True):
    """One request, to be sent once; what it holds may be a secret, so no repr shows it.

    Attributes:
        method: GET, POST or DELETE.
        path: relative to the base URL, already quoted.
        params: the query.
        json: a JSON body.
        files: the parts of a multipart body.
        download: the answer is the contents of a file, and may lie at another address.
    """

    told: ClassVar[tuple[str, ...]] = ("method", "path", "download")
    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    json: Mapping[str, Any] | None = None
    files: Mapping[str, Any] | None = None
    download: bool = False

    @property
    def silence(self) -> float:
        """Seconds of silence after which nothing is expected any more."""
        return READ_SECONDS if self.method == "GET" else WRITE_SECONDS


class Reply(Protocol):
    """An answer whose head is here; the names of its headers are in lower case.

    `whole` says that all of it is here.
    """

    status: int
    headers: Mapping[str, str]
    whole: bool

    def chunks(self) -> AsyncIterator[bytes]:
        """Yields the body as it comes, decoded.

        Raises:
            ReplyLost: it was cut off; what came before was yielded.
        """
        ...

    async def close(self) -> None:
        """Ends the exchange; what was not read of it is dropped."""
        ...


class Transport(Protocol):
    """Carries requests to one base URL."""

    async def send(self, request: Request, what: str) -> Reply:
        """Sends a request and waits for the head of its answer; `what` names the request for people.

        Raises:
            ConnectionFailed: it was never sent.
            ReplyLost: nobody knows whether it was carried out.
        """
        ...

    async def close(self) -> None:
        """Closes every connection."""
        ...

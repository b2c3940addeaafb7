"""A request as endpoints see it, read from the socket no faster than it is consumed."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from reconciler.emulator import ids
from reconciler.emulator.wire import errors
from reconciler.emulator.wire.json_body import check_content_type, parse_json

Receive = Callable[[], Awaitable[Mapping[str, Any]]]


class ClientGoneError(Exception):
    """The client closed the connection before its request was complete; there is nobody to answer."""


class Request:
    """One HTTP request.

    Attributes:
        id: The value of ``x-request-id`` in the answer.
        method: As sent, in upper case.
        path: Decoded, for messages and logs.
        raw_path: As sent, for routing: an encoded slash is no separator.
        query: The raw query string. Faults may replace it.
        headers: Names in lower case; of a repeated one the last.
        template: The route's path with placeholders, ``unknown`` until one is found.
        params: The decoded path parameters.
        faults: What has been done to this request on purpose, for the log.
    """

    __slots__ = (
        "_receive",
        "faults",
        "headers",
        "id",
        "method",
        "params",
        "path",
        "query",
        "raw_path",
        "template",
    )

    def __init__(self, scope: Mapping[str, Any], receive: Receive) -> None:
        self.id = ids.request_id()
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.raw_path: bytes = scope["raw_path"]
        self.query: bytes = scope["query_string"]
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.template = "unknown"
        self.params: tuple[str, ...] = ()
        self.faults: list[str] = []
        self._receive = receive

    @property
    def endpoint(self) -> str:
        """``METHOD template``, the name by which logs and faults know an endpoint."""
        return f"{self.method} {self.template}"

    def header(self, name: bytes) -> str | None:
        """A header's value; bytes that are no text are kept as Latin-1."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    async def chunks(self, limit: int) -> AsyncIterator[bytes]:
        """The body as it arrives.

        Raises:
            ApiError: 413 as soon as it is, or says it will be, longer than ``limit`` bytes.
            ClientGoneError: The connection was closed first.
        """
        if int(self.headers.get(b"content-length", b"0")) > limit:
            raise errors.body_too_large(limit)
        total = 0
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            data: bytes = message.get("body", b"")
            more = message.get("more_body", False)
            total += len(data)
            if total > limit:
                raise errors.body_too_large(limit)
            if data:
                yield data

    async def json(self, limit: int) -> Any:
        """The body as a JSON value.

        Raises:
            ApiError: 413 beyond ``limit`` bytes; 400 for another content type, or anything that is not JSON.
            ClientGoneError: The connection was closed first.
        """
        check_content_type(self.header(b"content-type"))
        return parse_json(b"".join([data async for data in self.chunks(limit)]))

    async def discard_body(self) -> None:
        """Read the body and forget it, so that a client has sent everything before it meets a fault.

        Raises:
            ClientGoneError: The connection was closed first.
        """
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            more = message.get("more_body", False)

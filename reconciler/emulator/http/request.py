"""A request as endpoints see it, read from the socket no faster than it is consumed."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from tempfile import SpooledTemporaryFile
from typing import Any

from reconciler.emulator import ids
from reconciler.emulator.wire import errors
from reconciler.emulator.wire.json_body import check_content_type, parse_json

Receive = Callable[[], Awaitable[Mapping[str, Any]]]

_CHUNK_BYTES = 256 * 1024
_KEPT_IN_MEMORY = 4 * _CHUNK_BYTES


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
        caller: Who asks, where that matters: a digest of the key, or ``None`` for one who may see all.
        faults: What has been done to this request on purpose, for the log.
        subject: The name of the container that a write is about, once that is known.
        commits: How often a write was carried out.
    """

    __slots__ = (
        "_receive",
        "_record",
        "_scope",
        "_whole",
        "caller",
        "commits",
        "faults",
        "headers",
        "id",
        "method",
        "params",
        "path",
        "query",
        "raw_path",
        "subject",
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
        self.caller: str | None = None
        self.faults: list[str] = []
        self.subject: str | None = None
        self.commits = 0
        self._scope = scope
        self._receive = receive
        self._record: SpooledTemporaryFile[bytes] | None = None
        self._whole = False

    @property
    def endpoint(self) -> str:
        """``METHOD template``, the name by which logs and faults know an endpoint."""
        return f"{self.method} {self.template}"

    def header(self, name: bytes) -> str | None:
        """A header's value; bytes that are no text are kept as Latin-1."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    @property
    def content_kind(self) -> str:
        """The media type of the body, in lower case and without parameters."""
        return (self.header(b"content-type") or "").partition(";")[0].strip().lower()

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

    def record(self) -> None:
        """Keep the body while it is read, for ``again``; what is large goes to a temporary file."""
        if self._record is not None:
            return
        record = SpooledTemporaryFile[bytes](_KEPT_IN_MEMORY)
        receive = self._receive
        self._record = record

        async def keep() -> Mapping[str, Any]:
            message = await receive()
            record.write(message.get("body", b""))
            self._whole = not message.get("more_body", False)
            return message

        self._receive = keep

    async def rewind(self) -> None:
        """Begin the recorded body again, after hearing what was left of it.

        Raises:
            ClientGoneError: The connection was closed first.
        """
        if not self._whole:
            await self.discard_body()
        self._receive = self._replay()

    def again(self) -> "Request":
        """The same request once more, with the body that was recorded."""
        copy = Request(self._scope, self._replay())
        copy.template, copy.params, copy.query = self.template, self.params, self.query
        copy.caller = self.caller
        return copy

    def forget(self) -> None:
        """Let go of what was recorded."""
        if self._record is not None:
            self._record.close()

    def _replay(self) -> Receive:
        record = self._record
        assert record is not None  # noqa: S101 - it is called where ``record`` was
        record.seek(0)

        async def replay() -> Mapping[str, Any]:
            data = record.read(_CHUNK_BYTES)
            return {"type": "http.request", "body": data, "more_body": len(data) == _CHUNK_BYTES}

        return replay

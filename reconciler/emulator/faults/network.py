"""Faults of networks, gateways and overloaded services: late, refused, lost and cut answers."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from reconciler.emulator.faults.rule import DroppedError, Rule, When
from reconciler.emulator.http.request import Request
from reconciler.emulator.http.response import JSON_TYPE, Response
from reconciler.emulator.wire.errors import ApiError

_SENTENCES = {
    409: "The request conflicts with another one.",
    429: "Rate limit reached for requests. Please try again later.",
    503: "The engine is currently overloaded, please try again later.",
}
_CODES = {429: "rate_limit_exceeded"}
_SERVER_ERROR = 500


@dataclass(kw_only=True, slots=True)
class Latency(Rule):
    """Waits; ``seconds`` of real time, whatever the emulator's clock says."""

    kind: ClassVar[str] = "latency"
    seconds: float
    when: When = "before"

    async def before(self, request: Request) -> Response | None:
        """Wait with the request still undone."""
        if self.when == "before":
            request.faults.append("latency before")
            await asyncio.sleep(self.seconds)
        return None

    async def after(self, request: Request, response: Response) -> Response:
        """Wait with the request done and its answer held back."""
        if self.when == "after":
            request.faults.append("latency after")
            await asyncio.sleep(self.seconds)
        return response


@dataclass(kw_only=True, slots=True)
class Status(Rule):
    """Answers a status of its own; after the commit the request is carried out nevertheless.

    ``body`` is text to be sent as it is, a JSON value, or ``None`` for an error in the API's envelope.
    """

    kind: ClassVar[str] = "status"
    final: ClassVar[bool] = True
    status: int
    when: When = "before"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    async def before(self, request: Request) -> Response | None:
        """Answer without carrying out; the body is read first, as a real server would."""
        if self.when == "after":
            return None
        await request.discard_body()
        request.faults.append(f"status {self.status} before")
        return self._answer()

    async def after(self, request: Request, response: Response) -> Response:
        """Answer as if it had failed."""
        if self.when == "before":
            return response
        request.faults.append(f"status {self.status} after")
        return self._answer()

    def _answer(self) -> Response:
        given = {name.lower(): value for name, value in self.headers.items()}
        content_type = given.pop("content-type", None)
        response = Response(
            status=self.status,
            headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in given.items()],
            content_type=JSON_TYPE if content_type is None else content_type.encode("latin-1"),
        )
        if isinstance(self.body, str):
            response.raw = self.body.encode()
            response.content_type = b"text/html" if content_type is None else response.content_type
        else:
            response.payload = _envelope(self.status) if self.body is None else self.body
        return response


@dataclass(kw_only=True, slots=True)
class Drop(Rule):
    """Closes the connection without an answer."""

    kind: ClassVar[str] = "drop"
    final: ClassVar[bool] = True
    when: When = "before"

    async def before(self, request: Request) -> Response | None:
        """Close once the request was read, with nothing done."""
        if self.when == "before":
            await request.discard_body()
            request.faults.append("drop before")
            raise DroppedError
        return None

    async def after(self, request: Request, response: Response) -> Response:
        """Close with everything done: the client cannot know."""
        if self.when == "after":
            request.faults.append("drop after")
            raise DroppedError
        return response


@dataclass(kw_only=True, slots=True)
class Truncate(Rule):
    """Sends the headers and ``size`` bytes of the body, then closes the connection."""

    kind: ClassVar[str] = "truncate"
    final: ClassVar[bool] = True
    size: int = 0

    async def after(self, request: Request, response: Response) -> Response:
        """Mark where to cut."""
        request.faults.append(f"truncate {self.size}")
        response.cut_after = self.size
        return response


def _envelope(status: int) -> Any:
    message = _SENTENCES.get(status, f"Answered {status} on purpose.")
    kind = "server_error" if status >= _SERVER_ERROR else "invalid_request_error"
    code = _CODES.get(status, "server_error" if status >= _SERVER_ERROR else None)
    return ApiError(status, message, kind=kind, code=code).envelope

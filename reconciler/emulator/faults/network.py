"""Faults of networks, gateways and overloaded services: late, refused, lost and cut answers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from reconciler.emulator.faults.durations import show_duration
from reconciler.emulator.faults.rule import DroppedError, Harm, When
from reconciler.emulator.http.response import Response
from reconciler.emulator.wire.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.emulator.faults.exchange import Exchange

_SENTENCES = {
    408: "The request took too long. Please try again.",
    409: "The request conflicts with another one.",
    429: "Rate limit reached for requests. Please try again later.",
    503: "The engine is currently overloaded, please try again later.",
}
_CODES = {429: "rate_limit_exceeded"}
_SERVER_ERROR = 500
_BODILESS = (204, 304)


@dataclass(frozen=True, kw_only=True)
class Latency(Harm):
    """Waits; ``seconds`` of real time, whatever the emulator's clock says."""

    kind: ClassVar[str] = "latency"
    seconds: float
    when: When = "before"

    async def before(self, exchange: Exchange) -> Response | None:
        """Wait with the request still undone."""
        if self.when == "before":
            exchange.request.faults.append("latency before")
            await asyncio.sleep(self.seconds)
        return None

    async def after(self, exchange: Exchange, response: Response) -> Response:
        """Wait with the request done and its answer held back."""
        if self.when == "after":
            exchange.request.faults.append("latency after")
            await asyncio.sleep(self.seconds)
        return response

    def describe(self) -> str:
        """With the time and the side of the commit."""
        return f"latency {show_duration(self.seconds)} {self.when} commit"


@dataclass(frozen=True, kw_only=True)
class Status(Harm):
    """Answers a status of its own; after the commit the request is carried out nevertheless.

    ``body`` is text to be sent as it is, a JSON value, or ``None`` for an error in the API's envelope.
    ``headers`` have names in lower case and replace those the answer would have had.
    """

    kind: ClassVar[str] = "status"
    final: ClassVar[bool] = True
    status: int
    when: When = "before"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    async def before(self, exchange: Exchange) -> Response | None:
        """Answer without carrying out; the body is read first, as a real server would."""
        if self.when == "after":
            return None
        await exchange.request.discard_body()
        exchange.acknowledge()
        exchange.request.faults.append(f"status {self.status} before")
        return self._answer(exchange)

    async def after(self, exchange: Exchange, response: Response) -> Response:
        """Answer as if it had failed."""
        if self.when == "before":
            return response
        exchange.request.faults.append(f"status {self.status} after")
        return self._answer(exchange)

    def describe(self) -> str:
        """With the status and the side of the commit; not with headers and bodies, which may be secret."""
        return f"status {self.status} {self.when} commit"

    def _answer(self, exchange: Exchange) -> Response:
        headers = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        if self.status in _BODILESS:
            return Response(status=self.status, headers=headers, raw=b"")
        if isinstance(self.body, str):
            raw = self.body.encode()
            return Response(status=self.status, headers=headers, raw=raw, content_type=b"text/html")
        if self.body is not None:
            return Response(status=self.status, headers=headers, payload=self.body)
        form = exchange.service.settings.error_envelope
        return Response(status=self.status, headers=headers, payload=_error(self.status).shown(form))


@dataclass(frozen=True, kw_only=True)
class Drop(Harm):
    """Closes the connection without an answer."""

    kind: ClassVar[str] = "drop"
    final: ClassVar[bool] = True
    when: When = "before"

    async def before(self, exchange: Exchange) -> Response | None:
        """Close once the request was read, with nothing done."""
        if self.when == "before":
            await exchange.request.discard_body()
            exchange.request.faults.append("drop before")
            raise DroppedError
        return None

    async def after(self, exchange: Exchange, response: Response) -> Response:
        """Close with everything done: the client cannot know."""
        if self.when == "after":
            exchange.request.faults.append("drop after")
            raise DroppedError
        return response

    def describe(self) -> str:
        """With the side of the commit."""
        return f"drop {self.when} commit"


@dataclass(frozen=True, kw_only=True)
class Truncate(Harm):
    """Sends the headers and ``size`` bytes of the body, then closes the connection."""

    kind: ClassVar[str] = "truncate"
    final: ClassVar[bool] = True
    size: int = 0

    async def after(self, exchange: Exchange, response: Response) -> Response:
        """Mark where to cut."""
        exchange.request.faults.append(f"truncate {self.size}")
        response.cut_after = self.size
        return response

    def describe(self) -> str:
        """With the bytes that are sent."""
        return f"truncate {self.size}"


def _error(status: int) -> ApiError:
    message = _SENTENCES.get(status, f"Answered {status} on purpose.")
    kind = "server_error" if status >= _SERVER_ERROR else "invalid_request_error"
    code = _CODES.get(status, "server_error" if status >= _SERVER_ERROR else None)
    return ApiError(status, message, kind=kind, code=code)

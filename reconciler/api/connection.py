"""One target: sends requests, repeats what may be repeated, counts everything, bounds everything."""

from __future__ import annotations

import hashlib
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from urllib.parse import quote, urlsplit

from reconciler import __version__
from reconciler.api.answers import Answer, failure, shortened
from reconciler.api.bounds import Bounds, within
from reconciler.api.errors import ProtocolError, ReplyLost, StatusError
from reconciler.api.headers import rate_told
from reconciler.api.limiter import Limiter
from reconciler.api.redact import Redaction, hide_in
from reconciler.api.repeat import Repeater
from reconciler.api.request import MAX_CONNECTIONS, Request
from reconciler.api.retry import RetryPolicy
from reconciler.api.transport import new_transport
from reconciler.api.waiting import Teller
from reconciler.model.errors import ApiError
from reconciler.model.redacted import Redacted
from reconciler.model.write_only import Secret

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping

    from reconciler.api.request import Reply
    from reconciler.api.turn import Turn
    from reconciler.api.waiting import Listener
    from reconciler.model.clock import Clock

LARGEST_JSON = 32 * 1024 * 1024
"""Bytes of a JSON answer; a page of 100 rows has about 50 thousand."""

TOO_MANY = 429

SHORTEST_KEY = 8
"""Characters of a key worth hiding: a shorter one is no secret, and part of many words."""

_T = TypeVar("_T")
_Shown = TypeVar("_Shown", bytes, str)


class Endpoint(Redacted, frozen=True):
    """Where the API is and who asks; the key is never shown."""

    told: ClassVar[tuple[str, ...]] = ("base_url", "organization", "project")
    base_url: str
    api_key: str
    organization: str | None = None
    project: str | None = None

    def headers(self) -> dict[str, str]:
        """Headers of every request (API reference: authentication)."""
        headers = {
            "Authorization": f"Bearer {self.api_key}",
            "User-Agent": f"reconciler/{__version__}",
            "Accept": "application/json",
        }
        if self.organization:
            headers["OpenAI-Organization"] = self.organization
        if self.project:
            headers["OpenAI-Project"] = self.project
        return headers


class Connection:
    """Requests to one endpoint. `requests` counts every one sent, repeats included.

    `date` is the `Date` of the last answer that had one, the only clock to hold against `created_at`.
    `listener` is told when requests wait for long, see `reconciler.api.waiting`.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        clock: Clock,
        *,
        retry: RetryPolicy | None = None,
        limiter: Limiter | None = None,
        listener: Listener | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        self._transport = new_transport(endpoint.base_url, endpoint.headers())
        self._where = _where(endpoint.base_url)
        self._key = endpoint.api_key
        self._secrets = Redaction()
        if len(self._key) >= SHORTEST_KEY:
            self._secrets.add([Secret(self._key)])  # of which a server may repeat a piece
        self._limiter = limiter = limiter or Limiter(clock, MAX_CONNECTIONS)
        self._bounds = bounds or Bounds()
        self._teller = Teller(clock, listener)
        self._repeater = Repeater(clock, limiter, retry or RetryPolicy(), self._teller)
        self.requests = 0
        self.date: int | None = None

    @property
    def per_minute(self) -> int | None:
        """See `Limiter.per_minute`."""
        return self._limiter.per_minute

    @property
    def viewer(self) -> str:
        """Tells one key from another without showing it: what an account lists may depend on who asks."""
        return hashlib.sha256(self._key.encode()).hexdigest()

    def hide(self, secrets: Iterable[Secret]) -> None:
        """Keeps values that are about to be sent out of every error from now on."""
        self._secrets.add(secrets)

    @contextmanager
    def hiding(self) -> Iterator[None]:
        """Keeps them out of whatever error comes from within; one of a status is made without them."""
        try:
            yield
        except ApiError as error:
            if not isinstance(error, StatusError):
                hide_in(error, lambda said: shortened(said, self._shown))
            raise

    def tell(self, seconds: float, because: str) -> None:
        """Tells whoever listens of a wait that is not the connection's own."""
        self._teller.tell(seconds, because)

    async def close(self) -> None:
        """Closes every connection."""
        await self._transport.close()

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        files: Callable[[], Mapping[str, Any]] | None = None,
        sending: Callable[[], object] | None = None,
        size: int = 0,
    ) -> Answer:
        """Sends one request and returns its answer, a success.

        Args:
            method: only GET and DELETE are repeated when their fate is unknown.
            path: relative to the base URL, already quoted.
            params: the query.
            json: a JSON body.
            files: makes the parts of a multipart body, anew for each attempt.
            sending: called when an attempt is about to be sent, after whatever it had to wait for.
            size: bytes of those parts, which have their time besides.

        Raises:
            ApiError: see `reconciler.api.errors`.
        """

        async def attempt(turn: Turn) -> Answer:
            if sending is not None:
                sending()
            request = Request(method, path, params or {}, json, files() if files else None)
            with self.hiding():
                return await self._answer(request, turn, self._bounds.seconds(size))

        return await self._repeater.run(attempt, idempotent=method != "POST")

    async def read_stream(
        self, path: str, consume: Callable[[AsyncIterator[bytes]], Awaitable[_T]], *, size: int | None
    ) -> _T:
        """Downloads: hands the body's chunks to `consume`, from the start again when an attempt fails.

        Args:
            path: relative to the base URL, already quoted.
            consume: reads the chunks.
            size: how many bytes of them are wanted, None where nobody knows.

        Raises:
            ApiError: see `reconciler.api.errors`.
        """
        seconds = self._bounds.seconds(size)

        async def attempt(turn: Turn) -> _T:
            request = Request("GET", path, download=True)
            what = self._named(request)
            with self.hiding():
                async with within(seconds, what), self._send(request, what, turn) as reply:
                    self._note_date(Answer(reply.status, reply.headers, b""))
                    if not _succeeded(reply):
                        body = bytearray()
                        await self._read(reply, body, what)
                        raise self._failure(reply, body)
                    return await consume(reply.chunks())

        return await self._repeater.run(attempt, idempotent=True)

    async def _answer(self, request: Request, turn: Turn, seconds: float) -> Answer:
        """Sends one request and reads its whole answer, a success, for so many seconds at most."""
        body, what = bytearray(), self._named(request)
        try:
            async with within(seconds, what), self._send(request, what, turn) as reply:
                await self._read(reply, body, what)
        except ReplyLost as error:
            error.partial = bytes(body)
            raise
        whole = bytes(body) if body.lstrip()[:1] == b"{" else self._without_key(bytes(body))
        answer = Answer(reply.status, reply.headers, whole, self._shown)
        self._note_date(answer)
        if not _succeeded(reply):
            raise self._failure(reply, body)
        return answer

    async def _read(self, reply: Reply, body: bytearray, what: str) -> None:
        """Reads a body that is kept in memory, up to bounds; what came before an error stays in `body`.

        Its time is its own: that of a large upload would let its small answer drip for days.
        """
        if reply.whole:  # as most are that are small: nothing is waited for
            await _collect(reply, body)
            return
        async with within(self._bounds.whole, what):
            await _collect(reply, body)

    def _note_date(self, answer: Answer) -> None:
        if answer.date is not None:
            self.date = answer.date  # not the newest: one that lies in the future must not stay for ever

    def _failure(self, reply: Reply, body: bytearray) -> StatusError:
        """The error of an answer that is no success; nothing in it holds our key."""
        headers = {name.lower(): self._without_key(value) for name, value in reply.headers.items()}
        shown = self._secrets.data(self._without_key(bytes(body)))
        return failure(
            Answer(reply.status, headers, shown, self._shown), Answer(reply.status, headers, bytes(body))
        )

    def _shown(self, text: str) -> str:
        """A short text for an error, less our key and whatever secret was sent."""
        return self._secrets.short_text(self._without_key(text))

    def _without_key(self, shown: _Shown) -> _Shown:
        """What an error will show, less our own key, which some servers repeat; never done to data."""
        if len(self._key) < SHORTEST_KEY:
            return shown
        if isinstance(shown, str):
            return shown.replace(self._key, "[key]")
        return shown.replace(self._key.encode(), b"[key]")

    @asynccontextmanager
    async def _send(self, request: Request, what: str, turn: Turn) -> AsyncIterator[Reply]:
        self.requests += 1
        reply = await self._transport.send(request, what)
        try:
            turn.told(rate_told(reply.headers), refused=reply.status == TOO_MANY)
            yield reply
        finally:
            await reply.close()

    def _named(self, request: Request) -> str:
        """A request as people are told of it: without its query, which may hold anything."""
        return f"{request.method} {self._where}/{request.path}"


async def _collect(reply: Reply, body: bytearray) -> None:
    async for chunk in reply.chunks():
        body += chunk
        if len(body) > LARGEST_JSON:
            message = f"an answer of more than {LARGEST_JSON} bytes where a small one was expected"
            raise ProtocolError(message)


def _succeeded(reply: Reply) -> bool:
    return reply.status // 100 == 2  # noqa: PLR2004 - the class of successes


def _where(base_url: str) -> str:
    """A base URL as people are told of it."""
    parts = urlsplit(base_url)
    return f"{parts.netloc}{parts.path.rstrip('/')}"


def segment(identifier: str) -> str:
    """An id as one segment of a path, whatever a server may have put into it.

    Raises:
        ProtocolError: no quoting can make a segment of it.
    """
    if identifier in ("", ".", ".."):
        message = f"the server gave an id that no request can name: {identifier!r}"
        raise ProtocolError(message)
    return quote(identifier, safe="")

"""One connection of `direct`: a request goes out, its answer is parsed as it comes, and the line is free.

What comes without having been asked for, or does not parse, makes the line useless and is never taken for
an answer. A body that is neither counted nor chunked ends where the connection ends; any other that ends
there was cut off.
"""

from __future__ import annotations

import asyncio
import select
import zlib
from typing import TYPE_CHECKING, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from reconciler.api.errors import ProtocolError, ReplyLost, TimedOut

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

MOST_WAITING = 2**20
"""Bytes of a body that wait to be read before its connection is paused; of an unpacked piece, too."""

MOST_HEADERS = 2**17
"""Bytes of the head of an answer."""

_GZIP = 16 + zlib.MAX_WBITS
_FINAL = 200
"""Statuses below are announcements (100, 103), after which the answer still comes."""


class Line(asyncio.Protocol):
    """A connection. `since` is when it became free, by the loop's clock."""

    def __init__(self) -> None:
        self.since = 0.0
        self.lost = False
        self._paused = False
        self._transport: asyncio.Transport | None = None
        self._reply: LineReply | None = None
        self._parser: HttpResponseParser | None = None

    def ask(self, request: bytes, what: str, silence: float, over: Callable[[Line, bool], None]) -> LineReply:
        """Sends a request; the reply's head is yet to come.

        `over` is told of the end of the exchange, and whether another may follow on this line.
        """
        self._reply = LineReply(self, what, silence, over)
        self._parser = HttpResponseParser(self._reply)
        self._tcp.write(request)
        return self._reply

    def free(self) -> None:
        """Notes that an exchange is over."""
        self._reply = self._parser = None
        self.resume()

    def silent(self) -> bool:
        """Tells whether nothing came that nobody looked at: most often the end of the connection."""
        poll = select.poll()
        poll.register(self._tcp.get_extra_info("socket"), select.POLLIN)
        return not poll.poll(0)

    def drop(self) -> None:
        """Closes the connection at once."""
        self.lost = True
        self._tcp.abort()

    def pause(self) -> None:
        """Lets the server wait until what came is read."""
        if not self._paused:
            self._paused = True
            self._tcp.pause_reading()

    def resume(self) -> None:
        """Lets it go on."""
        if self._paused:
            self._paused = False
            self._tcp.resume_reading()

    @property
    def _tcp(self) -> asyncio.Transport:
        return cast("asyncio.Transport", self._transport)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Called by the loop with what came."""
        reply, parser = self._reply, self._parser
        if reply is None or parser is None or reply.whole:
            self.drop()
            return
        try:
            parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            reply.fail(f"what came is no HTTP answer ({str(error) or type(error).__name__})")
            self.drop()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the loop at the end."""
        self.lost = True
        if self._reply is not None:
            self._reply.end(str(exc) if exc else "the server closed the connection")


class LineReply:
    """See `Reply`; the parser calls the methods that begin with `on_`."""

    def __init__(self, line: Line, what: str, silence: float, over: Callable[[Line, bool], None]) -> None:
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self.whole = False
        self._line = line
        self._what = what
        self._silence = silence
        self._over = over
        self._closed = False
        self._head = False
        self._said: dict[str, str] = {}
        self._size = 0
        self._reusable = False
        self._waiting: list[bytes] = []
        self._bytes = 0
        self._failure: str | None = None
        self._wake: asyncio.Future[None] | None = None

    async def head(self) -> None:
        """Waits for status and headers.

        Raises:
            ReplyLost: there will be none; TimedOut where nothing came for as long as we wait.
        """
        while not self._head:
            self._check()
            await self._more()

    async def chunks(self) -> AsyncIterator[bytes]:
        """See `Reply.chunks`."""
        coding = self.headers.get("content-encoding", "identity").strip().lower()
        if coding in ("gzip", "x-gzip"):
            async for piece in self._unpacked():
                yield piece
        elif coding in ("identity", ""):
            async for chunk in self._raw():
                yield chunk
        else:
            raise ProtocolError(f"{self._what}: the answer is packed in a way nobody asked for: {coding:.40}")

    async def close(self) -> None:
        """See `Reply.close`."""
        if not self._closed:
            self._closed = True
            self._line.free()
            self._over(self._line, self.whole and self._reusable)

    async def _raw(self) -> AsyncIterator[bytes]:
        while True:
            if self._waiting:
                chunk = b"".join(self._waiting)
                self._waiting.clear()
                self._bytes = 0
                self._line.resume()
                yield chunk
            elif self.whole:
                return
            else:
                self._check()
                await self._more()

    async def _unpacked(self) -> AsyncIterator[bytes]:
        gzip = zlib.decompressobj(_GZIP)
        try:
            async for chunk in self._raw():
                piece = gzip.decompress(chunk, MOST_WAITING)
                while piece:
                    yield piece
                    piece = gzip.decompress(gzip.unconsumed_tail, MOST_WAITING)
        except zlib.error as error:
            raise ReplyLost(f"{self._what}: the answer was cut off: {error}") from error
        if not gzip.eof:
            raise ReplyLost(f"{self._what}: the answer was cut off: its packed body has no end")

    def _check(self) -> None:
        if self._failure is not None:
            raise ReplyLost(f"{self._what}: the answer was cut off: {self._failure}")

    async def _more(self) -> None:
        """Waits until something comes, whatever it is."""
        self._wake = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._silence):
                await self._wake
        except TimeoutError as error:
            raise TimedOut(
                f"{self._what}: no answer in time", hint="the server accepts requests and stays silent"
            ) from error
        finally:
            self._wake = None

    def _news(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    def fail(self, why: str) -> None:
        """Notes that nothing sensible will come any more."""
        if not self.whole:
            self._failure = self._failure or why
        self._news()

    def end(self, why: str) -> None:
        """Notes that the connection is gone, which is how a body without a length ends."""
        counted = "content-length" in self.headers or "transfer-encoding" in self.headers
        if self._head and not counted and self._failure is None:
            self.whole = True
        self.fail(why)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; of several with one name all values count."""
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self._size += len(name) + len(value)
        if self._size > MOST_HEADERS:
            raise ValueError("a head without an end")  # the parser makes its own error of it
        self._said[key] = f"{self._said[key]}, {text}" if key in self._said else text

    def on_headers_complete(self) -> None:
        """The end of a head."""
        parser = cast("HttpResponseParser", self._line._parser)  # noqa: SLF001 - the line's other half
        self.status = parser.get_status_code()
        if self.status >= _FINAL:
            self._head = True
            self.headers = self._said
            self._reusable = parser.should_keep_alive()
            self._news()
        else:
            self._said.clear()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._waiting.append(body)
        self._bytes += len(body)
        if self._bytes > MOST_WAITING:
            self._line.pause()
        self._news()

    def on_message_complete(self) -> None:
        """The end of an answer, or of an announcement before it."""
        if self._head:
            self.whole = True
            self._news()

    def on_message_begin(self) -> None:
        """A second answer is one that nobody asked for."""
        if self.whole:
            raise ValueError("an answer that nobody asked for")  # as above

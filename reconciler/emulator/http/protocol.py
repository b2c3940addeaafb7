"""The HTTP protocol of uvicorn with a few differences.

It can drop a connection, which ASGI cannot express; it answers malformed HTTP in the API's envelope; it
answers requests to upgrade to another protocol as any other; it logs nothing, as uvicorn's loggers belong to
whoever runs uvicorn in the same process; and it sends small packets at once, as asyncio does only for sockets
that name their protocol.
"""

import asyncio
import logging
import socket
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from reconciler.emulator import ids
from reconciler.emulator.http.app import DROP_EXTENSION
from reconciler.emulator.store.clock import Clock
from reconciler.emulator.wire.errors import unreadable
from reconciler.emulator.wire.json_body import dump_json

_silent = logging.getLogger("reconciler.emulator.http")
_silent.addHandler(logging.NullHandler())
_silent.propagate = False
_silent.setLevel(logging.CRITICAL)


class EmulatorProtocol(HttpToolsProtocol):
    """One connection."""

    clock: Clock

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.logger = _silent
        self.access_log = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        """Turn off Nagle's algorithm, which holds a body back until its headers are acknowledged."""
        super().connection_made(transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        """Parse what arrived; a request to upgrade, which nobody grants, is parsed once more without that.

        Java's own HTTP client asks to upgrade with every request, and the parser takes the body of such a
        request for another protocol.
        """
        try:
            self._unset_keepalive_if_required()
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            if self.parser.get_method() == b"CONNECT":
                self.send_400_response("This server is no proxy.")
                return
            head = self._head_without_upgrade()
            self.parser = httptools.HttpRequestParser(self)
            self.data_received(head + data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")

    def on_headers_complete(self) -> None:
        """Start answering, unless the request is to be parsed again."""
        if not self.parser.should_upgrade():
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Tell the application that the body is whole, unless the request is to be parsed again."""
        if not self.parser.should_upgrade():
            super().on_message_complete()

    def on_message_begin(self) -> None:
        """Offer ``drop`` to the application with each request."""
        super().on_message_begin()
        self.scope["extensions"] = {DROP_EXTENSION: self.drop}  # type: ignore[dict-item] # ASGI has dicts here

    def drop(self) -> None:
        """Close the connection; what was already sent still arrives, nothing else does."""
        self.transport.close()

    def _head_without_upgrade(self) -> bytes:
        lines = [b"%b %b HTTP/1.1" % (self.parser.get_method(), self.url)]
        lines += [
            b"%b: %b" % header for header in self.headers if header[0] not in {b"upgrade", b"connection"}
        ]
        return b"\r\n".join([*lines, b"", b""])

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP, and close."""
        body = dump_json(unreadable(msg).envelope)
        lines = (
            STATUS_LINE[400],
            b"content-type: application/json\r\n",
            b"content-length: %d\r\n" % len(body),
            b"date: %b\r\n" % self.clock.date(),
            b"x-request-id: %b\r\n" % ids.request_id().encode(),
            b"connection: close\r\n\r\n",
            body,
        )
        self.transport.write(b"".join(lines))
        self.transport.close()

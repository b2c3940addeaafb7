"""An answer before it is bytes, so that faults can still change it, and the one place that sends it."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.emulator.settings import ErrorEnvelope
from reconciler.emulator.wire.errors import ApiError, Header
from reconciler.emulator.wire.json_body import dump_json

Send = Callable[[dict[str, Any]], Awaitable[None]]

JSON_TYPE = b"application/json"
BINARY_TYPE = b"application/octet-stream"
ZIP_TYPE = b"application/zip"


@dataclass(slots=True, kw_only=True)
class Response:
    """One HTTP answer.

    Attributes:
        status: The HTTP status.
        payload: What the body says, as a JSON value; ignored when there is a ``stream``.
        raw: The body itself, instead of a payload.
        stream: The body in chunks, instead of both.
        size: The length in bytes of the stream.
        content_type: What the body is.
        headers: Headers besides the usual ones, or instead of those of the same name, in lower case.
        cut_after: Send so many bytes of the body, then drop the connection.
    """

    status: int = 200
    payload: Any = None
    raw: bytes | None = None
    stream: Iterator[bytes] | None = None
    size: int = 0
    content_type: bytes = JSON_TYPE
    headers: Sequence[Header] = ()
    cut_after: int | None = None


def error_response(error: ApiError, form: ErrorEnvelope = "openai") -> Response:
    """A refusal as an answer."""
    return Response(status=error.status, payload=error.shown(form), headers=error.headers)


async def send_response(response: Response, usual: Sequence[Header], send: Send) -> None:
    """Send an answer.

    One whose contents vanish, or are to be cut, is never completed, upon which uvicorn closes the connection.
    """
    if response.stream is not None:
        size, stream = response.size, response.stream
    else:
        body = dump_json(response.payload) if response.raw is None else response.raw
        size, stream = len(body), iter((body,))
    own = {name for name, _ in response.headers}
    headers = [(b"content-length", b"%d" % size), *response.headers]
    headers += [
        header for header in ((b"content-type", response.content_type), *usual) if header[0] not in own
    ]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    left = size if response.cut_after is None else min(size, response.cut_after)
    complete = left == size
    for chunk in stream:
        piece = chunk[:left]
        left -= len(piece)
        done = not left
        await send({"type": "http.response.body", "body": piece, "more_body": not (done and complete)})
        if done:
            break

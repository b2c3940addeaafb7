"""From an HTTP answer to a decoded body or an error of our own tree. Envelopes may be missing or odd."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from reconciler.api import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.api.errors import StatusError

EXPIRED_TEXTS = ("container is expired", "container has expired", "container is not running")
"""What servers say of a dead container, with 400 or 404, as users observed; compared in lower case."""

SHOWN = 300
"""Characters of a server's own words that an error shows."""

_HINTS = {
    401: "check OPENAI_API_KEY, and that the key belongs to this base URL",
    403: "the key is valid but may not use containers here; check the project and its permissions",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: `body` is raw, `date` the server's clock in unix seconds where it tells."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def date(self) -> int | None:
        """The `Date` header in unix seconds, None where it is missing or odd."""
        seconds = _unix_seconds(self.headers.get("date", ""))
        return None if seconds is None else int(seconds)

    def json_object(self) -> dict[str, Any]:
        """The body as a JSON object.

        Raises:
            ProtocolError: it is none.
        """
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise errors.ProtocolError(
                f"the server answered {self.status} with something that is not JSON: {shown(self.body)}",
                hint="is the base URL that of an OpenAI-compatible API?",
            ) from error
        if not isinstance(value, dict):
            raise errors.ProtocolError(f"expected a JSON object, the server sent {shown(self.body)}")
        return value


def failure(answer: Answer) -> StatusError:
    """The error of an answer that is no success."""
    envelope = _envelope(answer)
    text = _text(envelope.get("message")) or shown(answer.body) or "no explanation"
    request_id = answer.headers.get("x-request-id") or answer.headers.get("apim-request-id")
    message = f"{answer.status}: {text}"
    if request_id:
        message += f" (request {request_id})"
    return _kind(answer.status, text)(
        message,
        status=answer.status,
        api_code=_text(envelope.get("code")),
        param=_text(envelope.get("param")),
        request_id=request_id,
        retry_after=_retry_after(answer),
        should_retry={"true": True, "false": False}.get(answer.headers.get("x-should-retry", "")),
        hint=_HINTS.get(answer.status),
    )


def shown(body: bytes) -> str:
    """The beginning of a body as text, for an error message; still unescaped."""
    text = " ".join(body[: 4 * SHOWN].decode("utf-8", "replace").split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _kind(status: int, text: str) -> type[StatusError]:
    if status in (400, 404, 410) and any(phrase in text.lower() for phrase in EXPIRED_TEXTS):
        return errors.ContainerExpired
    match status:
        case 401:
            return errors.AuthenticationFailed
        case 403:
            return errors.PermissionDenied
        case 404 | 410:
            return errors.NotFound
        case 408 | 409:
            return errors.Conflict
        case 429:
            return errors.RateLimited
        case _ if status >= 500:  # noqa: PLR2004 - the class of server errors
            return errors.ServerError
        case _:
            return errors.BadRequest


def _envelope(answer: Answer) -> dict[str, Any]:
    """The error object: `{"error": {...}}`, `{"error": "text"}`, `{"detail": ...}`, or nothing."""
    try:
        value = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(value, dict):
        return {}
    inner = value.get("error", value)
    if isinstance(inner, str):
        return {"message": inner}
    if not isinstance(inner, dict):
        return {}
    if "message" not in inner and "detail" in inner:
        detail = inner["detail"]
        return {**inner, "message": detail if isinstance(detail, str) else json.dumps(detail)}
    return inner


def _text(value: object) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    return value if len(value) <= SHOWN else value[: SHOWN - 1] + "…"


def _retry_after(answer: Answer) -> float | None:
    """Seconds to wait: `retry-after-ms`, or `retry-after` as seconds or as a date after the server's own."""
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return max(0.0, float(answer.headers.get(name, "")) * scale)
        except ValueError:
            continue
    until = _unix_seconds(answer.headers.get("retry-after", ""))
    return None if until is None or answer.date is None else max(0.0, until - answer.date)


def _unix_seconds(text: str) -> float | None:
    """An HTTP date in unix seconds; one that names no zone is in UTC, as the protocol says."""
    try:
        when = parsedate_to_datetime(text)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None

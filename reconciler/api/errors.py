"""What the remote API and the way to it can do to us, as one tree; nobody outside sees the client's errors.

ApiError
├── ConnectionFailed      never sent: refused, DNS, TLS, no free connection; safe to repeat anything
├── ReplyLost             sent, and no whole answer came: the fate of a write is unknown
│   └── TimedOut              nothing came at all, for as long as we wait
├── ProtocolError         an answer that makes no sense: HTML, wrong JSON types, a list without an end
└── StatusError           the API said no
    ├── BadRequest            400, 422 and every other 4xx
    ├── AuthenticationFailed  401
    ├── PermissionDenied      403
    ├── NotFound              404, 410
    ├── ContainerExpired      400 or 404 whose text says that the container is gone
    ├── Conflict              408, 409
    ├── RateLimited           429
    ├── QuotaExceeded         400, 403, 409, 413, 422, 429 that say that the account's share is used up
    └── ServerError           5xx

`repeatable` says that a read or a delete may be sent again; `unsent` that anything may. `ambiguous` says that
nobody knows whether a write was carried out: 408, 409, 5xx, a lost reply, a 200 whose body makes no sense.
"""

from __future__ import annotations

from typing import ClassVar

from reconciler.model.errors import ApiError


class ConnectionFailed(ApiError):
    """The request never left."""

    code = "connection-failed"
    repeatable: ClassVar[bool] = True
    unsent: ClassVar[bool] = True
    ambiguous: ClassVar[bool] = False


class ReplyLost(ApiError):
    """The request was sent and no whole answer came; `partial` is what came of a success, if anything did."""

    code = "reply-lost"
    repeatable: ClassVar[bool] = True
    unsent: ClassVar[bool] = False
    ambiguous: ClassVar[bool] = True
    partial: bytes = b""


class TimedOut(ReplyLost):
    """The server said nothing for as long as we wait; once more is enough."""

    code = "timed-out"


class ProtocolError(ApiError):
    """The answer is not what the API's reference says, and nothing can be concluded from it."""

    code = "protocol"
    repeatable: ClassVar[bool] = False
    unsent: ClassVar[bool] = False
    ambiguous: ClassVar[bool] = True
    partial: bytes = b""


class StatusError(ApiError):
    """An error answer. `status` is HTTP's; the others are the envelope's fields where it has them.

    `retry_after` is the wait that the server asks for in seconds; `should_retry` its own advice.
    """

    repeatable: ClassVar[bool] = False
    unsent: ClassVar[bool] = False
    ambiguous: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        status: int,
        api_code: str | None = None,
        param: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        should_retry: bool | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.api_code = api_code
        self.param = param
        self.request_id = request_id
        self.retry_after = retry_after
        self.should_retry = should_retry


class BadRequest(StatusError):
    """The API will never accept this request."""

    code = "bad-request"


class AuthenticationFailed(StatusError):
    """The key is wrong or missing."""

    code = "authentication"


class PermissionDenied(StatusError):
    """The key may not do this."""

    code = "permission-denied"


class NotFound(StatusError):
    """There is no such thing, or no longer."""

    code = "not-found"


class ContainerExpired(NotFound):
    """The container is dead; its files are gone and it cannot come back."""

    code = "container-expired"


class Conflict(StatusError):
    """408 or 409: whether it happened is unknown; the API documents neither for containers."""

    code = "conflict"
    repeatable = True
    ambiguous = True


class RateLimited(StatusError):
    """Too many requests; the request was not carried out."""

    code = "rate-limited"
    repeatable = True
    unsent = True


class QuotaExceeded(StatusError):
    """The account has as much as it may have: containers, memory, money. Nothing was carried out.

    Waiting does not help, as it does after `RateLimited`; deleting something, or paying, may.
    """

    code = "quota-exceeded"


class ServerError(StatusError):
    """5xx: whether it happened is unknown."""

    code = "server-error"
    repeatable = True
    ambiguous = True


def fate_unknown(error: ApiError) -> bool:
    """Tells whether a write that ended in this error may have been carried out."""
    return isinstance(error, (ReplyLost, ProtocolError, StatusError)) and error.ambiguous

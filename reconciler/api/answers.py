"""From an HTTP answer to a decoded body or an error of our own tree. Envelopes may be missing or odd."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, ClassVar

from reconciler.api import errors
from reconciler.api.headers import retry_after, should_retry, unix_seconds
from reconciler.api.retry import LONGEST_WAIT
from reconciler.model.redacted import Redacted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.api.errors import StatusError

EXPIRED_TEXTS = ("container is expired", "container has expired", "container is not running")
"""What servers say of a dead container, with 400 or 404, as users observed; compared in lower case."""

REDIRECTS = (301, 302, 303, 307, 308)

SHOWN = 300
"""Characters of a server's own words that an error shows."""

_LOOKED_AT = 4 * SHOWN

_HINTS = {
    401: "check OPENAI_API_KEY, and that the key belongs to this base URL",
    403: "the key is valid but may not use containers here; check the project and its permissions",
}


_REDIRECT_HINT = "check the base URL: requests that carry a key are not sent on to another address"

_QUOTA_HINT = "delete what is not needed any more, or see to the account's quota, plan and billing"

_QUOTA_STATUSES = (400, 403, 409, 413, 422, 429)
_QUOTA_CODES = frozenset(
    {
        "insufficientquota",
        "quotaexceeded",
        "exceededquota",
        "billinghardlimitreached",
        "billingnotactive",
        "insufficientcapacity",
        "outofcapacity",
        "outofhostcapacity",
        "capacityexceeded",
        "containerlimitreached",
        "containerlimitexceeded",
    }
)
"""Codes and types as OpenAI, Azure and Oracle write them, in lower case and without anything but letters."""

_LIMIT_CODES = frozenset({"limitexceeded"})
"""Oracle's word for a service limit, which says little elsewhere; believed with 400 and 403."""

_NO_LETTERS = re.compile("[^a-z]")
_RATE_WORDS = re.compile(
    r"\brate[ -]?limit|\btoo many requests|\b(requests|tokens) per |\bper (second|minute)\b"
)
_LATER_WORDS = re.compile(r"\btry(ing)? again\b|\bretry\b|\bslow down\b|\boverloaded\b")
_QUOTA_WORDS = re.compile(
    r"\bquotas?\b"
    r"|\b(insufficient|no|not enough|out of|exceed\w*|exhausted|reached|at|over|lacks?) (\w+ ){0,4}capacity\b"
    r"|\bcapacity\b.{0,40}\b(exceeded|exhausted|reached|full|unavailable|insufficient)\b"
    r"|\b(memory|container|resource|tenancy)\w* pool\b.{0,60}\b(exhausted|full|used up|exceeded)\b"
    r"|\bpool exhausted\b"
    r"|\btoo many (\w+ ){0,3}containers\b"
    r"|(?<!size )\b(maximum|limit) (of|on|for) (the number of )?(\d+ )?(\w+ )?containers\b"
    r"|\bmaximum (\w+ )?number of (\w+ ){0,2}containers\b"
    r"|\bcontainers? (count |number )?limit (\w+ ){0,3}(reached|exceeded|hit)\b"
    r"|\b(reached|exceeds?|exceeded|hit) (\w+ ){0,3}container limit\b"
)
"""Words for what an account may have, compared in lower case; not for sizes of files or bounds of fields."""


class Answer(Redacted, frozen=True):
    """A whole answer: `body` is raw, so no repr shows it; `date` is the server's clock where it tells.

    `hide` takes out of a short text what no error may show.
    """

    told: ClassVar[tuple[str, ...]] = ("status",)
    status: int
    headers: Mapping[str, str]
    body: bytes
    hide: Callable[[str], str] = str

    @property
    def date(self) -> int | None:
        """The `Date` header in unix seconds, None where it is missing or odd."""
        seconds = unix_seconds(self.headers.get("date", ""))
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
                f"the server answered {self.status} with something that is not JSON: {self.shown()}",
                hint="is the base URL that of an OpenAI-compatible API?",
            ) from error
        if not isinstance(value, dict):
            raise errors.ProtocolError(f"expected a JSON object, the server sent {self.shown()}")
        return value

    def shown(self) -> str:
        """The beginning of the body, for an error message."""
        return self.hide(shown(self.body, self.hide))


def failure(answer: Answer, sent: Answer | None = None) -> StatusError:
    """The error of an answer that is no success.

    Args:
        answer: what may be shown of it.
        sent: the answer as it came, where that is more: a word that is hidden may be the one that decides.
    """
    envelope = _envelope(answer)
    request_id = answer.headers.get("x-request-id") or answer.headers.get("apim-request-id")
    message = f"{answer.status}: {_words(answer, envelope, answer.hide)}"
    if request_id:
        message += f" (request {request_id})"
    kind = _kind(sent or answer)
    asked = retry_after(answer.headers)
    return kind(
        answer.hide(message),
        status=answer.status,
        api_code=_hidden(answer, envelope.get("code")),
        param=_hidden(answer, envelope.get("param")),
        request_id=_hidden(answer, request_id),
        retry_after=asked,
        should_retry=should_retry(answer.headers),
        hint=_hint(answer, kind, asked, redirected=_moved_to(answer) is not None),
    )


def _words(answer: Answer, envelope: Mapping[str, Any], hide: Callable[[str], str] = str) -> str:
    """What the server says, and no more of it than an error shows."""
    said = _moved_to(answer) or envelope.get("message")
    return _cut(said if said and isinstance(said, str) else _beginning(answer.body), hide) or "no explanation"


def _hidden(answer: Answer, value: object) -> str | None:
    """A field of an envelope, which may hold anything."""
    return answer.hide(_cut(value, answer.hide)) if value and isinstance(value, str) else None


def _moved_to(answer: Answer) -> str | None:
    """Where an answer sends us, None for one that does not: the address says more than its body."""
    location = answer.headers.get("location", "").strip()
    return f"redirected to {location}" if answer.status in REDIRECTS and location else None


def _hint(answer: Answer, kind: type[StatusError], asked: float | None, *, redirected: bool) -> str | None:
    """What to do about an error; not that of a wait that nobody would have kept anyway."""
    if kind is errors.QuotaExceeded:
        return _QUOTA_HINT
    if redirected:
        return _REDIRECT_HINT
    if asked is not None and asked > LONGEST_WAIT and (kind.repeatable or kind.unsent):
        return f"the server asks to wait {asked:.0f} s, which is longer than is waited for"
    return _HINTS.get(answer.status)


def shown(body: bytes, hide: Callable[[str], str] = str) -> str:
    """The beginning of a body as text, for an error message; still unescaped."""
    return _cut(_beginning(body), hide)


def _beginning(body: bytes) -> str:
    return " ".join(body[:_LOOKED_AT].decode("utf-8", "replace").split())


def shortened(text: str, hide: Callable[[str], str]) -> str:
    """What is said of an answer that is none, which may hold all that came: hidden, and not endless."""
    return hide(text) if len(text) <= _LOOKED_AT else hide(text[:_LOOKED_AT]) + "…"


def _cut(text: str, hide: Callable[[str], str]) -> str:
    """The beginning of a text; what is hidden is hidden before, since of less of it less is recognised."""
    return text if len(text) <= SHOWN else hide(text[:_LOOKED_AT])[: SHOWN - 1] + "…"


def _kind(answer: Answer) -> type[StatusError]:
    envelope = _envelope(answer)
    text = _words(answer, envelope)
    status = answer.status
    if status in (400, 404, 410) and any(phrase in text.lower() for phrase in EXPIRED_TEXTS):
        return errors.ContainerExpired
    if status in _QUOTA_STATUSES and _names_quota(answer, envelope, text.lower()):
        return errors.QuotaExceeded
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


def _names_quota(answer: Answer, envelope: Mapping[str, Any], text: str) -> bool:
    """Whether an error says that the account has all that it may have, rather than that it asks too fast.

    A code says so by itself. Words do unless they, or the code, speak of a rate, and on 429 unless the server
    tells when to come back: what is used up does not come back by waiting.
    """
    named = {_NO_LETTERS.sub("", str(envelope.get(key) or "").lower()) for key in ("code", "type")}
    if named & _QUOTA_CODES or (answer.status in (400, 403) and named & _LIMIT_CODES):
        return True
    if any("ratelimit" in name for name in named) or _RATE_WORDS.search(text):
        return False
    if answer.status == 429 and (retry_after(answer.headers) is not None or _LATER_WORDS.search(text)):  # noqa: PLR2004 - too many requests
        return False
    return _QUOTA_WORDS.search(text) is not None


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

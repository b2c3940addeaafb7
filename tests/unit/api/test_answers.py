"""From an error answer to our own error: by status and by what servers were seen to write."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.api import errors
from reconciler.api.answers import SHOWN, Answer, failure, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.api.errors import StatusError

DATE = "Wed, 21 May 2025 16:26:34 GMT"
DATED = 1747844794


def envelope(message: str, kind: str | None, code: str | None, param: str | None) -> bytes:
    """An error as the reference draws it."""
    return json.dumps({"error": {"message": message, "type": kind, "param": param, "code": code}}).encode()


def answered(status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> StatusError:
    """The error of an answer."""
    return failure(Answer(status, headers or {}, body))


Observed = tuple[int, str, str | None, str | None, str | None, "type[StatusError]"]
"""Status, message, type, code and param of an error answer, and the error that it is."""

INVALID = "invalid_request_error"
OBSERVED: list[Observed] = [
    (404, "Container with id 'cntr_1' not found.", INVALID, None, None, errors.NotFound),
    (404, "File cfile_1 not found on container cntr_1.", INVALID, None, None, errors.NotFound),
    (404, "File not found.", None, None, None, errors.NotFound),
    (400, "Container is expired.", INVALID, None, None, errors.ContainerExpired),
    (404, "Container has expired.", INVALID, None, None, errors.ContainerExpired),
    (400, "Container is not running.", INVALID, None, None, errors.ContainerExpired),
    (
        400,
        "Invalid 'expires_after.minutes': integer above maximum value. Expected a value <= 20.",
        INVALID,
        "integer_above_max_value",
        "expires_after.minutes",
        errors.BadRequest,
    ),
    (400, "Unknown parameter: 'path'.", INVALID, "unknown_parameter", "path", errors.BadRequest),
    (400, "there was an issue with your request", INVALID, None, None, errors.BadRequest),
    (500, "The server had an error (req_1)", "server_error", "server_error", None, errors.ServerError),
    (401, "Incorrect API key provided.", INVALID, "invalid_api_key", None, errors.AuthenticationFailed),
]
"""Everything that users observed and the reference for implementers lists."""


@pytest.mark.parametrize("observed", OBSERVED, ids=lambda observed: f"{observed[0]} {observed[1]}")
def test_each_observed_error_becomes_its_own_kind_with_the_envelopes_fields(observed: Observed) -> None:
    status, message, kind, code, param, error = observed
    found = answered(status, envelope(message, kind, code, param))
    assert type(found) is error
    assert (found.status, found.api_code, found.param) == (status, code, param)
    assert str(found) == f"{status}: {message}"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (302, errors.BadRequest),
        (400, errors.BadRequest),
        (401, errors.AuthenticationFailed),
        (403, errors.PermissionDenied),
        (404, errors.NotFound),
        (408, errors.Conflict),
        (409, errors.Conflict),
        (410, errors.NotFound),
        (418, errors.BadRequest),
        (422, errors.BadRequest),
        (429, errors.RateLimited),
        (500, errors.ServerError),
        (503, errors.ServerError),
        (599, errors.ServerError),
    ],
)
def test_without_any_envelope_the_status_decides(status: int, error: type[StatusError]) -> None:
    found = answered(status)
    assert type(found) is error
    assert str(found) == f"{status}: no explanation"


@pytest.mark.parametrize("status", [400, 404, 410])
@pytest.mark.parametrize("text", ["CONTAINER IS EXPIRED.", "the Container has expired, sorry"])
def test_a_dead_container_is_recognised_in_any_case_and_sentence(status: int, text: str) -> None:
    assert type(answered(status, envelope(text, None, None, None))) is errors.ContainerExpired


@pytest.mark.parametrize(("status", "error"), [(500, errors.ServerError), (403, errors.PermissionDenied)])
def test_a_dead_container_is_not_concluded_from_other_statuses(status: int, error: type[StatusError]) -> None:
    assert type(answered(status, envelope("Container is expired.", None, None, None))) is error


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"detail": "Not Found"}', "Not Found"),
        (b'{"detail": [{"loc": ["body"], "msg": "field required"}]}', '[{"loc": ["body"], "msg": "field'),
        (b'{"error": "quota exceeded"}', "quota exceeded"),
        (b'{"error": {"code": "Timeout"}}', '{"error": {"code": "Timeout"}}'),
        (b'{"error": {"message": {"deep": 1}, "code": 7}}', '{"error": {"message": {"deep": 1}'),
        (b'{"error": null}', '{"error": null}'),
        (b'{"message": "top level", "code": "x"}', "top level"),
        (b"<html>\n  <title>502 Bad Gateway</title></html>", "<html> <title>502 Bad Gateway</title></html>"),
        (b'["a list"]', '["a list"]'),
        (b'"text"', '"text"'),
        (b"   \n ", "no explanation"),
        (b"\xff\xfe broken", "�� broken"),
        (b"[" * 100_000, "[" * (SHOWN - 1)),
    ],
)
def test_odd_envelopes_are_survived_and_their_words_shown(body: bytes, message: str) -> None:
    found = answered(418, body)
    assert type(found) is errors.BadRequest
    assert str(found).startswith(f"418: {message}")
    assert len(str(found)) <= SHOWN + len("418: ")


def test_a_code_of_another_type_is_no_code() -> None:
    found = answered(429, b'{"error": {"message": "slow down", "code": 429, "param": ["x"]}}')
    assert (found.api_code, found.param) == (None, None)


@pytest.mark.parametrize("header", ["x-request-id", "apim-request-id"])
def test_the_request_id_is_kept_and_shown(header: str) -> None:
    found = answered(500, envelope("no", None, None, None), {header: "req_123"})
    assert found.request_id == "req_123"
    assert str(found) == "500: no (request req_123)"


@pytest.mark.parametrize(("status", "word"), [(401, "OPENAI_API_KEY"), (403, "permissions")])
def test_a_refused_key_comes_with_a_hint(status: int, word: str) -> None:
    assert word in (answered(status).hint or "")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "later"}, None),
        ({"retry-after": "inf"}, float("inf")),
        ({"date": DATE, "retry-after": "Wed, 21 May 2025 16:27:34 GMT"}, 60.0),
        ({"date": DATE, "retry-after": "Wed, 21 May 2025 16:27:34 -0000"}, 60.0),
        ({"date": DATE, "retry-after": "Wed, 21 May 2025 18:27:34 +0200"}, 60.0),
        ({"date": DATE, "retry-after": "Wed, 21 May 2025 16:00:00 GMT"}, 0.0),
        ({"retry-after": "Wed, 21 May 2025 16:27:34 GMT"}, None),
        ({"date": DATE, "retry-after": "Wed, 99 May 2025 16:27:34 GMT"}, None),
    ],
)
def test_retry_after_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    assert answered(429, headers=headers).retry_after == seconds


@pytest.mark.parametrize(
    ("status", "headers", "hint"),
    [
        (429, {"retry-after": "3600"}, "the server asks to wait 3600 s, which is longer than is waited for"),
        (
            503,
            {"retry-after-ms": "120600"},
            "the server asks to wait 121 s, which is longer than is waited for",
        ),
        (429, {"retry-after": "inf"}, "the server asks to wait inf s, which is longer than is waited for"),
        (429, {"retry-after": "120"}, None),
        (429, {"retry-after": "nan"}, None),
        (400, {"retry-after": "3600"}, None),
        (429, {}, None),
    ],
)
def test_a_wait_that_is_too_long_is_told(status: int, headers: dict[str, str], hint: str | None) -> None:
    assert answered(status, headers=headers).hint == hint


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_that_is_not_followed_names_where_it_leads(status: int) -> None:
    found = answered(status, b"<html>Moved</html>", {"location": "https://login.example/sso"})
    assert type(found) is errors.BadRequest
    assert str(found) == f"{status}: redirected to https://login.example/sso"
    assert "check the base URL" in (found.hint or "")


def test_a_redirect_to_an_endless_address_is_shortened_and_one_to_nowhere_is_an_error_like_any_other() -> (
    None
):
    long = answered(302, headers={"location": "https://x/" + "y" * 10_000})
    assert len(str(long)) == SHOWN + len("302: ")
    assert str(long).endswith("…")
    assert (str(answered(302, b"Moved")), answered(302).hint) == ("302: Moved", None)
    assert str(answered(404, b"no", {"location": "https://x/"})) == "404: no"


@pytest.mark.parametrize(("text", "advice"), [("true", True), ("false", False), ("maybe", None)])
def test_the_servers_own_advice_is_kept(text: str, *, advice: bool | None) -> None:
    assert answered(500, headers={"x-should-retry": text}).should_retry is advice
    assert answered(500).should_retry is None


@pytest.fixture
def far_away() -> Iterator[None]:
    """A machine whose own zone is not the server's."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "XXX+5"
    time.tzset()
    yield
    os.environ.pop("TZ")
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.usefixtures("far_away")
@pytest.mark.parametrize("zone", [" GMT", " -0000", " +0000", ""])
def test_a_servers_date_never_depends_on_the_machines_zone(zone: str) -> None:
    assert Answer(200, {"date": DATE.removesuffix(" GMT") + zone}, b"").date == DATED


@pytest.mark.parametrize("text", ["", "now", "0", "Wed, 21 May 99999 16:26:34 GMT"])
def test_an_odd_date_is_none(text: str) -> None:
    assert Answer(200, {"date": text}, b"").date is None
    assert Answer(200, {}, b"").date is None


@pytest.mark.parametrize(("body", "value"), [(b"{}", {}), (b'{"a": [1]}', {"a": [1]})])
def test_an_object_is_decoded(body: bytes, value: dict[str, Any]) -> None:
    assert Answer(200, {}, body).json_object() == value


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"null", b'{"a": ', b"[" * 100_000, b"\xff\xff", b'{"a": 1}{']
)
def test_anything_else_is_a_protocol_error(body: bytes) -> None:
    with pytest.raises(errors.ProtocolError):
        Answer(200, {}, body).json_object()


def test_what_is_shown_of_a_body_is_short_and_one_line() -> None:
    assert shown(b"a\r\n\tb") == "a b"
    assert len(shown(b"x" * 10_000)) == SHOWN
    assert shown("é".encode() * 10_000).endswith("…")


QUOTA: list[tuple[int, str, str | None]] = [
    (
        429,
        "You exceeded your current quota, please check your plan and billing details.",
        "insufficient_quota",
    ),
    (400, "Billing hard limit has been reached", "billing_hard_limit_reached"),
    (400, "The memory pool of 64g is exhausted: 64g are in use, '4g' was asked for.", "limit_exceeded"),
    (400, "The following service limits were exceeded: code-interpreter-memory", "LimitExceeded"),
    (400, "You have exceeded the compartment quota", "QuotaExceeded"),
    (422, "The memory pool of 64g is exhausted.", None),
    (403, "This project has reached its limit of 50 containers.", None),
    (403, "Container limit reached for this project", None),
    (409, "Quota exceeded for containers", None),
    (409, "There is no capacity for a 64g container", None),
    (413, "Too many running containers", None),
    (429, "The maximum number of containers exist already.", None),
]


@pytest.mark.parametrize(("status", "message", "code"), QUOTA)
def test_a_used_up_quota_is_recognised_by_code_or_words_and_was_certainly_not_carried_out(
    status: int, message: str, code: str | None
) -> None:
    found = answered(status, envelope(message, None, code, None))
    assert type(found) is errors.QuotaExceeded
    assert (found.code, found.ambiguous, found.repeatable, found.unsent) == (
        "quota-exceeded",
        False,
        False,
        False,
    )
    assert "quota" in (found.hint or "")


NO_QUOTA: list[tuple[int, str, str | None, type[StatusError]]] = [
    (429, "Rate limit reached for requests. Limit: 100/min.", "rate_limit_exceeded", errors.RateLimited),
    (429, "Rate limit reached for containers: limit of 100 containers per minute", None, errors.RateLimited),
    (429, "Quota exceeded for metric 'requests' and limit 'requests per minute'", None, errors.RateLimited),
    (429, "Requests have exceeded the call rate limit of your tier.", None, errors.RateLimited),
    (429, "The server is at capacity, please try again later.", None, errors.RateLimited),
    (429, "limit exceeded", "limit_exceeded", errors.RateLimited),
    (409, "The container is being changed", None, errors.Conflict),
    (409, "limit exceeded", "limit_exceeded", errors.Conflict),
    (408, "quota exceeded", None, errors.Conflict),
    (503, "quota exceeded, no capacity", "insufficient_quota", errors.ServerError),
    (404, "quota not found", None, errors.NotFound),
    (400, "Invalid 'limit': integer above maximum value for containers.", None, errors.BadRequest),
    (400, "Invalid 'memory_limit': the container allows 64g.", "invalid_value", errors.BadRequest),
    (413, "The file exceeded the size limit for containers.", None, errors.BadRequest),
    (403, "You may not use containers.", None, errors.PermissionDenied),
]


@pytest.mark.parametrize(("status", "message", "code", "kind"), NO_QUOTA)
def test_rates_sizes_and_odd_conflicts_are_no_quota(
    status: int, message: str, code: str | None, kind: type[StatusError]
) -> None:
    assert type(answered(status, envelope(message, None, code, None))) is kind


def test_a_server_that_tells_when_to_come_back_speaks_of_a_rate() -> None:
    body = envelope("Quota exceeded", None, None, None)
    assert type(answered(429, body, {"retry-after": "3"})) is errors.RateLimited
    assert type(answered(429, body)) is errors.QuotaExceeded
    sure = envelope("Quota exceeded", None, "insufficient_quota", None)
    assert type(answered(429, sure, {"retry-after": "3"})) is errors.QuotaExceeded

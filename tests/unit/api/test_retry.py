"""What is sent again, and after how long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciler.api import errors
from reconciler.api.retry import LONGEST_WAIT, RetryPolicy
from reconciler.model.errors import ApiError

if TYPE_CHECKING:
    from reconciler.api.errors import StatusError

POLICY = RetryPolicy()


def status(kind: type[StatusError], number: int, **given: Any) -> StatusError:
    """An error answer."""
    return kind("x", status=number, **given)


TABLE: list[tuple[ApiError, bool, bool]] = [
    (errors.ConnectionFailed("x"), True, True),
    (errors.ReplyLost("x"), True, False),
    (errors.ProtocolError("x"), False, False),
    (status(errors.BadRequest, 400), False, False),
    (status(errors.BadRequest, 422), False, False),
    (status(errors.AuthenticationFailed, 401), False, False),
    (status(errors.PermissionDenied, 403), False, False),
    (status(errors.NotFound, 404), False, False),
    (status(errors.ContainerExpired, 400), False, False),
    (status(errors.Conflict, 408), True, False),
    (status(errors.Conflict, 409), True, False),
    (status(errors.RateLimited, 429), True, True),
    (status(errors.ServerError, 500), True, False),
    (status(errors.ServerError, 503), True, False),
    (status(errors.ServerError, 503, should_retry=True), True, False),
    (status(errors.ServerError, 503, should_retry=False), False, False),
    (status(errors.RateLimited, 429, should_retry=False), False, False),
    (status(errors.BadRequest, 400, should_retry=True), False, False),
    (ApiError("of nobody's making"), False, False),
]
"""The error; whether a read or a delete is repeated; whether a POST is."""


@pytest.mark.parametrize(("error", "read", "post"), TABLE)
def test_reads_are_repeated_freely_and_posts_only_when_they_were_not_carried_out(
    error: ApiError, *, read: bool, post: bool
) -> None:
    assert (POLICY.wait(error, 1, 0.5, idempotent=True) is not None) is read
    assert (POLICY.wait(error, 1, 0.5, idempotent=False) is not None) is post


def test_waits_double_up_to_the_cap_with_full_jitter() -> None:
    policy = RetryPolicy(attempts=9, base=0.5, cap=8.0)
    lost = errors.ReplyLost("x")
    waits = [policy.wait(lost, made, 1.0, idempotent=True) for made in range(1, 9)]
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0, 8.0]
    assert policy.wait(lost, 3, 0.25, idempotent=True) == 0.5
    assert policy.wait(lost, 3, 0.0, idempotent=True) == 0.0


def test_attempts_are_bounded() -> None:
    lost = errors.ReplyLost("x")
    assert POLICY.wait(lost, POLICY.attempts - 1, 0.5, idempotent=True) is not None
    assert POLICY.wait(lost, POLICY.attempts, 0.5, idempotent=True) is None


@pytest.mark.parametrize(
    ("asked", "wait"), [(3.5, 3.5), (0.0, 0.0), (LONGEST_WAIT, LONGEST_WAIT), (LONGEST_WAIT + 1, None)]
)
def test_the_wait_that_a_server_asks_for_is_kept_or_not_waited_for(asked: float, wait: float | None) -> None:
    for error in (status(errors.RateLimited, 429, retry_after=asked),):
        assert POLICY.wait(error, 1, 0.9, idempotent=True) == wait
        assert POLICY.wait(error, 1, 0.9, idempotent=False) == wait


def test_a_server_that_says_nothing_is_asked_once_more_only() -> None:
    silent = errors.TimedOut("x")
    assert POLICY.wait(silent, 1, 0.5, idempotent=True) is not None
    assert POLICY.wait(silent, 2, 0.5, idempotent=True) is None
    assert POLICY.wait(silent, 1, 0.5, idempotent=False) is None

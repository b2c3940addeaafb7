"""What is sent again, and after how long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciler.api import errors
from reconciler.api.retry import LEAST_WAIT, LONGEST_WAIT, RetryPolicy, Tried
from reconciler.model.errors import ApiError

if TYPE_CHECKING:
    from reconciler.api.errors import StatusError

POLICY = RetryPolicy()


def status(kind: type[StatusError], number: int, **given: Any) -> StatusError:
    """An error answer."""
    return kind("x", status=number, **given)


def wait(error: ApiError, tried: Tried | None = None, chance: float = 0.5, *, idempotent: bool) -> Any:
    """What the usual policy says after a first attempt, or after what was tried."""
    return POLICY.wait(error, tried or Tried().after(error, 0.0), chance, idempotent=idempotent)


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
    (status(errors.QuotaExceeded, 429), False, False),
    (status(errors.QuotaExceeded, 409), False, False),
    (status(errors.ServerError, 500), True, False),
    (status(errors.ServerError, 503), True, False),
    (ApiError("of nobody's making"), False, False),
]
"""The error; whether a read or a delete is repeated; whether a POST is."""


@pytest.mark.parametrize(("error", "read", "post"), TABLE)
def test_reads_are_repeated_freely_and_posts_only_when_they_were_not_carried_out(
    error: ApiError, *, read: bool, post: bool
) -> None:
    assert (wait(error, idempotent=True) is not None) is read
    assert (wait(error, idempotent=False) is not None) is post


ENCOURAGED: list[tuple[StatusError, bool, bool]] = [
    (status(errors.BadRequest, 425, should_retry=True), True, False),
    (status(errors.NotFound, 404, should_retry=True), True, False),
    (status(errors.ServerError, 500, should_retry=True), True, False),
    (status(errors.Conflict, 409, should_retry=True), True, False),
    (status(errors.RateLimited, 429, should_retry=True), True, True),
    (status(errors.BadRequest, 400, should_retry=True), False, False),
    (status(errors.BadRequest, 422, should_retry=True), False, False),
    (status(errors.AuthenticationFailed, 401, should_retry=True), False, False),
    (status(errors.PermissionDenied, 403, should_retry=True), False, False),
    (status(errors.QuotaExceeded, 429, should_retry=True), False, False),
]


@pytest.mark.parametrize(("error", "read", "post"), ENCOURAGED)
def test_encouraged_by_the_server_more_is_read_again_but_no_post_and_nothing_that_is_wrong_in_itself(
    error: StatusError, *, read: bool, post: bool
) -> None:
    assert (wait(error, idempotent=True) is not None) is read
    assert (wait(error, idempotent=False) is not None) is post


@pytest.mark.parametrize(
    ("kind", "number"), [(errors.ServerError, 503), (errors.RateLimited, 429), (errors.Conflict, 408)]
)
def test_discouraged_by_the_server_nothing_is_repeated(kind: type[StatusError], number: int) -> None:
    error = status(kind, number, should_retry=False)
    assert wait(error, idempotent=True) is None
    assert wait(error, idempotent=False) is None


def test_waits_double_up_to_the_cap_with_full_jitter() -> None:
    policy = RetryPolicy(attempts=9, base=0.5, cap=8.0)
    lost = errors.ReplyLost("x")
    waits = [policy.wait(lost, Tried(made), 1.0, idempotent=True) for made in range(1, 9)]
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0, 8.0]
    assert policy.wait(lost, Tried(3), 0.25, idempotent=True) == 0.5
    assert policy.wait(lost, Tried(3), 0.0, idempotent=True) == LEAST_WAIT


def test_failures_are_bounded_by_the_count_of_attempts() -> None:
    lost = errors.ReplyLost("x")
    assert wait(lost, Tried(POLICY.attempts - 1), idempotent=True) is not None
    assert wait(lost, Tried(POLICY.attempts), idempotent=True) is None


def test_refusals_by_rate_count_for_nothing_and_end_with_the_deadline() -> None:
    refused = status(errors.RateLimited, 429)
    assert wait(refused, Tried(refusals=1_000_000), idempotent=False) is not None
    assert wait(refused, Tried(POLICY.attempts, 1), idempotent=False) is not None
    assert wait(refused, Tried(refusals=2, seconds=POLICY.deadline), idempotent=False) is None
    lost = errors.ReplyLost("x")
    assert wait(lost, Tried(1, 1_000), idempotent=True) is not None


def test_a_wait_that_would_pass_the_deadline_is_not_begun() -> None:
    error = status(errors.ServerError, 503, retry_after=20.0)
    assert wait(error, Tried(1, seconds=POLICY.deadline - 20), idempotent=True) == 20
    assert wait(error, Tried(1, seconds=POLICY.deadline - 19), idempotent=True) is None


@pytest.mark.parametrize("kind", [(errors.RateLimited, 429), (errors.ServerError, 503)])
@pytest.mark.parametrize(("asked", "seconds"), [(3.5, 3.5), (LONGEST_WAIT, LONGEST_WAIT)])
def test_the_wait_that_a_server_asks_for_is_kept(
    kind: tuple[type[StatusError], int], asked: float, seconds: float
) -> None:
    error = status(*kind, retry_after=asked)
    assert wait(error, chance=0.9, idempotent=True) == seconds


@pytest.mark.parametrize("asked", [LONGEST_WAIT + 1, 1e300, float("inf")])
def test_a_wait_too_long_is_not_waited_for(asked: float) -> None:
    assert wait(status(errors.RateLimited, 429, retry_after=asked), idempotent=True) is None


def test_a_server_that_asks_for_no_wait_at_all_is_waited_for_all_the_same_and_longer_each_time() -> None:
    error = status(errors.RateLimited, 429, retry_after=0.0)
    assert wait(error, chance=0.0, idempotent=False) == LEAST_WAIT
    waits = [wait(error, Tried(refusals=made), idempotent=False) for made in range(1, 5)]
    assert waits == [0.25, 0.5, 1.0, 2.0]


def test_a_server_that_says_nothing_is_asked_once_more_only() -> None:
    silent = errors.TimedOut("x")
    assert wait(silent, Tried(1), idempotent=True) is not None
    assert wait(silent, Tried(2), idempotent=True) is None
    assert wait(silent, Tried(1), idempotent=False) is None

"""One call: attempts, each in its turn, until one succeeds or there is no sense in another."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from reconciler.api.budget import RetryBudget
from reconciler.api.errors import RateLimited
from reconciler.api.retry import Tried
from reconciler.api.turn import TooLate, Wish
from reconciler.model.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from reconciler.api.limiter import Limiter
    from reconciler.api.retry import RetryPolicy
    from reconciler.api.turn import Turn
    from reconciler.api.waiting import Teller
    from reconciler.model.clock import Clock

_T = TypeVar("_T")


class Repeater:
    """Carries calls out; what it holds is shared by all calls of a run."""

    def __init__(
        self,
        clock: Clock,
        limiter: Limiter,
        policy: RetryPolicy,
        teller: Teller,
        budget: RetryBudget | None = None,
    ) -> None:
        self._clock = clock
        self._limiter = limiter
        self._policy = policy
        self._teller = teller
        self._budget = budget or RetryBudget()

    async def run(self, attempt: Callable[[Turn], Awaitable[_T]], *, idempotent: bool) -> _T:
        """Returns what an attempt returns.

        Args:
            attempt: sends the request once.
            idempotent: sending it twice is the same as sending it once.

        Raises:
            ApiError: what the last attempt came to.
        """
        tried, wish = Tried(), Wish(tell=self._teller.tell)
        failure: ApiError | None = None
        while True:
            try:
                async with self._limiter.turn(wish) as turn:
                    if failure is None:
                        wish = Wish(turn.begun, turn.begun + self._policy.deadline, self._teller.tell)
                    return await self._once(attempt, turn)
            except TooLate as late:
                raise failure or late from None
            except ApiError as error:
                failure = error
            tried = tried.after(failure, self._clock.monotonic() - wish.since)
            wait = self._wait(failure, tried, idempotent=idempotent)
            if wait is None:
                raise failure
            await self._clock.sleep(wait)

    async def _once(self, attempt: Callable[[Turn], Awaitable[_T]], turn: Turn) -> _T:
        try:
            done = await attempt(turn)
        except ApiError as error:
            turn.failed(error)
            raise
        turn.succeeded()
        self._budget.give_back()
        return done

    def _wait(self, error: ApiError, tried: Tried, *, idempotent: bool) -> float | None:
        """Seconds until the next attempt, of which the listener is told, or None: give up."""
        wait = self._policy.wait(error, tried, self._clock.chance(), idempotent=idempotent)
        if wait is None:
            return None
        if isinstance(error, RateLimited):
            self._teller.tell(wait, self._limiter.reason())
        elif self._budget.take():
            self._teller.tell(wait, f"{error}, trying again")
        else:
            return None
        return wait

"""Running the network core for a caller that is not async, wherever the call comes from."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from reconciler.model.stop import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from reconciler.model.events import Event

_T = TypeVar("_T")


def outside_of_loops(work: Callable[[], _T], stop: Stop | None = None) -> _T:
    """Does work that starts an event loop of its own, also for a caller who runs in one, as notebooks do.

    Such a caller's loop stands still meanwhile, as with any call that takes its time: `asyncio.to_thread`
    lets it go on. When the wait is interrupted, `stop` is requested and the end awaited.
    """
    if not _in_a_loop():
        return work()
    with ThreadPoolExecutor(1, "reconciler") as pool:
        done = pool.submit(work)
        try:
            return done.result()
        except KeyboardInterrupt:
            (stop or Stop()).request()
            raise


def _in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def run_gracefully(work: Coroutine[Any, Any, _T], stop: Stop) -> _T:
    """Runs work that changes things; Ctrl-C requests `stop` and lets what is in flight finish."""

    async def main() -> _T:
        task = asyncio.ensure_future(work)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                raise
            stop.request()
            return await task

    return asyncio.run(main())


class Listening:
    """A caller's listener: when it raises, nothing more is begun, and the error is raised at the end."""

    def __init__(self, listen: Callable[[Event], None] | None, stop: Stop) -> None:
        self._listen = listen
        self._stop = stop
        self._error: BaseException | None = None

    def __call__(self, event: Event) -> None:
        """Tells an event, unless an earlier one was too much."""
        if self._listen is None or self._error is not None:
            return
        try:
            self._listen(event)
        except BaseException as error:  # noqa: BLE001 - raised again once what is in flight is done
            self._error = error
            self._stop.request()

    def settle(self) -> None:
        """Raises what the listener raised."""
        if self._error is not None:
            raise self._error

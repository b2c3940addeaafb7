"""Running the network core, and what Ctrl-C and SIGTERM do to it.

While a plan is made, a signal ends it at once: nothing was changed. While one is carried out, the first
signal lets what is in flight finish and starts nothing more; a second one stops at once.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, ClassVar, TypeVar

from reconciler.model.errors import ReconcilerError
from reconciler.model.exit_codes import ExitCode

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Coroutine
    from types import FrameType
    from typing import Any

    from reconciler.model.stop import Stop

SIGNALS = (signal.SIGINT, signal.SIGTERM)

_T = TypeVar("_T")


class Interrupted(ReconcilerError):
    """A signal ended the command before anything was changed."""

    exit_code: ClassVar[ExitCode] = ExitCode.INTERRUPTED
    code: ClassVar[str] = "interrupted"


def ignore_signals() -> None:
    """From here on a signal changes nothing: the result is being printed with the code that it will have."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def run_until_signal(work: Awaitable[_T]) -> _T:
    """Runs work that changes nothing.

    Raises:
        Interrupted: a signal ended it.
    """

    async def main() -> _T:
        _on_signal(_current().cancel)
        return await work

    return _run(main())


def run_until_second_signal(work: Awaitable[_T], stop: Stop, tell: Callable[[str], None]) -> _T:
    """Runs work that changes things; the first signal sets `stop`, the second one cancels."""

    async def main() -> _T:
        task = _current()

        def signalled() -> None:
            if stop.requested:
                task.cancel()
                return
            stop.request()
            tell("interrupted: finishing what is in flight; interrupt again to stop at once")

        _on_signal(signalled)
        return await work

    return _run(main())


def _run(main: Coroutine[Any, Any, _T]) -> _T:
    import asyncio  # noqa: PLC0415 - what contacts nothing loads none of it

    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        return asyncio.run(main)
    except (asyncio.CancelledError, KeyboardInterrupt) as error:
        raise Interrupted("interrupted; nothing was changed") from error
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _current() -> asyncio.Task[Any]:
    import asyncio  # noqa: PLC0415 - as above

    task = asyncio.current_task()
    if task is None:
        message = "called outside of a task"
        raise RuntimeError(message)
    return task


def _on_signal(react: Callable[[], object]) -> None:
    import asyncio  # noqa: PLC0415 - as above

    loop = asyncio.get_running_loop()

    def handle(number: int, frame: FrameType | None) -> None:
        del number, frame
        if not loop.is_closed():  # while everything is being closed, a further signal changes nothing
            loop.call_soon_threadsafe(react)

    for number in SIGNALS:
        signal.signal(number, handle)

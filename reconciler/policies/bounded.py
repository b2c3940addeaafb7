"""A limit on the time that somebody's policy may take.

Patterns can backtrack for centuries, and references can multiply: no size of a schema bounds the work that
it asks for. A timer's signal ends both, as the matcher of regular expressions looks for signals while it
works. What stays unbounded: memory, and time outside of the main thread or on systems without such a timer.
"""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator


class TookTooLongError(Exception):
    """The time is over."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Ends what is done inside after so many seconds.

    Raises:
        TookTooLongError: it was ended.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    handler = signal.signal(signal.SIGALRM, _ring)
    timer = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, handler)


def _ring(*_: object) -> NoReturn:
    raise TookTooLongError

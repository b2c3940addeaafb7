"""One writing run at a time for a target and a scope on this machine."""

from __future__ import annotations

import getpass
import os
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from reconciler.control.clock import now
from reconciler.ledger.lock import Owner, Patience, held, lock_name
from reconciler.ledger.places import cache_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reconciler.model.plan import Target


@contextmanager
def exclusive(
    target: Target,
    prefix: str | None,
    command: str,
    *,
    timeout: float,
    warn: Callable[[str], None],
) -> Iterator[None]:
    """Holds the lock of a scope; where there is no place for locks, warns and goes on without one.

    Args:
        target: the account.
        prefix: that of the scope.
        command: what to name to others meanwhile.
        timeout: seconds to wait for another run.
        warn: told once where no lock can be held.

    Raises:
        LockHeld: another run holds it.
    """
    path = cache_folder(os.environ) / "locks" / lock_name(target, prefix)
    owner = Owner(os.getpid(), _user(), os.uname().nodename, command, now())
    with ExitStack() as stack:
        try:
            stack.enter_context(held(path, owner, Patience(timeout, time.sleep)))
        except OSError as error:
            warn(f"no lock can be held at {path} ({error.strerror or error}); going on without one")
        yield


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return str(os.getuid())

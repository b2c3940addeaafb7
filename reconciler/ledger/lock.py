"""One run at a time for a target and a scope, on one machine.

The system's own lock on an open file: it ends with the process that holds it, however that ends, so a dead
owner is taken over at once and nothing ever has to be unlocked by hand. Across machines no lock of ours
could help: a write that hangs in a gateway lands whenever it likes. There the CI system's own group does
(`concurrency`, `resource_group`, a Deployment with one replica), and the writer is safe without it, because
it acts by id only and resolves copies by one rule.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from reconciler.model.errors import LockHeld

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import TextIO

    from reconciler.model.plan import Target

WAIT_SECONDS = 0.2
"""How often a held lock is tried again while waiting for it."""


class Owner(Struct, frozen=True):
    """Who holds a lock, for the message of who does not get it."""

    pid: int
    user: str
    host: str
    command: str
    since: str

    def __str__(self) -> str:
        return f"`{self.command}` of {self.user}@{self.host}, process {self.pid}, since {self.since}"


class Patience(Struct, frozen=True):
    """How long to wait for a lock; `sleep` waits that many seconds."""

    seconds: float
    sleep: Callable[[float], None]


def lock_name(target: Target, prefix: str | None) -> str:
    """Names the lock of a target and a prefix; all sets without a prefix share one.

    Two of those may declare a name in common and each create it. Locks of names would tell which do, but
    thousands of names cannot each have an open file, so sets that share nothing wait for one another too.
    """
    key = json.dumps([target.url, target.organization, target.project, [prefix] if prefix else []])
    return f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.lock"


@contextmanager
def held(path: Path, owner: Owner, patience: Patience) -> Iterator[None]:
    """Holds a lock.

    Args:
        path: its file, made with its folder.
        owner: who to name to others meanwhile.
        patience: how long to wait for another owner.

    Raises:
        LockHeld: somebody else holds it.
        OSError: there is no place for locks.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        _acquire(file, patience)
        _sign(file, json.dumps({name: getattr(owner, name) for name in owner.__struct_fields__}))
        try:
            yield
        finally:
            _sign(file, "")


def _sign(file: TextIO, text: str) -> None:
    """Writes who holds a lock, nothing for nobody any more.

    The lock is held whether or not that can be written: a full disk takes the name, never the exclusion.
    Past the buffer, where text would be left that fails once more when the file is closed.
    """
    with suppress(OSError):
        os.ftruncate(file.fileno(), 0)
        os.write(file.fileno(), text.encode())


def _acquire(file: TextIO, patience: Patience) -> None:
    tries = int(patience.seconds / WAIT_SECONDS)
    while not _locked(file):
        if tries <= 0:
            raise LockHeld(
                f"another run on this scope is under way: {_owner(file)}",
                hint="wait for it, or use --lock-timeout to wait longer",
            )
        tries -= 1
        patience.sleep(WAIT_SECONDS)


def _locked(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _owner(file: TextIO) -> str:
    file.seek(0)
    try:
        values: dict[str, Any] = json.loads(file.read(4096))
        return str(Owner(**values))
    except (ValueError, TypeError):  # it is just being written
        return "its owner has not said who it is"

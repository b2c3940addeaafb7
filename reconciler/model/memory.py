"""What earlier runs remember of an account. It makes a run faster or more careful, never different in truth.

All times are the server's (`Date`, whole unix seconds), None where it sends none: with a local clock 30
seconds ahead, looking for "newer" rows doubled 109 of 300 creates in a simulation.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct, field

LEAST_LAG = 10.0
"""Seconds that a list may take to show a write, until more is learned; users saw about five."""

MOST_LAG = 150.0
"""Seconds beyond which nothing is waited for, however late rows were seen to appear."""

LONGEST_LAG_SEEN = MOST_LAG / 2
"""Seconds beyond which a row that is not listed is no matter of lag: a gateway may never list it."""

IN_FLIGHT_SECONDS = 900
"""How long after it was sent a write may still be on its way: as long as we wait for an answer, and more."""

BURIED_SECONDS = 900
"""How long a deleted container that is still listed is known to be gone; users saw minutes."""


class Intent(Struct, frozen=True, gc=False):
    """A create that was about to be sent. It stays for as long as nobody knows what became of it.

    `known` are ids of containers of that live name that were there before; none of them can be what it made.
    """

    name: str
    date: int | None
    known: tuple[str, ...] = ()


class Sending(Struct, frozen=True, gc=False):
    """An upload that was about to be sent, likewise: a list of files may lag, too."""

    container_id: str
    path: str
    date: int | None


class Birth(Struct, frozen=True, gc=False):
    """A container that we made and that no list has shown yet; `name` is its live name."""

    id: str
    name: str
    date: int | None


class Touch(Struct, frozen=True, gc=False):
    """Our operations on a container, and the last activity that was somebody else's.

    `ours` is the time of our last operation and `also` those of the ones just before it, `before` what
    `last_active_at` was when they began. Not every operation counts as activity on every server.
    """

    ours: int
    theirs: int | None
    before: int | None = None
    also: tuple[int, ...] = ()

    def explains(self, active: int) -> bool:
        """Tells whether a `last_active_at` is none but ours, to within its whole seconds."""
        return active == self.before or any(abs(active - each) <= 1 for each in (self.ours, *self.also))


class ContentDigest(Struct, frozen=True, gc=False):
    """What is in a file of a container, by what was sent or read: SHA-256 in hex.

    `bytes` is its size as the server showed it. `sent` is the server's time just before we uploaded it, None
    for what was downloaded; `used` when this was last of use, both in unix seconds.
    """

    container_id: str
    file_id: str
    bytes: int | None
    sha256: str
    sent: int | None = None
    used: int = 0


class FileState(Struct, frozen=True, gc=False):
    """What tells that a local file was not written meanwhile; times in nanoseconds."""

    bytes: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    device: int

    @property
    def key(self) -> str:
        """All of it as text, to be compared as a whole."""
        return f"{self.bytes}:{self.mtime_ns}:{self.ctime_ns}:{self.inode}:{self.device}"


class LocalDigest(Struct, frozen=True, gc=False):
    """What was in a local file while its state was `state` (`FileState.key`).

    `key` stands for its path, `used` is a day's number.
    """

    key: str
    state: str
    sha256: str
    used: int


class Memory(Struct, frozen=True):
    """Everything that is remembered of one target.

    `tombstones` are ids of containers that a read confirmed gone, with the time of that; `doomed` ids whose
    deletion was about to be sent, and of which nobody knows whether it was. `lag_seen` is the
    longest time that a list was seen to lack a row that existed, in seconds.
    """

    intents: tuple[Intent, ...] = ()
    births: tuple[Birth, ...] = ()
    sendings: tuple[Sending, ...] = ()
    doomed: frozenset[str] = frozenset()
    tombstones: Mapping[str, int | None] = field(default_factory=lambda: MappingProxyType({}))
    touches: Mapping[str, Touch] = field(default_factory=lambda: MappingProxyType({}))
    lag_seen: float = 0.0

    @property
    def lag(self) -> float:
        """Seconds to wait before a list can be trusted to lack something."""
        return lag_for(self.lag_seen)

    def buried(self, container_id: str, date: int | None) -> bool:
        """Tells whether a listed container is known to be gone; in doubt it is not.

        Args:
            container_id: its id.
            date: the `Date` of the list that shows it.
        """
        when = self.tombstones.get(container_id)
        return when is not None and date is not None and abs(date - when) < BURIED_SECONDS

    def used_at(self, container_id: str, last_active_at: int | None) -> int | None:
        """When somebody other than us last used a container; None where nobody did, or nobody can tell."""
        touch = self.touches.get(container_id)
        if touch is None or last_active_at is None or not touch.explains(last_active_at):
            return last_active_at
        return touch.theirs


def lag_for(seen: float) -> float:
    """The lag to reckon with: never below twice the longest that was seen."""
    return min(MOST_LAG, max(LEAST_LAG, 2 * seen))

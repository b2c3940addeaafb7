"""Has anybody touched this container since its files were listed? The rule that decides, and why it is right.

Any operation on a container moves its `last_active_at` (A below), listing its files perhaps included. The
container list shows A of every container and touches none. So a listing of files is remembered with A, and as
long as A stays the same nobody can have changed a file, if three traps are avoided (seconds in parentheses;
D is the `Date` of the page of the list that showed A, G a guard):

1. A is whole seconds. Change (1.0), list says A = 1 (1.25), files are listed (1.5), change (1.75): A is 1 for
   ever, and the second change is missed for ever. So a listing counts only where A was *settled*: D - A >= G.
   No later change can then have that A. G covers lists that lag or are cached, and the clocks of a gateway.
2. A is never one that was read after the files were: a change between the two would be in A and not in the
   files. An observation holds A and D of a page that came before the listing was sent, or it is not kept.
3. A must be *equal*, never at most the time of our listing: files (1.5), change (1.75) is a change in the
   second of the listing. And no clock of ours takes part: 30 seconds ahead it would call everything settled.

Where the listing itself moves A, that is: A never stays equal, and every run would touch everything. "Never
miss" and "no requests when quiet" exclude each other there. Once that is certain of a server
(`OwnTouch.YES`), A may also be the second of our own listing, if the observation was settled before it and
nothing of ours came after it. What remains is a window of that one second: a change later in it is not seen
until the next one. Where that server's lists of files lag there is another: our listing hides in A whoever
came between the page and it, and may not show yet what they did.

Our own operation hides in A whoever came before it, and a listing does not show other contents of a file that
keeps its name. So what is known of such contents counts only as of the second of our last operation there.

What else is not trusted: a status that is not live; A that is missing, in the future, or before the
container was made; an observation older than the container's idle time, since such a container should be
dead; one after which we downloaded from the container or read it (one more listing settles it); and a
server that was seen not to move A at all (`Conduct.distrusted`).

Without `Date` there is no D: a listing counts where the same A was already seen in a list that we received
at least G before, by this machine's clock; nothing else about it changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from reconciler.model.live import LIVE_STATUSES, LiveContainer, LiveFile, Origin

PROOF = 3
"""Containers that must all show the second of our own listing: one may have been used just then."""

SKEW = 2
"""Seconds by which the time of an answer and A may differ for one and the same operation."""


class Refresh(StrEnum):
    """Whether what is remembered of files is believed: `full` asks for everything again."""

    AUTO = "auto"
    FULL = "full"


class OwnTouch(StrEnum):
    """Whether listing files moves A on a server; unknown counts as no."""

    UNKNOWN = "unknown"
    NO = "no"
    YES = "yes"


class Conduct(Struct, frozen=True, gc=False):
    """What was learned about a server. `distrusted`: it was seen not to move A."""

    own_touch: OwnTouch = OwnTouch.UNKNOWN
    distrusted: bool = False


class Now(Struct, frozen=True, gc=False):
    """The moment of a list: `guard` in seconds, `local` this machine's time, for servers without `Date`."""

    guard: float
    local: float | None = None


class Observation(Struct, frozen=True, gc=False):
    """A complete listing of a container's files, and what the container list said before it was sent.

    `active` is A and `date` D. `seen` is when A was first seen, by this machine's clock, where there is no D.
    `ours` is the second of our last operation there, None where nobody knows it; `again` says that it was not
    the listing, so that the files must be listed once more. All in unix seconds.
    """

    id: str
    active: int
    date: int | None
    seen: int | None
    ours: int | None
    settled: bool
    again: bool = False
    files: tuple[LiveFile, ...] = ()


def observed(
    row: LiveContainer, files: tuple[LiveFile, ...], ours: int | None, held: Observation | None, now: Now
) -> Observation | None:
    """What is to be remembered of a complete listing; None where A says nothing.

    Args:
        row: the container as a list showed it before the files were asked for.
        files: all of its files.
        ours: the `Date` of the last answer to that listing.
        held: what was remembered before.
        now: the moment of that list.
    """
    active, date = row.last_active_at, row.seen.date
    if active is None or not _sound(row, active):
        return None
    if date is not None:
        if any(active + now.guard < file.created_at and date < file.created_at + now.guard for file in files):
            return None  # made just now, and A is from before: whether it moves shows the next time
        return Observation(row.id, active, date, None, ours, date - active >= now.guard, files=files)
    if now.local is None:
        return None
    same = held is not None and held.active == active and held.date is None and held.seen is not None
    seen = held.seen if same and held is not None and held.seen is not None else int(now.local)
    return Observation(row.id, active, None, seen, ours, same and now.local - seen >= now.guard, files=files)


def untouched(row: LiveContainer, held: Observation | None, conduct: Conduct, now: Now, idle: float) -> bool:
    """Tells whether the files of a container are those that are remembered, so that nobody need list them.

    Args:
        row: the container as a list shows it.
        held: what is remembered of it.
        conduct: what is known of the server.
        now: the moment of the list.
        idle: seconds after which an idle container dies.
    """
    if held is None or held.again:
        return False
    return _unmoved(row, held, conduct, now, idle)


def contents_hold(row: LiveContainer, held: Observation | None, conduct: Conduct, now: Now) -> bool:
    """Tells whether what we downloaded after a listing is still what is there, where names stay in place.

    Nobody did anything in the container but that download, to within its second.
    """
    if held is None or not held.again or conduct.distrusted or held.date is None or not held.settled:
        return False
    active, date = row.last_active_at, row.seen.date
    fresh = held.ours is not None and date is not None and date - held.ours >= now.guard
    return row.id == held.id and fresh and active in (held.active, held.ours)


def _unmoved(row: LiveContainer, held: Observation, conduct: Conduct, now: Now, idle: float) -> bool:
    active = row.last_active_at
    if conduct.distrusted or not held.settled or row.status not in LIVE_STATUSES:
        return False
    if active is None or row.id != held.id or not _sound(row, active):
        return False
    own = conduct.own_touch is OwnTouch.YES and held.date is not None and active == held.ours
    return (active == held.active or own) and _alive(row, held, active, now, idle)


def _alive(row: LiveContainer, held: Observation, active: int, now: Now, idle: float) -> bool:
    """By the server's own rule; the age is that of A, which is never later than our listing."""
    if held.date is not None:
        return row.seen.date is not None and row.seen.date - active <= idle
    return now.local is not None and held.seen is not None and 0 <= now.local - held.seen <= idle


def _sound(row: LiveContainer, active: int) -> bool:
    """A is a second of the container's life, as a list tells it: reading by id may have moved it."""
    future = row.seen.date is not None and active > row.seen.date + SKEW
    return row.seen.origin is Origin.LIST and 0 < active < 1 << 40 and active >= row.created_at and not future


def learned(conduct: Conduct, pairs: Iterable[tuple[LiveContainer, Observation]], now: Now) -> Conduct:
    """What containers show after our own listings about whether those moved A.

    One that shows the A from before it, although the list had time to show another, proves that they do not.
    Only several that all show the very second of it prove that they do; one that was used since proves
    nothing. A proof against is never taken back, since to believe in the other wrongly is to miss changes.
    """
    agreeing = 0
    for row, held in pairs:
        date = row.seen.date
        if held.again or not held.settled or held.ours is None or date is None or held.ours <= held.active:
            continue
        if row.last_active_at == held.active and date - held.ours >= now.guard:
            return replace(conduct, own_touch=OwnTouch.NO)
        agreeing += row.last_active_at == held.ours
    if agreeing >= PROOF and conduct.own_touch is OwnTouch.UNKNOWN:
        return replace(conduct, own_touch=OwnTouch.YES)
    return conduct


def moves(row: LiveContainer, files: Iterable[LiveFile], sent: Iterable[int], now: Now) -> bool:
    """Tells whether a server can be trusted to move A, by files that are younger and uploads of ours.

    Args:
        row: the container as a list showed it before its files were asked for.
        files: its files.
        sent: when we sent uploads to it, by the server's time just before each.
        now: the moment of that list.
    """
    active, date = row.last_active_at, row.seen.date
    if active is None or date is None:
        return True
    younger = any(active + now.guard < each.created_at <= date - now.guard for each in files)
    return not younger and not any(active + SKEW < each <= date - now.guard for each in sent)

"""The list, corrected by what earlier runs remember: for some seconds it lags behind what is true.

- A row that a read confirmed gone is left out, while the list may still show it (`Memory.buried`).
- A container that we made and that the list does not show is asked for by id. One that answers 404 may be
  too young even for that, as long as the lag has not passed since it was made.
- A container that was about to be deleted is asked for by id while the list shows it.
- A create that was about to be sent when its run ended may have happened, and at any time until now. Unless a
  row of that name that was not there before shows what became of it, the list is believed only once its lag
  has passed, waited for once for all of them, and the newest rows are listed again. To plan at once would
  create the container a second time. Uploads likewise: the files are listed only then.

All of it is about what lies within the scope, and costs nothing where no run was cut off and no list lags.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from reconciler.api.errors import BadRequest, NotFound, PermissionDenied, ProtocolError
from reconciler.api.newest import newest
from reconciler.api.parallel import each
from reconciler.model.memory import IN_FLIGHT_SECONDS, LONGEST_LAG_SEEN
from reconciler.model.names import parse_live_name
from reconciler.model.steps import PAGE, SKEW_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from reconciler.api.pager import Listing
    from reconciler.api.reader import Reader
    from reconciler.ledger.ledger import Ledger
    from reconciler.model.live import LiveContainer
    from reconciler.model.memory import Birth, Intent, Memory, Sending
    from reconciler.observe.touches import Touches

_AT_ONCE = 8
"""Births asked for side by side; there are few, unless a run was cut off."""


async def corrected(
    reader: Reader,
    listing: Listing[LiveContainer],
    ledger: Ledger,
    concerns: Callable[[str], bool],
    *,
    memory: Memory,
    touches: Touches,
    settles: bool,
    whole: bool = True,
) -> tuple[LiveContainer, ...]:
    """The rows of a list as they should be.

    Args:
        reader: the account.
        listing: the list just received.
        ledger: what turns out is noted in it.
        concerns: tells of a declared name whether it is this pass's business.
        memory: what the ledger holds, with the lag that lists of this target are known to have.
        touches: told of every container that is read.
        settles: what turns out may be forgotten: no other run on this scope is under way.
        whole: the list is that of the whole account; otherwise what it lacks may be of another scope.

    Raises:
        ApiError: something that is needed could not be read.
    """
    births = tuple(birth for birth in memory.births if concerns(parse_live_name(birth.name).declared))
    intents = tuple(intent for intent in memory.intents if concerns(parse_live_name(intent.name).declared))
    correction = _Correction(reader, memory, listing, touches)
    unseen = [birth for birth in births if birth.id not in correction.rows]
    gone = await correction.ask(unseen)
    ledger.lag_seen(correction.lag_of(birth for birth in unseen if birth.id in correction.rows))
    listed = correction.rows.values()
    doomed = [row.id for row in listed if row.id in memory.doomed and concerns(row.declared_name)]
    died = await correction.bury(doomed)
    sendings = tuple(sending for sending in memory.sendings if sending.container_id in correction.rows)
    gone = await correction.look_again(gone, tuple(filter(correction.open, intents)), sendings)
    for container_id in died:
        ledger.buried(container_id, listing.date)
    if settles:
        ledger.settled(intent.name for intent in intents)
        ledger.sent((sending.container_id, sending.path) for sending in sendings)
        absent = memory.doomed - correction.listed if whole else frozenset()
        ledger.spared({*doomed, *absent})
        done = (birth for birth in births if birth in gone or correction.old_news(birth))
        ledger.forget_births(birth.id for birth in done)
    return tuple(_with_use(row, memory) for row in correction.rows.values())


class _Correction(Struct, dict=True):
    """The rows by id, on their way to the truth."""

    reader: Reader
    memory: Memory
    listing: Listing[LiveContainer]
    touches: Touches

    def __post_init__(self) -> None:
        self.listed = frozenset(row.id for row in self.listing.rows)
        self.rows: dict[str, LiveContainer] = {}
        self._add(self.listing.rows)

    def open(self, intent: Intent) -> bool:
        """Tells whether no row shows what became of an intent: any that was not there before does."""
        return not any(row.name == intent.name and row.id not in intent.known for row in self.rows.values())

    def old_news(self, birth: Birth) -> bool:
        """Tells whether every list shows a birth by now."""
        return birth.id in self.listed and self._left(birth.date) <= 0

    def lag_of(self, births: Iterable[Birth]) -> float:
        """How far behind the list is, shown by containers that exist and that it lacks."""
        date = self.listing.date
        late = [date - birth.date for birth in births if date is not None and birth.date is not None]
        return float(max((age for age in late if age <= LONGEST_LAG_SEEN), default=0))

    async def ask(self, births: Iterable[Birth]) -> tuple[Birth, ...]:
        """Reads containers that the list does not show, and returns those that there are not.

        One that may not be read, or that no request can name, is as good as gone: it may be of another key
        behind the same address, and must not stand in the way of everything else.
        """
        gone: list[Birth] = []

        async def one(birth: Birth) -> None:
            try:
                self._add((await self.reader.container(birth.id),))
                self.touches.did_read(birth.id, self.reader.date)
            except (NotFound, BadRequest, PermissionDenied, ProtocolError):
                gone.append(birth)

        await each(births, one, parallelism=_AT_ONCE)
        return tuple(gone)

    async def bury(self, doomed: Iterable[str]) -> tuple[str, ...]:
        """Reads containers that were about to be deleted; leaves out those that were, and returns them."""
        died: list[str] = []

        async def one(container_id: str) -> None:
            if await self.reader.gone(container_id):
                del self.rows[container_id]
                died.append(container_id)
            else:
                self.touches.did_read(container_id, self.reader.date)

        await each(doomed, one, parallelism=_AT_ONCE)
        return tuple(died)

    async def look_again(
        self, gone: tuple[Birth, ...], intents: tuple[Intent, ...], sendings: tuple[Sending, ...]
    ) -> tuple[Birth, ...]:
        """Waits for whatever is left of the lag and looks once more; returns the births that are gone."""
        waits = [self._left(birth.date) for birth in gone]
        waits += [self._whole(intent.date) for intent in intents]
        waits += [self._whole(sending.date) for sending in sendings]
        left = max(waits, default=0.0)
        if left <= 0:
            return gone
        lost = {birth.name for birth in gone} | {intent.name for intent in intents}
        names = sorted({parse_live_name(name).declared for name in lost})
        what = names or sorted(sending.path for sending in sendings)
        more = f" and {len(what) - 1} more" if what[1:] else ""
        verb = "create" if names else "upload"
        who = "a run that was cut off, or is under way,"
        await self.reader.wait(left, f"{who} was about to {verb} {what[0]}{more}; lists show it by then")
        if names:
            dates = [birth.date for birth in gone]
            await self._list_again(dates + [intent.date for intent in intents])
        return await self.ask(birth for birth in gone if birth.id not in self.rows)

    async def _list_again(self, dates: list[int | None]) -> None:
        since = min((date for date in dates if date is not None), default=0)
        floor = 0 if None in dates else since - SKEW_SECONDS
        self._add(await newest(self.reader, floor, self.listed, len(dates), limit=PAGE - 1))

    def _whole(self, date: int | None) -> float:
        """Seconds until a list shows a write that may have landed at any time until now.

        It was sent at `date`, by a run that may have ended just now: all of the lag, unless that is so long
        ago that nothing is on its way any more.
        """
        if (
            date is not None
            and self.listing.date is not None
            and self.listing.date - date > IN_FLIGHT_SECONDS
        ):
            return 0.0
        return self.memory.lag

    def _left(self, date: int | None) -> float:
        """Seconds until a list can be trusted to show what happened at `date`, all of them if in doubt."""
        lag = self.memory.lag
        if date is None or self.listing.date is None:
            return lag
        return min(lag, lag - (self.listing.date - date))

    def _add(self, rows: Iterable[LiveContainer]) -> None:
        for row in rows:
            if not self.memory.buried(row.id, self.listing.date):
                self.rows.setdefault(row.id, row)


def _with_use(row: LiveContainer, memory: Memory) -> LiveContainer:
    """Leaves our own touches out of when a container was last used."""
    used = memory.used_at(row.id, row.last_active_at)
    return row if used == row.used_at else replace(row, used_at=used)

"""The list, corrected by what earlier runs remember: for some seconds it lags behind what is true.

- A row that a read confirmed gone is left out, while the list may still show it (`Memory.buried`).
- A container that we made and that the list does not show is asked for by id. One that answers 404 may be
  too young even for that, as long as the lag has not passed since it was made.
- A create that was about to be sent when its run ended may have happened. Unless a row of that name, made
  since then and not there before, shows what became of it, the list is believed only once the lag has passed
  since the intent: whatever is left of it is waited for, once for all of them, and the newest rows are listed
  again. To plan at once would create the container a second time.

All of it is about what lies within the scope, and costs nothing where no run was cut off and no list lags.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reconciler.api.errors import ContainerExpired, NotFound
from reconciler.api.newest import newest
from reconciler.api.parallel import each
from reconciler.model.memory import LONGEST_LAG_SEEN
from reconciler.model.names import parse_live_name
from reconciler.model.steps import SKEW_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from reconciler.api.pager import Listing
    from reconciler.api.reader import Reader
    from reconciler.ledger.ledger import Ledger
    from reconciler.model.live import LiveContainer
    from reconciler.model.memory import Birth, Intent, Memory

_AT_ONCE = 8
"""Births asked for side by side; there are few, unless a run was cut off."""


async def corrected(
    reader: Reader, listing: Listing[LiveContainer], ledger: Ledger, concerns: Callable[[str], bool]
) -> tuple[LiveContainer, ...]:
    """The rows of a list as they should be; what is settled by that is forgotten.

    Args:
        reader: the account.
        listing: the list just received.
        ledger: what is remembered.
        concerns: tells of a declared name whether it is this pass's business.

    Raises:
        ApiError: something that is needed could not be read.
    """
    memory = ledger.recall()
    births = tuple(birth for birth in memory.births if concerns(parse_live_name(birth.name).declared))
    intents = tuple(intent for intent in memory.intents if concerns(parse_live_name(intent.name).declared))
    correction = _Correction(reader, memory, listing)
    unseen = [birth for birth in births if birth.id not in correction.rows]
    gone = await correction.ask(unseen)
    ledger.lag_seen(correction.lag_of(birth for birth in unseen if birth not in gone))
    gone = await correction.look_again(gone, tuple(filter(correction.open, intents)))
    ledger.settled(intent.name for intent in intents)
    ledger.forget_births(birth.id for birth in births if birth in gone or correction.old_news(birth))
    return tuple(_with_use(row, memory) for row in correction.rows.values())


@dataclass
class _Correction:
    """The rows by id, on their way to the truth."""

    reader: Reader
    memory: Memory
    listing: Listing[LiveContainer]

    def __post_init__(self) -> None:
        self.listed = frozenset(row.id for row in self.listing.rows)
        self.rows: dict[str, LiveContainer] = {}
        self._add(self.listing.rows)

    def open(self, intent: Intent) -> bool:
        """Tells whether no row shows what became of an intent."""
        since = intent.date
        return since is None or not any(
            row.name == intent.name and row.id not in intent.known and row.created_at >= since - SKEW_SECONDS
            for row in self.rows.values()
        )

    def old_news(self, birth: Birth) -> bool:
        """Tells whether every list shows a birth by now."""
        return birth.id in self.listed and self._left(birth.date) <= 0

    def lag_of(self, births: Iterable[Birth]) -> float:
        """How far behind the list is, shown by containers that exist and that it lacks."""
        date = self.listing.date
        late = [date - birth.date for birth in births if date is not None and birth.date is not None]
        return float(max((age for age in late if age <= LONGEST_LAG_SEEN), default=0))

    async def ask(self, births: Iterable[Birth]) -> tuple[Birth, ...]:
        """Reads containers that the list does not show, and returns those that there are not."""
        gone: list[Birth] = []

        async def one(birth: Birth) -> None:
            try:
                self._add((await self.reader.container(birth.id),))
            except (NotFound, ContainerExpired):
                gone.append(birth)

        await each(births, one, parallelism=_AT_ONCE)
        return tuple(gone)

    async def look_again(self, gone: tuple[Birth, ...], intents: tuple[Intent, ...]) -> tuple[Birth, ...]:
        """Waits for whatever is left of the lag and looks once more; returns the births that are gone."""
        dates = [birth.date for birth in gone] + [intent.date for intent in intents]
        left = max(map(self._left, dates), default=0.0)
        if left <= 0:
            return gone
        names = sorted({birth.name for birth in gone} | {intent.name for intent in intents})
        more = f" and {len(names) - 1} more" if names[1:] else ""
        await self.reader.wait(left, f"whether a run that was cut off created {names[0]}{more} shows by then")
        since = min((date for date in dates if date is not None), default=0)
        floor = 0 if None in dates else since - SKEW_SECONDS
        self._add(await newest(self.reader, floor, self.listed, len(dates)))
        return await self.ask(birth for birth in gone if birth.id not in self.rows)

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

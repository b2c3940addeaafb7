"""Observes an account with as few requests as the plan at hand allows.

The container list comes once, before everything else but for files that are needed whatever it goes on to
show (`ahead`). The files of a container are listed only where the plan needs them and somebody may have
touched it since they were listed last, because listing counts as activity and keeps a container alive and
billed; contents are downloaded only where nobody knows them and sizes cannot tell. An incomplete observation
is never returned. Whatever touches a container is noted in the ledger, so that our own reading is not taken
for somebody's use.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from reconciler.api.parallel import side_by_side
from reconciler.api.reader import ignored
from reconciler.model.listed import Sought
from reconciler.model.live import LiveState
from reconciler.model.memory import LEAST_LAG, lag_for
from reconciler.observe.ahead import Ahead
from reconciler.observe.contents import with_contents
from reconciler.observe.listing import list_containers
from reconciler.observe.listings import Listings, Trust
from reconciler.observe.recall import corrected
from reconciler.observe.touches import Touches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.api.pager import Listing
    from reconciler.api.reader import Reader
    from reconciler.ledger.ledger import Ledger
    from reconciler.model.live import LiveContainer, LiveFile


EVERYTHING = Sought()
BELIEVING = Trust()


class Needs(Protocol):
    """Says what must be read beyond the container list; `planning` answers."""

    def concerns(self, declared: str) -> bool:
        """Tells whether containers of a declared name are this pass's business."""
        ...

    def lists(self, row: LiveContainer) -> bool:
        """Tells whether the files of a container must be listed, whatever other rows there are."""
        ...

    def contents(self, live: LiveState) -> Iterator[tuple[LiveContainer, LiveFile]]:
        """Yields the files whose contents must be compared, with their containers."""
        ...


async def observe(
    reader: Reader,
    needs: Needs,
    ledger: Ledger,
    *,
    parallelism: int,
    settles: bool = False,
    list_lag: float = LEAST_LAG,
    sought: Sought = EVERYTHING,
    trust: Trust = BELIEVING,
) -> LiveState:
    """Reads the account.

    Args:
        reader: the account.
        needs: what must be read beyond the list.
        ledger: what is remembered; our touches are noted in it.
        parallelism: requests at once.
        settles: no other run on this scope is under way, so what turns out may be forgotten.
        list_lag: seconds that lists of this target are known to lag.
        sought: the names that this is about; others may be left out.
        trust: how far what is remembered of files is believed.

    Raises:
        ApiError: something that is needed could not be read.
    """
    touches = Touches()
    listings = Listings(ledger, touches, lag_for(max(ledger.lag, list_lag / 2)), trust)
    try:
        (listing, whole), ahead = await _list(reader, needs, sought, listings, parallelism)
        memory = ledger.recall()
        memory = replace(memory, lag_seen=max(memory.lag_seen, list_lag / 2))
        rows = await corrected(
            reader,
            listing,
            ledger,
            needs.concerns,
            memory=memory,
            touches=touches,
            settles=settles,
            whole=whole,
        )
        live = LiveState(rows, listing.date, whole=whole)
        wanted = (row for row in rows if needs.lists(row))
        live = await listings.read(reader, live, wanted, ahead, parallelism)
        live = await with_contents(reader, live, tuple(needs.contents(live)), listings, parallelism)
    finally:
        ledger.touched(touches.noted)
        listings.note()
    return replace(live, touched=listings.touched)


async def _list(
    reader: Reader, needs: Needs, sought: Sought, listings: Listings, parallelism: int
) -> tuple[tuple[Listing[LiveContainer], bool], Mapping[str, LiveContainer]]:
    """The container list (see `list_containers`), and containers whose files were listed along with it."""
    ledger = listings.ledger
    async with side_by_side() as group:
        ahead = Ahead(group, needs.lists, partial(listings.list_files, reader), parallelism)
        heard = ignored if ledger.knows_target else ahead.saw
        listed = await list_containers(
            reader, ledger, sought, needs.concerns, parallelism=parallelism, heard=heard
        )
    return listed, ahead.found

"""Observes an account with as few requests as the plan at hand allows.

The container list comes first and once. The files of a container are listed only where the plan needs
them, because listing counts as activity and keeps a container alive and billed; contents are downloaded
only where sizes cannot tell. An incomplete observation is never returned. Whatever touches a container is
noted in the ledger, so that our own reading is not taken for somebody's use.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from reconciler.api.errors import ContainerExpired, NotFound
from reconciler.api.parallel import each
from reconciler.model.listed import Sought
from reconciler.model.live import LiveState
from reconciler.model.memory import LEAST_LAG
from reconciler.observe.contents import with_contents
from reconciler.observe.listing import list_containers
from reconciler.observe.recall import corrected
from reconciler.observe.touches import Touches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.api.reader import Reader
    from reconciler.ledger.ledger import Ledger
    from reconciler.model.live import LiveContainer, LiveFile


EVERYTHING = Sought()


class Needs(Protocol):
    """Says what must be read beyond the container list; `planning` answers."""

    def concerns(self, declared: str) -> bool:
        """Tells whether containers of a declared name are this pass's business."""
        ...

    def listings(self, live: LiveState) -> Iterator[LiveContainer]:
        """Yields the containers whose files must be listed."""
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

    Raises:
        ApiError: something that is needed could not be read.
    """
    listing, whole = await list_containers(reader, ledger, sought, needs.concerns, parallelism=parallelism)
    rows = await corrected(
        reader, listing, ledger, needs.concerns, settles=settles, list_lag=list_lag, whole=whole
    )
    live = LiveState(rows, listing.date, whole=whole)
    touches = Touches({row.id: row for row in rows})
    try:
        live = await _with_files(reader, live, tuple(needs.listings(live)), touches, parallelism)
        wanted = tuple(needs.contents(live))
        return await with_contents(reader, live, wanted, ledger.digests, touches, parallelism=parallelism)
    finally:
        ledger.touched(touches.noted)


async def _with_files(
    reader: Reader, live: LiveState, wanted: tuple[LiveContainer, ...], touches: Touches, parallelism: int
) -> LiveState:
    read: dict[str, LiveContainer] = {}

    async def one(row: LiveContainer) -> None:
        read[row.id] = await _read_files(reader, row, touches)

    await each(wanted, one, parallelism=parallelism)
    return replace(live, containers=tuple(read.get(row.id, row) for row in live.containers))


async def _read_files(reader: Reader, row: LiveContainer, touches: Touches) -> LiveContainer:
    """Lists the files of one container; one that died since it was listed comes back dead.

    A 404 alone proves nothing, a gateway may not serve that endpoint at all: the container is asked.
    """
    try:
        listing = await reader.files(row.id)
    except (NotFound, ContainerExpired):
        if await reader.gone(row.id):
            return replace(row, status="expired")
        raise
    touches.did(row.id, listing.date)
    return replace(row, files=listing.rows)

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
from reconciler.model.live import LiveState, NotRead
from reconciler.model.memory import LEAST_LAG, Touch
from reconciler.observe.listing import list_containers
from reconciler.observe.recall import corrected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

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
    listing, whole = await list_containers(reader, ledger, sought, parallelism=parallelism)
    rows = await corrected(
        reader, listing, ledger, needs.concerns, settles=settles, list_lag=list_lag, whole=whole
    )
    live = LiveState(rows, listing.date, whole=whole)
    touches = Touches({row.id: row for row in rows})
    try:
        live = await _with_files(reader, live, tuple(needs.listings(live)), touches, parallelism)
        return await _with_digests(reader, live, tuple(needs.contents(live)), touches, parallelism)
    finally:
        ledger.touched(touches.noted)


class Touches:
    """Our operations on containers by the server's time, each by the answer to that very operation."""

    def __init__(self, rows: Mapping[str, LiveContainer]) -> None:
        self._rows = rows
        self.noted: dict[str, Touch] = {}

    def did(self, container_id: str, date: int | None) -> None:
        """Notes an operation that was answered at `date`."""
        if date is None:
            return
        row, earlier = self._rows[container_id], self.noted.get(container_id)
        also = (*earlier.also, earlier.ours) if earlier else ()
        self.noted[container_id] = Touch(date, row.used_at, row.last_active_at, also)


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


async def _with_digests(
    reader: Reader,
    live: LiveState,
    wanted: tuple[tuple[LiveContainer, LiveFile], ...],
    touches: Touches,
    parallelism: int,
) -> LiveState:
    digests: dict[tuple[str, str], str | None] = {}  # nobody says that ids of files are unique beyond theirs

    async def one(pair: tuple[LiveContainer, LiveFile]) -> None:
        container, file = pair

        def answered(date: int | None) -> None:
            touches.did(container.id, date)

        digests[container.id, file.id] = await _read_digest(reader, container.id, file, answered)

    await each(wanted, one, parallelism=parallelism)
    changed = {container.id for container, _ in wanted}
    return replace(
        live,
        containers=tuple(_known(row, digests) if row.id in changed else row for row in live.containers),
    )


async def _read_digest(
    reader: Reader, container_id: str, file: LiveFile, answered: Callable[[int | None], None]
) -> str | None:
    """Digest of a file's contents; None where there are none to be had, so that it counts as changed."""
    try:
        return await reader.content_digest(container_id, file.id, limit=file.spec.bytes, answered=answered)
    except (NotFound, ContainerExpired):
        return None


def _known(row: LiveContainer, digests: dict[tuple[str, str], str | None]) -> LiveContainer:
    if isinstance(row.files, NotRead):
        return row
    files = tuple(
        replace(file, spec=replace(file.spec, sha256=digests.get((row.id, file.id), file.spec.sha256)))
        for file in row.files
    )
    return replace(row, files=files)

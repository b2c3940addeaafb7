"""What is in the files that must be compared: remembered where we sent or read it, downloaded else.

The API shows no digest. A download counts as activity and costs what the file is large, so the contents of an
id are had once and remembered. They do not change under it on servers that put something before the names of
uploads: there two uploads never meet, and each has its own id. Where the name stays as it was (`in_place`),
another upload of that name may keep the id, the size and even the time of the first one (the emulator's
`plain-update` and `plain-shared`): there what is remembered holds only as long as nobody touched the
container.

A session may also write into a file of ours with its own code. Whether the server shows that under the same
id nobody knows; a size that differs from the remembered one is believed, an equal one cannot be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from reconciler.api.errors import ContainerExpired, NotFound
from reconciler.api.parallel import each
from reconciler.model.live import NotRead
from reconciler.model.memory import ContentDigest
from reconciler.model.touching import Refresh

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reconciler.api.reader import Reader
    from reconciler.ledger.digests import Digests
    from reconciler.model.live import LiveContainer, LiveFile, LiveState
    from reconciler.observe.listings import Key, Listings

_STALE = 86_400
"""Seconds after which what is used is noted as used, so that it is not let go as the oldest."""


async def with_contents(
    reader: Reader,
    live: LiveState,
    wanted: tuple[tuple[LiveContainer, LiveFile], ...],
    listings: Listings,
    parallelism: int,
) -> LiveState:
    """The same state with the digests of the files that are wanted.

    Args:
        reader: the account.
        live: containers with their files.
        wanted: the files whose contents must be compared, with their containers.
        listings: what is remembered; what is downloaded here is added to it.
        parallelism: downloads at once, a chunk of memory each.

    Raises:
        ApiError: contents could not be read.
    """
    if not wanted:
        return live
    known = listings.ledger.digests
    digests: dict[Key, str | None] = {}
    if listings.trust.refresh is not Refresh.FULL:
        digests |= _in_place(listings, wanted) | _remembered(known, wanted, live.date or 0)
    missing = [pair for pair in wanted if _key(*pair) not in digests]
    learned: list[ContentDigest] = []

    async def one(pair: tuple[LiveContainer, LiveFile]) -> None:
        container, file = pair
        at: int | None = None

        def answered(date: int | None) -> None:
            nonlocal at
            at = date
            listings.touches.did_download(container, date)

        found = digests[_key(container, file)] = await _read(reader, container.id, file, answered)
        if found is not None and file.in_place:
            listings.downloaded(container.id, file, found, at)
        elif found is not None:
            learned.append(ContentDigest(container.id, file.id, file.spec.bytes, found, used=live.date or 0))

    try:
        await each(missing, one, parallelism=parallelism)
    finally:
        known.learn(learned)
    changed = {container.id for container, _ in wanted}
    return replace(
        live,
        containers=tuple(_filled(row, digests) if row.id in changed else row for row in live.containers),
    )


def _in_place(listings: Listings, wanted: Iterable[tuple[LiveContainer, LiveFile]]) -> dict[Key, str]:
    """Digests of files that keep their names, in containers that nobody touched since they were read."""
    found = {}
    for container, file in wanted:
        known = listings.in_place.get(_key(container, file))
        if known is not None and known.bytes == file.spec.bytes:
            found[_key(container, file)] = known.digest
    return found


def _remembered(
    known: Digests, wanted: Iterable[tuple[LiveContainer, LiveFile]], date: int
) -> dict[Key, str]:
    """Digests of the wanted files whose size is the one that was remembered."""
    files = {_key(*pair): pair[1] for pair in wanted if not pair[1].in_place}
    found = known.of(dict.fromkeys(container for container, _ in files))
    held = {(each.container_id, each.file_id): each for each in found}
    right = {
        key: held[key] for key, file in files.items() if key in held and held[key].bytes == file.spec.bytes
    }
    known.learn(replace(each, used=date) for each in right.values() if each.used + _STALE < date)
    return {key: each.sha256 for key, each in right.items()}


def _key(container: LiveContainer, file: LiveFile) -> Key:
    return (container.id, file.id)


async def _read(
    reader: Reader, container_id: str, file: LiveFile, answered: Callable[[int | None], None]
) -> str | None:
    """Digest of a file's contents; None where there are none to be had, so that it counts as changed."""
    try:
        return await reader.content_digest(container_id, file.id, limit=file.spec.bytes, answered=answered)
    except (NotFound, ContainerExpired):
        return None


def _filled(row: LiveContainer, digests: Mapping[Key, str | None]) -> LiveContainer:
    if isinstance(row.files, NotRead):
        return row
    files = tuple(
        replace(file, spec=replace(file.spec, sha256=digests.get((row.id, file.id), file.spec.sha256)))
        for file in row.files
    )
    return replace(row, files=files)

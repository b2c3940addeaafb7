"""Everything that changes nothing: the four reading endpoints and the download.

A `Reader` cannot write, so a command that is given one is read-only by construction.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, TypeVar

from reconciler.api.connection import Connection, segment
from reconciler.api.errors import ContainerExpired, NotFound, ProtocolError
from reconciler.api.listing import read_list
from reconciler.api.pager import Listing, Page, walk
from reconciler.api.rows import containers_page, files_page
from reconciler.api.wire import read_container, read_file
from reconciler.model.live import Origin
from reconciler.model.steps import PAGE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from reconciler.api.answers import Answer
    from reconciler.model.clock import Clock
    from reconciler.model.listed import Cursor
    from reconciler.model.live import LiveContainer, LiveFile

_Row = TypeVar("_Row")
_Done = TypeVar("_Done")

ASCENDING = "asc"
DESCENDING = "desc"


def ignored(told: object) -> None:
    """Takes what it is told, and does nothing with it."""
    del told


class Reader:
    """Reads one account. Every method raises an `ApiError` where the answer cannot be had."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    @property
    def requests(self) -> int:
        """Requests sent so far, repeats included."""
        return self._connection.requests

    @property
    def per_minute(self) -> int | None:
        """Requests a minute that the account has, as far as is known by now."""
        return self._connection.per_minute

    @property
    def date(self) -> int | None:
        """The `Date` of the server's last answer, in unix seconds; None where it sends none."""
        return self._connection.date

    @property
    def viewer(self) -> str:
        """Who asks, as far as it matters to what is seen; never to be written down as it is."""
        return self._connection.viewer

    async def wait(self, seconds: float, because: str) -> None:
        """Lets time pass, and says why to whoever watches."""
        self._connection.tell(seconds, because)
        await self._clock.sleep(seconds)

    async def containers(
        self,
        *,
        name: str | None = None,
        ends: Sequence[Cursor] = (),
        floor: Cursor | None = None,
        first: Page[LiveContainer] | None = None,
        parallelism: int = 1,
        heard: Callable[[Page[LiveContainer]], None] = ignored,
    ) -> Listing[LiveContainer]:
        """Lists every container of the account, oldest first, 100 a page.

        Args:
            name: the server's own filter, which may be exact, by substring, or ignored.
            ends: where the pages of the last such listing ended; they may be wrong in any way.
            floor: a row that the list may begin behind, instead of with the oldest; may be wrong, too.
            first: the first page, where it is here already.
            parallelism: pages asked for at once.
            heard: is given every page that is fetched here.
        """

        async def fetch(after: str | None, *, descending: bool) -> Page[LiveContainer]:
            order = DESCENDING if descending else ASCENDING
            page = await self.container_page(after=after, name=name, order=order)
            heard(page)
            return page

        return await read_list(
            fetch, self._clock, ends=ends, floor=floor, first=first, parallelism=parallelism
        )

    async def container_page(
        self,
        *,
        after: str | None = None,
        name: str | None = None,
        order: str = DESCENDING,
        limit: int = PAGE,
    ) -> Page[LiveContainer]:
        """Gets one page of the container list."""
        params = _query(after=after, order=order, name=name, limit=limit)
        answer = await self._connection.call("GET", "containers", params=params)
        date = answer.date
        return containers_page(answer.body, date) or _page(
            answer, lambda row: read_container(row, date, Origin.LIST), lambda row: row.id
        )

    async def container(self, container_id: str) -> LiveContainer:
        """Gets one container; this counts as activity and keeps it alive.

        Raises:
            NotFound: it is gone; an expired one may also be answered as a row with that status.
        """
        answer = await self._connection.call("GET", f"containers/{segment(container_id)}")
        return read_container(answer.json_object(), answer.date, Origin.GET)

    async def files(
        self, container_id: str, *, answered: Callable[[int | None], None] = ignored
    ) -> Listing[LiveFile]:
        """Lists the files of a container; this counts as activity.

        Args:
            container_id: its id.
            answered: is given the `Date` of the answer of each page.

        Raises:
            ContainerExpired: it is dead.
            NotFound: it is gone.
        """

        async def fetch(after: str | None) -> Page[LiveFile]:
            params = _query(after=after, order=ASCENDING)
            answer = await self._connection.call(
                "GET", f"containers/{segment(container_id)}/files", params=params
            )
            answered(answer.date)
            return files_page(answer.body, answer.date) or _page(answer, read_file, lambda row: row.id)

        return await walk(fetch, self._clock)

    async def file(self, container_id: str, file_id: str) -> LiveFile:
        """Gets one file's row."""
        answer = await self._connection.call("GET", file_path(container_id, file_id))
        return read_file(answer.json_object())

    async def content_digest(
        self,
        container_id: str,
        file_id: str,
        *,
        limit: int | None,
        answered: Callable[[int | None], None] = ignored,
    ) -> str | None:
        """Downloads a file and returns the SHA-256 of its contents in hex; memory is bounded by a chunk.

        Args:
            container_id: its container.
            file_id: its id.
            limit: bytes that it has; reading stops beyond them, because it cannot be the one that is wanted.
            answered: is given the `Date` of the answer before its contents are read.

        Returns:
            None where it is longer or shorter than `limit`: some gateways answer 200 with an error's text.
        """

        async def consume(chunks: AsyncIterator[bytes]) -> str | None:
            answered(self.date)
            digest = hashlib.sha256()
            size = 0
            async for chunk in chunks:
                size += len(chunk)
                if limit is not None and size > limit:
                    return None
                digest.update(chunk)
            return digest.hexdigest() if limit in (None, size) else None

        return await self.content(container_id, file_id, consume, size=limit)

    async def content(
        self,
        container_id: str,
        file_id: str,
        consume: Callable[[AsyncIterator[bytes]], Awaitable[_Done]],
        *,
        size: int | None = None,
    ) -> _Done:
        """Downloads a file as a stream; memory is bounded by a chunk, however large the file.

        Args:
            container_id: its container.
            file_id: its id.
            consume: reads the chunks and returns what becomes of them; when an attempt fails half-way, it
                is called again with a stream from the beginning.
            size: how many bytes it wants, for which it has time; None where nobody knows.
        """
        path = f"{file_path(container_id, file_id)}/content"
        return await self._connection.read_stream(path, consume, size=size)

    async def gone(self, container_id: str) -> bool:
        """Reads a container that should be gone: 404, expired or deleted is yes."""
        try:
            return (await self.container(container_id)).dead
        except (NotFound, ContainerExpired):
            return True


def file_path(container_id: str, file_id: str) -> str:
    """The path of one file."""
    return f"containers/{segment(container_id)}/files/{segment(file_id)}"


def _query(*, after: str | None, order: str, name: str | None = None, limit: int = PAGE) -> dict[str, str]:
    query = {"limit": str(limit), "order": order}
    if after is not None:
        query["after"] = after
    if name is not None:
        query["name"] = name
    return query


def _page(answer: Answer, read: Callable[[Any], _Row], identify: Callable[[_Row], str]) -> Page[_Row]:
    values = answer.json_object()
    data = values.get("data")
    if not isinstance(data, list):
        raise ProtocolError(f"expected a list in `data`, the server sent {data!r:.80}")
    rows = [read(row) for row in data]
    has_more, last_id = values.get("has_more"), values.get("last_id")
    return Page(
        rows=tuple((identify(row), row) for row in rows),
        has_more=has_more if isinstance(has_more, bool) else None,
        last_id=last_id if isinstance(last_id, str) else None,
        date=answer.date,
    )

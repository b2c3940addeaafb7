"""Faults of rows: some appear or vanish while somebody reads the list, some are not what they seem."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, ClassVar

from reconciler.emulator.faults.pages import changed, rows_of
from reconciler.emulator.faults.rule import Harm
from reconciler.emulator.faults.strangers import appear_container, appear_file
from reconciler.emulator.ids import container_file_id, unwrapped_id

if TYPE_CHECKING:
    from reconciler.emulator.faults.exchange import Exchange
    from reconciler.emulator.http.response import Response

_OK = 200


@dataclass(frozen=True, kw_only=True)
class Appear(Harm):
    """New rows before the request is carried out, which stay.

    With a container in the path they are files of the assistant, otherwise containers of somebody else.
    """

    kind: ClassVar[str] = "appear"
    rows: int = 1
    name: str = ""

    async def before(self, exchange: Exchange) -> Response | None:
        """Make the rows."""
        exchange.request.faults.append(self.kind)
        service = exchange.service
        container = exchange.container()
        with service.database.transaction():
            for _ in range(self.rows):
                if container is not None:
                    appear_file(service, container, self.name)
                elif exchange.request.template == "/containers":
                    appear_container(service, self.name)
        return None

    def describe(self) -> str:
        """With the number of rows."""
        return f"appear {self.rows}"


@dataclass(frozen=True, kw_only=True)
class Vanish(Harm):
    """The last rows of a page are deleted once it is read, so that its cursor names nothing any more.

    Attributes:
        rows: How many.
        name: Which of them may be: a glob over names of containers, paths of files.
    """

    kind: ClassVar[str] = "vanish"
    rows: int = 1
    name: str = "*"

    async def after(self, exchange: Exchange, response: Response) -> Response:
        """Delete the rows that were just shown."""
        exchange.request.faults.append(self.kind)
        shown = [row for row in rows_of(response) if isinstance(row, dict) and self._may_go(row)]
        service = exchange.service
        container = exchange.container()
        with service.database.transaction():
            for row in shown[-self.rows :]:
                if container is not None:
                    file = service.files.find(container, str(row.get("id")))
                    if file is not None:
                        service.files.delete(container, file)
                    continue
                doomed = service.containers.find(unwrapped_id(str(row.get("id"))))
                if doomed is not None:
                    service.containers.delete(doomed)
        return response

    def describe(self) -> str:
        """With the number of rows."""
        return f"vanish {self.rows}"

    def _may_go(self, row: dict[str, Any]) -> bool:
        return fnmatchcase(str(row.get("name", row.get("path")) or ""), self.name)


@dataclass(frozen=True, kw_only=True)
class NullBytes(Harm):
    """Files whose size the answer does not tell."""

    kind: ClassVar[str] = "null-bytes"

    async def after(self, exchange: Exchange, response: Response) -> Response:
        """Take the sizes out of a list or of one file."""
        exchange.request.faults.append(self.kind)
        data = [{**row, "bytes": None} if "bytes" in row else row for row in rows_of(response)]
        if data:
            return changed(response, {"data": data})
        payload = response.payload if isinstance(response.payload, dict) else {}
        return changed(response, {"bytes": None} if "bytes" in payload else {})


@dataclass(frozen=True, kw_only=True)
class BogusRow(Harm):
    """One row more in a list of files: all paths in one, without a size, of an id that cannot be read.

    Users have seen such rows where a model wrote several files at once.
    """

    kind: ClassVar[str] = "bogus-row"

    async def after(self, exchange: Exchange, response: Response) -> Response:
        """Add the row in front, or behind where the oldest come first."""
        exchange.request.faults.append(self.kind)
        rows = rows_of(response)
        container = exchange.container()
        if response.status != _OK or container is None or len(exchange.request.params) > 1:
            return response
        now = exchange.service.second()
        bogus = {
            "id": container_file_id(now),
            "object": "container.file",
            "created_at": now,
            "bytes": None,
            "container_id": exchange.request.params[0],
            "path": ",".join(str(row.get("path")) for row in rows) or "/mnt/data/a.txt,/mnt/data/b.txt",
            "source": "assistant",
        }
        ascending = b"order=asc" in exchange.request.query
        return changed(response, {"data": [*rows, bogus] if ascending else [bogus, *rows]})

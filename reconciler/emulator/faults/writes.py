"""Faults of writes: one that is confirmed and not done, one that is done twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from reconciler.emulator.faults.rule import Harm
from reconciler.emulator.http.response import Response
from reconciler.emulator.wire.objects import deletion_object

if TYPE_CHECKING:
    from reconciler.emulator.faults.exchange import Exchange

_OK = 200


@dataclass(frozen=True, kw_only=True)
class Lie(Harm):
    """A delete that says it was done, and was not; of what is not there it says so honestly."""

    kind: ClassVar[str] = "lie"
    final: ClassVar[bool] = True

    async def before(self, exchange: Exchange) -> Response | None:
        """Confirm without doing."""
        request = exchange.request
        container = exchange.container()
        if request.method != "DELETE" or container is None:
            return None
        if len(request.params) > 1 and exchange.service.files.find(container, request.params[1]) is None:
            return None
        await request.discard_body()
        exchange.acknowledge()
        request.faults.append(self.kind)
        kind = "container" if len(request.params) == 1 else "container.file"
        return Response(payload=deletion_object(request.params[-1], kind))


@dataclass(frozen=True, kw_only=True)
class Double(Harm):
    """A gateway carries a write out twice, though the first time worked; the client sees one answer.

    Attributes:
        answer: Which: the second answer to a delete is that there is nothing to delete.
    """

    kind: ClassVar[str] = "double"
    answer: Literal["first", "second"] = "first"

    async def before(self, exchange: Exchange) -> Response | None:
        """Keep the body for the second time; on disk where it is large."""
        exchange.request.record()
        return None

    async def after(self, exchange: Exchange, response: Response) -> Response:
        """Do it again."""
        exchange.request.faults.append(self.kind)
        if response.status != _OK:
            return response
        second = await exchange.repeat()
        return second if self.answer == "second" else response

    def describe(self) -> str:
        """With the answer that is shown."""
        return f"double, {self.answer} answer"

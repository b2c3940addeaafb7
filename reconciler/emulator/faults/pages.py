"""Faults of lists: pages that never end, come twice, come empty, or lie about themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from reconciler.emulator.faults.rule import Harm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.emulator.faults.exchange import Exchange
    from reconciler.emulator.http.request import Request
    from reconciler.emulator.http.response import Response

_OK = 200
_NOBODY = "cntr_000000000000000000000000000000000000000000000000"
"""An id of the right form that names nothing."""


@dataclass(frozen=True, kw_only=True)
class Endless(Harm):
    """The first page for every cursor, always with ``has_more``: a server that ignores ``after``."""

    kind: ClassVar[str] = "endless"

    async def before(self, exchange: Exchange) -> Response | None:
        """Forget the cursor."""
        exchange.request.faults.append(self.kind)
        exchange.request.query = _with_after(exchange.request.query, None)
        return None

    async def after(self, exchange: Exchange, response: Response) -> Response:  # noqa: ARG002 - the protocol of harms
        """Promise more."""
        return changed(response, {"has_more": True})


@dataclass(kw_only=True)
class Repeat(Harm):
    """The page of the request before, once more, with its ``has_more``: a cache that is late by one."""

    kind: ClassVar[str] = "repeat"
    cursors: tuple[str | None, str | None] = (None, None)

    def observe(self, request: Request) -> None:
        """Remember the cursors of this request and of the one before."""
        self.cursors = (self.cursors[1], dict(_pairs(request.query)).get("after"))

    def meet(self) -> Repeat:
        """The cursors as they are now, whatever other requests come before this one is carried out."""
        return Repeat(cursors=self.cursors)

    async def before(self, exchange: Exchange) -> Response | None:
        """Ask for what was asked before."""
        exchange.request.faults.append(self.kind)
        exchange.request.query = _with_after(exchange.request.query, self.cursors[0])
        return None


@dataclass(frozen=True, kw_only=True)
class Empty(Harm):
    """No rows, ``has_more`` and the ends of the page that was withheld, as one gateway answers."""

    kind: ClassVar[str] = "empty"

    async def after(self, exchange: Exchange, response: Response) -> Response:
        """Withhold the rows."""
        exchange.request.faults.append(self.kind)
        return changed(response, {"data": [], "has_more": True})


@dataclass(frozen=True, kw_only=True)
class WrongEnds(Harm):
    """A ``first_id`` and a ``last_id`` that name no row: only the rows themselves can be trusted."""

    kind: ClassVar[str] = "wrong-ends"

    async def after(self, exchange: Exchange, response: Response) -> Response:
        """Lie about the ends."""
        exchange.request.faults.append(self.kind)
        return changed(response, {"first_id": _NOBODY, "last_id": _NOBODY})


@dataclass(frozen=True, kw_only=True)
class Hide(Harm):
    """A page lacks its first rows, though they exist and the next request shows them again."""

    kind: ClassVar[str] = "hide"
    rows: int = 1

    async def after(self, exchange: Exchange, response: Response) -> Response:
        """Leave rows out."""
        exchange.request.faults.append(self.kind)
        return changed(response, {"data": rows_of(response)[self.rows :]})

    def describe(self) -> str:
        """With the number of rows."""
        return f"hide {self.rows}"


@dataclass(frozen=True, kw_only=True)
class Patch(Harm):
    """Overwrites or leaves out top-level keys of a JSON answer: false ends, a missing ``has_more``."""

    kind: ClassVar[str] = "patch"
    fields: Mapping[str, Any] = field(default_factory=dict)
    omit: Sequence[str] = ()

    async def after(self, exchange: Exchange, response: Response) -> Response:
        """Change what the answer says."""
        exchange.request.faults.append(self.kind)
        return changed(response, self.fields, self.omit)


def changed(response: Response, fields: Mapping[str, Any], omit: Sequence[str] = ()) -> Response:
    """An answer with other top-level keys; one that is no JSON object, or no success, as it is."""
    if response.status == _OK and isinstance(response.payload, dict):
        payload = {**response.payload, **fields}
        response.payload = {key: value for key, value in payload.items() if key not in omit}
    return response


def rows_of(response: Response) -> list[Any]:
    """The rows of a list, none of anything else."""
    data = response.payload.get("data") if isinstance(response.payload, dict) else None
    return data if response.status == _OK and isinstance(data, list) else []


def _pairs(query: bytes) -> list[tuple[str, str]]:
    return parse_qsl(query.decode("latin-1"), keep_blank_values=True, encoding="latin-1")


def _with_after(query: bytes, after: str | None) -> bytes:
    pairs = [pair for pair in _pairs(query) if pair[0] != "after"]
    if after:
        pairs.append(("after", after))
    return urlencode(pairs, encoding="latin-1").encode()

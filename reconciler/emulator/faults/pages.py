"""Faults of lists: pages that never end, come twice, come empty, or lie about themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from reconciler.emulator.faults.rule import Rule
from reconciler.emulator.http.request import Request
from reconciler.emulator.http.response import Response

_OK = 200


@dataclass(kw_only=True, slots=True)
class Endless(Rule):
    """The first page for every cursor, always with ``has_more``: a server that ignores ``after``."""

    kind: ClassVar[str] = "endless"

    async def before(self, request: Request) -> Response | None:
        """Forget the cursor."""
        request.faults.append("endless")
        request.query = _with_after(request.query, None)
        return None

    async def after(self, request: Request, response: Response) -> Response:  # noqa: ARG002 - the protocol of rules
        """Promise more."""
        return _changed(response, {"has_more": True})


@dataclass(kw_only=True, slots=True)
class Repeat(Rule):
    """The page of the request before, once more, with its ``has_more``: a cache that is late by one."""

    kind: ClassVar[str] = "repeat"
    _cursors: list[str | None] = field(default_factory=lambda: [None, None], init=False)

    def observe(self, request: Request) -> None:
        """Remember the cursors of this request and of the one before."""
        self._cursors = [self._cursors[1], dict(_pairs(request.query)).get("after")]

    async def before(self, request: Request) -> Response | None:
        """Ask for what was asked before."""
        request.faults.append("repeat")
        request.query = _with_after(request.query, self._cursors[0])
        return None


@dataclass(kw_only=True, slots=True)
class Empty(Rule):
    """No rows, ``has_more`` and the ends of the page that was withheld, as one gateway answers."""

    kind: ClassVar[str] = "empty"

    async def after(self, request: Request, response: Response) -> Response:
        """Withhold the rows."""
        request.faults.append("empty")
        return _changed(response, {"data": [], "has_more": True})


@dataclass(kw_only=True, slots=True)
class Patch(Rule):
    """Overwrites or leaves out top-level keys of a JSON answer: false ends, a missing ``has_more``."""

    kind: ClassVar[str] = "patch"
    fields: Mapping[str, Any] = field(default_factory=dict)
    omit: Sequence[str] = ()

    async def after(self, request: Request, response: Response) -> Response:
        """Change what the answer says."""
        request.faults.append("patch")
        return _changed(response, self.fields, self.omit)


def _changed(response: Response, fields: Mapping[str, Any], omit: Sequence[str] = ()) -> Response:
    if response.status == _OK and isinstance(response.payload, dict):
        payload = {**response.payload, **fields}
        response.payload = {key: value for key, value in payload.items() if key not in omit}
    return response


def _pairs(query: bytes) -> list[tuple[str, str]]:
    return parse_qsl(query.decode("latin-1"), keep_blank_values=True, encoding="latin-1")


def _with_after(query: bytes, after: str | None) -> bytes:
    pairs = [pair for pair in _pairs(query) if pair[0] != "after"]
    if after:
        pairs.append(("after", after))
    return urlencode(pairs, encoding="latin-1").encode()

"""Pages of lists, decoded in C where every row on them is as the API's reference has it, as nearly all are.

Whatever is odd about a page (a field of another type, half a surrogate pair, an id that is empty or missing)
is left to `wire`, which reads rows one by one and tolerates what can be: here that is None, and no error.
What both can read they read as the same values.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec import DecodeError, Struct
from msgspec.json import Decoder

from reconciler.api.pager import Page
from reconciler.model.live import LiveContainer, LiveFile, NotRead, Origin, Seen, base_name
from reconciler.model.names import parse_live_name
from reconciler.model.spec import ContainerSpec, ExpiresAfter, FileSpec, NetworkPolicy

if TYPE_CHECKING:
    from collections.abc import Callable

_Row = TypeVar("_Row")
_Value = TypeVar("_Value")


class _Expiry(Struct, frozen=True, gc=False):
    minutes: int | None = None
    anchor: str | None = None


class _Container(Struct, gc=False):
    """ContainerResource of the API reference; everything but the id may be missing or null."""

    id: str
    name: str | None = None
    status: str | None = None
    created_at: int | None = None
    memory_limit: str | None = None
    network_policy: NetworkPolicy | None = None
    expires_after: _Expiry | None = None
    last_active_at: int | None = None


class _File(Struct, gc=False):
    """ContainerFileResource of the API reference, likewise."""

    id: str
    path: str | None = None
    source: str | None = None
    created_at: int | None = None
    bytes: int | None = None


class _List(Struct, Generic[_Row]):
    data: list[_Row]
    has_more: bool | None = None
    last_id: str | None = None


_CONTAINERS = Decoder(_List[_Container])
_FILES = Decoder(_List[_File])


def containers_page(body: bytes, date: int | None) -> Page[LiveContainer] | None:
    """A page of the container list that was answered at `date`; None where it must be read closely."""
    seen = Seen(Origin.LIST, date)
    return _page(_CONTAINERS, body, date, lambda row: _container(row, seen))


def files_page(body: bytes, date: int | None) -> Page[LiveFile] | None:
    """A page of a list of files, likewise."""
    return _page(_FILES, body, date, _file)


def _page(
    decoder: Decoder[_List[_Row]], body: bytes, date: int | None, read: Callable[[_Row], _Value]
) -> Page[_Value] | None:
    try:
        body.decode()  # what is skipped is not looked at, and JSON is text to its last byte
        found = decoder.decode(body)
    except (DecodeError, RecursionError, UnicodeDecodeError):
        return None
    rows = [read(row) for row in found.data]
    pairs = tuple((row.id, row) for row in rows)  # type: ignore[attr-defined]  # as both kinds of rows have
    if not all(identifier for identifier, _ in pairs):
        return None
    return Page(pairs, found.has_more, found.last_id, date)


def _container(row: _Container, seen: Seen) -> LiveContainer:
    name, policy, expiry = row.name or "", row.network_policy, row.expires_after
    return LiveContainer(
        row.id,
        name,
        row.status or "",
        row.created_at or 0,
        ContainerSpec(
            parse_live_name(name).declared if "~" in name else name,
            row.memory_limit,
            None if policy is None else _shared(policy),
            None if expiry is None else _idle(expiry.minutes, expiry.anchor),
        ),
        row.last_active_at,
        NotRead.NOT_READ,
        seen,
        row.last_active_at,
    )


def _file(row: _File) -> LiveFile:
    path = row.path or ""
    return LiveFile(row.id, path, row.source or "", row.created_at or 0, FileSpec(base_name(path), row.bytes))


# The rows of a list are much alike: what thousands of them share is kept once.
_idle = lru_cache(ExpiresAfter)


@lru_cache
def _shared(policy: NetworkPolicy) -> NetworkPolicy:
    return policy

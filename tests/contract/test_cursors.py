"""Lists read at once from a real server, whose cursors go, whose pages lie and whose rows come and go."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.clocks import FakeClock
from support.emulated import NOW, Client, account_of, freeze, planned
from support.ledgers import remembering
from support.servers import serving

from reconciler.api.errors import NotFound, ProtocolError
from reconciler.api.listing import read_list
from reconciler.api.reader import ASCENDING, DESCENDING
from reconciler.model.scope import Desired, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from support.servers import Server

    from reconciler.api.pager import Listing, Page
    from reconciler.api.writer import Writer
    from reconciler.model.listed import Cursor
    from reconciler.model.live import LiveContainer

LIST = "GET /containers"
UNKNOWN = ["not-found", "bad-request", "empty", "restart"]
FAULTS: list[dict[str, Any]] = [
    {"kind": "endless", "times": None},
    {"kind": "patch", "fields": {"has_more": True}, "times": None},
    {"kind": "patch", "omit": ["has_more"], "times": None},
    {"kind": "wrong-ends", "times": None},
    {"kind": "empty"},
    {"kind": "appear"},
    {"kind": "vanish"},
    {"kind": "vanish", "rows": 3},
    {"kind": "status", "status": 404},
    {"kind": "latency", "seconds": 0.01},
]


@pytest.fixture(scope="module")
def server_of() -> Iterator[Callable[[str], Server]]:
    """A server for each way to treat cursors that name nothing."""
    servers: dict[str, Server] = {}
    with ExitStack() as stack:

        def get(unknown: str) -> Server:
            if unknown not in servers:
                servers[unknown] = stack.enter_context(serving(unknown_after=unknown))
                freeze(servers[unknown])
            servers[unknown].control("POST", "/reset")
            return servers[unknown]

        yield get


def plant(server: Server, times: list[int]) -> list[str]:
    """Containers that were created so many seconds ago, the oldest first."""
    rows: list[dict[str, Any]] = [
        {"id": f"cntr_{place}", "name": f"ci-{place}", "created_at": NOW - ago, "last_active_at": NOW}
        for place, ago in enumerate(sorted(times, reverse=True))
    ]
    server.control("POST", "/containers", {"containers": rows})
    server.forget_requests()
    return [row["id"] for row in rows]


def listed(server: Server, ends: tuple[Cursor, ...], limit: int) -> Listing[LiveContainer]:
    """Reads the list in small pages, many at once."""

    async def read(writer: Writer) -> Listing[LiveContainer]:
        async def fetch(after: str | None, *, descending: bool) -> Page[LiveContainer]:
            order = DESCENDING if descending else ASCENDING
            return await writer.container_page(after=after, order=order, limit=limit)

        return await read_list(fetch, FakeClock(), ends=ends, parallelism=16)

    return Client(server).run(read)


def delete(server: Server, container_id: str) -> None:
    """Somebody deletes a container."""
    headers = {"Authorization": "Bearer somebody"}
    assert server.http.delete(f"{server.base_url}/containers/{container_id}", headers=headers).is_success


@dataclass(frozen=True)
class Moving:
    """An account and what happens to it: containers go between two lists, faults come after some requests."""

    unknown: str
    times: list[int]
    limit: int
    gone: set[int]
    faults: list[tuple[dict[str, Any], int]]


@given(
    st.builds(
        Moving,
        unknown=st.sampled_from(UNKNOWN),
        times=st.lists(st.integers(100, 108), max_size=20),
        limit=st.integers(1, 4),
        gone=st.sets(st.integers(0, 19), max_size=4),
        faults=st.lists(st.tuples(st.sampled_from(FAULTS), st.integers(0, 6)), max_size=2),
    )
)
@example(
    Moving(
        "not-found",
        [104, 103, 102, 101],
        4,
        set(),
        [({"kind": "appear"}, 0), ({"kind": "vanish", "rows": 3}, 1)],
    )
)
@example(Moving("not-found", [100, 100], 1, set(), [({"kind": "empty"}, 0)]))
def test_it_gives_what_a_sequential_pager_may_give(
    server_of: Callable[[str], Server], moving: Moving
) -> None:
    """But for a page that comes empty twice: to a pager it is one of a gateway that filters rows.

    A row that appears and vanishes again is there neither before nor after, and may have been met.
    """
    server = server_of(moving.unknown)
    ids = plant(server, moving.times)
    before = listed(server, (), moving.limit)
    assert [row.id for row in before.rows] == ids
    for place in moving.gone & set(range(len(ids))):
        delete(server, ids[place])
    here = {row["id"] for row in server.containers()}
    for fault, skip in moving.faults:
        server.fault(**{"endpoint": LIST, "skip": skip, **fault})
    try:
        found = [row.id for row in listed(server, before.ends, moving.limit).rows]
    except (ProtocolError, NotFound):  # the first page itself may be answered with 404
        return
    finally:
        server.heal()
    after = {row["id"] for row in server.containers()}
    assert len(set(found)) == len(found)
    kinds = [fault["kind"] for fault, _ in moving.faults]
    assert len(set(found) - here - after) <= ({"appear", "vanish"} <= set(kinds))
    if kinds.count("empty") < 2:
        assert here & after <= set(found)


@pytest.mark.parametrize("unknown", UNKNOWN)
def test_a_plan_with_a_ledger_begins_at_many_places(unknown: str, tmp_path: Path) -> None:
    nobody = Desired(Scope(prefix="ci-"), ())
    with serving(unknown_after=unknown) as server, remembering(tmp_path / "ledger.db") as ledger:
        freeze(server)
        plant(server, [2000 - place for place in range(1250)])
        account = account_of(server, ledger)
        assert planned(server, nobody, account=account, parallelism=16).requests <= 15
        assert len(ledger.page_ends()) == 12
        warm = planned(server, nobody, account=account, parallelism=16)
        assert (warm.requests, len(warm.plan.changes)) == (13, 1250)
        for end in ledger.page_ends()[:6]:
            delete(server, end.id)
        again = planned(server, nobody, account=account, parallelism=16)
        assert len(again.plan.changes) == 1244
        assert again.requests <= 13 + 6

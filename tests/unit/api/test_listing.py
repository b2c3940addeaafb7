"""Reading a list at once, from servers that keep to the rules, err or lie."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from support.clocks import FakeClock
from support.lists import (
    ALWAYS,
    FULL,
    HONEST,
    IGNORED,
    MISSING,
    NEWEST,
    NON_EMPTY,
    REVERSED,
    STABLE,
    UNKNOWN,
    ListServer,
    Row,
    numbered,
    remembered,
    servers,
)

from reconciler.api.cursors import page_ends, starts
from reconciler.api.ends import Descent
from reconciler.api.errors import NotFound, ProtocolError
from reconciler.api.listing import Fetch, read_list
from reconciler.api.pager import Page
from reconciler.model.listed import Cursor

if TYPE_CHECKING:
    from reconciler.api.pager import Listing


def read(
    server: ListServer, ends: tuple[Cursor, ...] = (), parallelism: int = 16, floor: Cursor | None = None
) -> Listing[Row]:
    """Reads a server's list."""
    reading = read_list(server, FakeClock(), ends=ends, floor=floor, parallelism=parallelism)
    return asyncio.run(reading)


def warm(server: ListServer) -> tuple[Cursor, ...]:
    """What a listing of a server leaves for the next one."""
    ends = read(server).ends
    server.asked.clear()
    return ends


@st.composite
def cases(draw: st.DrawFn) -> tuple[ListServer, tuple[Cursor, ...], int]:
    """A server, what is remembered of it, and how much may be asked at once."""
    server = draw(servers())
    return server, draw(remembered(server)), draw(st.sampled_from([1, 2, 3, 16, 16]))


EARLY = [Row(f"z{number}", 1 + number // 2) for number in range(6)]
TIED = [Row(name, 5) for name in "abcd"] + [Row("e", 6)]


@settings(deadline=None, max_examples=200)
@given(cases())
# from above, the rows of one second come in another order than from below: c is on neither side of b
@example((ListServer([*EARLY, *TIED, Row("f", 60), Row("g", 61)], size=2, order=STABLE), (), 16))
# the order is ignored, and all of the first page is of one second: nothing was seen from the other end
@example((ListServer([*TIED, Row("f", 7), Row("g", 8)], size=2, order=IGNORED), (), 16))
# a cursor that is gone leads to the top, where the rows are as old as it was
@example((ListServer(TIED[1:], size=1, unknown="restart"), (Cursor("a", 5),), 16))
# a cursor vanishes after its page was read, before anybody passes it
@example((ListServer(numbered(8), events={2: ["r0003"]}), (Cursor("r0003", 1003),), 16))
# cursors in the wrong order, as of a list whose ties moved
@example((ListServer(TIED, size=1), (Cursor("d", 5), Cursor("b", 5)), 16))
def test_it_gives_what_a_sequential_pager_may_give(
    case: tuple[ListServer, tuple[Cursor, ...], int],
) -> None:
    check_sequential(case)


@pytest.mark.nightly
@settings(deadline=None, max_examples=20_000)
@given(cases())
def test_it_gives_what_a_sequential_pager_may_give_however_long_one_searches(
    case: tuple[ListServer, tuple[Cursor, ...], int],
) -> None:
    check_sequential(case)


def check_sequential(case: tuple[ListServer, tuple[Cursor, ...], int]) -> None:
    """Reads: all that was there throughout once, nothing that never was, or an error."""
    server, ends, parallelism = deepcopy(case)  # explicit examples are values of the module
    before = [row.id for row in server.rows]
    try:
        found = [row.id for row in read(server, ends, parallelism).rows]
    except ProtocolError:
        return
    if server.has_more == MISSING and server.ignores_after:
        return  # nothing tells that this server keeps rows to itself
    assert len(set(found)) == len(found)
    assert set(before) - server.gone <= set(found)
    assert set(found) <= set(server.ever)


@settings(deadline=None, max_examples=300)
@given(
    st.builds(
        ListServer,
        st.builds(numbered, st.integers(0, 40), st.sampled_from([0, 1])),
        size=st.integers(1, 5),
        has_more=st.sampled_from([HONEST, MISSING, NON_EMPTY, FULL]),
        unknown=st.sampled_from(UNKNOWN),
        order=st.sampled_from([REVERSED, STABLE, IGNORED, NEWEST]),
    ),
    st.sampled_from([2, 5, 16]),
)
def test_a_list_at_rest_is_read_whole_cold_and_warm(server: ListServer, parallelism: int) -> None:
    rows = server.rows
    cold = read(server, parallelism=parallelism)
    again = read(server, cold.ends, parallelism)
    assert sorted(row.id for row in cold.rows) == sorted(row.id for row in again.rows)
    assert sorted(row.id for row in again.rows) == [row.id for row in rows]
    assert cold.date == again.date == 7


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 200, 1000, 1050, 3000])
@pytest.mark.parametrize("parallelism", [2, 16, 64])
def test_a_warm_listing_costs_no_request_more_than_a_sequential_one(count: int, parallelism: int) -> None:
    server = ListServer(numbered(count), size=100)
    ends = warm(server)
    listing = read(server, ends, parallelism)
    assert list(listing.rows) == numbered(count)
    assert len(server.asked) == max(1, -(-count // 100))
    assert listing.ends == ends


@pytest.mark.parametrize("count", [0, 1, 100, 101, 199, 200, 201, 300, 999, 1000, 1001, 1100, 1150, 3000])
@pytest.mark.parametrize("apart", [0, 1, 7])
def test_both_ends_cost_one_request_more_at_most(count: int, apart: int) -> None:
    server = ListServer(numbered(count, apart), size=100)
    assert list(read(server).rows) == numbered(count, apart)
    assert len(server.asked) <= max(1, -(-count // 100)) + 1
    if count <= 200:
        assert len(server.asked) == max(1, -(-count // 100))
    if count >= 1000 and apart:
        assert sum(descending for _, descending in server.asked) >= count // 200 - 2


@pytest.mark.parametrize("order", [REVERSED, STABLE])
def test_what_came_and_went_since_costs_a_twentieth_more_at_most(order: str) -> None:
    server = ListServer(numbered(10_000), size=100, order=order)
    ends = warm(server)
    server.rows = [row for number, row in enumerate(server.rows) if number % 20 != 7]
    server.rows += [Row(f"n{number}", 20_000 + number) for number in range(500)]
    listing = read(server, ends)
    assert list(listing.rows) == server.rows
    assert len(server.asked) <= 105
    server.asked.clear()
    assert read(server, listing.ends).rows == listing.rows
    assert len(server.asked) == 100


def test_a_long_new_tail_is_read_from_both_ends() -> None:
    server = ListServer(numbered(1000), size=100)
    ends = warm(server)
    server.rows += [Row(f"n{number:04}", 20_000 + number) for number in range(2000)]
    assert list(read(server, ends).rows) == server.rows
    assert 8 <= sum(descending for _, descending in server.asked) <= 11
    assert len(server.asked) <= 31


@pytest.mark.parametrize("unknown", UNKNOWN)
def test_cursors_that_are_gone_cost_a_request_each(unknown: int | str) -> None:
    server = ListServer(numbered(1000), size=100, unknown=unknown)
    ends = warm(server)
    dead = {end.id for end in ends[::2]}
    server.rows = [row for row in server.rows if row.id not in dead]
    assert list(read(server, ends).rows) == server.rows
    assert len(server.asked) <= 10 + len(dead) + 4


@settings(deadline=None, max_examples=200)
@given(cases(), st.integers(0, 13))
def test_what_lies_behind_a_floor_is_there_and_what_lies_before_it_may_be_left_out(
    case: tuple[ListServer, tuple[Cursor, ...], int], place: int
) -> None:
    server, ends, parallelism = case
    if server.has_more == MISSING or place >= len(server.rows) or server.order == NEWEST:
        return
    floor = Cursor(server.rows[place].id, server.rows[place].created_at)
    behind = {row.id for row in server.rows[place + 1 :]}
    everything = {row.id for row in server.rows}
    try:
        listing = read(server, ends, parallelism, floor)
    except ProtocolError:
        return
    found = {row.id for row in listing.rows}
    assert len(found) == len(listing.rows)
    assert (behind if listing.floor else everything) - server.gone <= found <= set(server.ever)


@pytest.mark.parametrize("parallelism", [1, 2, 16])
def test_a_floor_saves_the_pages_before_it(parallelism: int) -> None:
    server = ListServer(numbered(1000), size=100)
    ends = warm(server)
    listing = read(server, ends[6:], parallelism, ends[5])
    assert list(listing.rows) == numbered(1000)[600:]
    assert len(server.asked) == 4
    assert (listing.floor, listing.ends) == (ends[5], ends[6:])


@pytest.mark.parametrize("unknown", UNKNOWN)
def test_a_floor_that_is_gone_is_none(unknown: int | str) -> None:
    server = ListServer(numbered(1000)[600:], size=100, unknown=unknown)
    listing = read(server, floor=Cursor("r0599", 1599))
    assert (list(listing.rows), listing.floor if unknown != "restart" else None) == (server.rows, None)


@pytest.mark.parametrize("unknown", UNKNOWN)
def test_the_cursors_of_another_account_cost_a_request_each_and_nothing_else(unknown: int | str) -> None:
    server = ListServer(numbered(1000), size=100, unknown=unknown)
    ends = tuple(Cursor(f"x{number}", 1_000_000) for number in range(9))
    assert list(read(server, ends).rows) == numbered(1000)
    assert len(server.asked) <= 10 + 9 + 1


@pytest.mark.parametrize("has_more", [NON_EMPTY, FULL])
@pytest.mark.parametrize("count", [1000, 1050])
@pytest.mark.parametrize("unknown", UNKNOWN)
def test_a_last_page_that_promises_more_costs_two_requests(
    has_more: str, count: int, unknown: int | str
) -> None:
    server = ListServer(numbered(count), size=100, has_more=has_more, unknown=unknown)
    for _ in range(2):
        ends = warm(server)
        assert list(read(server, ends).rows) == numbered(count)
        assert len(server.asked) <= -(-count // 100) + 2
        server.asked.clear()


@pytest.mark.parametrize("order", [IGNORED, NEWEST])
def test_a_server_that_ignores_the_order_is_walked_page_by_page(order: str) -> None:
    server = ListServer(numbered(1000), size=100, order=order)
    listing = read(server)
    assert sorted(row.id for row in listing.rows) == [row.id for row in numbered(1000)]
    assert len(server.asked) <= 12
    assert len(server.asked) - len(set(server.asked)) == 0


def test_a_server_that_ignores_cursors_has_no_end() -> None:
    server = ListServer(numbered(1000), size=100, has_more=ALWAYS, ignores_after=True)
    with pytest.raises(ProtocolError, match="repeat themselves"):
        read(server, tuple(Cursor(row.id, row.created_at) for row in numbered(1000)[99::100]))
    assert len(server.asked) <= 10 + 8


def mixing(server: ListServer, number: int, instead: str | None) -> Fetch[Row]:
    """A server that answers one request, by its number, as if it had another cursor."""

    async def fetch(after: str | None, *, descending: bool) -> Page[Row]:
        return await server(instead if len(server.asked) == number else after, descending=descending)

    return fetch


@pytest.mark.parametrize("instead", ["r0199", "r0599", "r0899"])
@pytest.mark.parametrize("number", range(1, 10))
def test_a_page_that_another_request_asked_for_is_found_out(number: int, instead: str) -> None:
    server = ListServer(numbered(1000), size=100)
    ends = warm(server)
    reading = read_list(mixing(server, number, instead), FakeClock(), ends=ends, parallelism=16)
    assert list(asyncio.run(reading).rows) == numbered(1000)


@pytest.mark.parametrize("lies_about", ["r0099", "r0199", "r0299"])
def test_an_end_that_is_claimed_falsely_before_a_cursor_is_found_out(lies_about: str) -> None:
    server = ListServer(numbered(1000), size=100)
    ends = warm(server)

    async def fetch(after: str | None, *, descending: bool) -> Page[Row]:
        lies = after == lies_about and (after, False) not in server.asked
        page = await server(after, descending=descending)
        return replace(page, has_more=False) if lies else page

    found = asyncio.run(read_list(fetch, FakeClock(), ends=ends[3:4], parallelism=16))
    assert list(found.rows) == numbered(1000)


def test_a_row_seen_from_both_sides_is_no_meeting_where_the_lowest_from_above_was_not_passed() -> None:
    rows = numbered(6)
    descent = Descent(lambda after: ListServer(rows, size=3)(after, descending=True))
    asyncio.run(descent.advance(0, 0))
    page = [(row.id, row) for row in rows[4:]]
    assert descent.meets(page, {row.id for row in rows})
    assert not descent.meets(page, {row.id for row in rows if row.id != "r0003"})
    assert not descent.meets([(row.id, row) for row in rows[:4]], {row.id for row in rows})


def test_a_list_that_is_not_there_is_an_error_of_its_own() -> None:
    server = ListServer(numbered(10), unknown=404)
    server.ignores_after = False

    async def fetch(after: str | None, *, descending: bool) -> object:
        return await server(after or "nobody", descending=descending)

    with pytest.raises(NotFound):
        asyncio.run(read_list(fetch, FakeClock(), parallelism=16))  # type: ignore[arg-type]  # never answers


def test_one_at_a_time_begins_at_the_top_and_never_at_the_other_end() -> None:
    server = ListServer(numbered(10), size=2)
    assert list(read(server, warm(server), parallelism=1).rows) == numbered(10)
    assert server.asked == [(None, False), *((f"r000{place}", False) for place in (1, 3, 5, 7))]


def test_nothing_is_remembered_of_a_list_that_is_not_sorted_by_time() -> None:
    rows = [Cursor("a", 3), Cursor("b", 2), Cursor("c", 4)]
    assert page_ends(rows, 1) == ()
    assert page_ends([Cursor("a", 0), Cursor("b", 2)], 1) == ()
    assert page_ends(sorted(rows, key=lambda row: row.created_at), 1) == (Cursor("b", 2), Cursor("a", 3))


@given(st.integers(0, 300), st.integers(1, 100))
def test_segments_are_as_many_as_requests_at_once_and_the_last_end_is_always_one(
    count: int, parallelism: int
) -> None:
    ends = tuple(Cursor(str(number), number) for number in range(count))
    chosen = starts(ends, parallelism)
    assert len(chosen) <= parallelism
    assert list(chosen) == [end for end in ends if end in set(chosen)]
    if ends and parallelism > 1:
        assert chosen[-1] == ends[-1]
    else:
        assert chosen == ()


@dataclass
class LateServer:
    """A cache that is late by one: from some request on it answers what was asked before, whoever asked."""

    rows: list[Row]
    punctual: int
    asked: list[str | None] = field(default_factory=lambda: [None])

    async def __call__(self, after: str | None, *, descending: bool) -> Page[Row]:
        """Answers one request."""
        self.asked.append(after)
        cursor = self.asked[-1 if len(self.asked) - 1 <= self.punctual else -2]
        await asyncio.sleep(0)
        rows = self.rows[::-1] if descending else self.rows
        start = next((place for place, row in enumerate(rows, 1) if row.id == cursor), 0)
        page = rows[start : start + 10]
        return Page(tuple((row.id, row) for row in page), start + 10 < len(rows), None, 1000)


@pytest.mark.parametrize("parallelism", [1, 2, 3, 8])
@pytest.mark.parametrize("remembers", [True, False])
@pytest.mark.parametrize("begins", [True, False])
def test_pages_that_are_mixed_up_never_come_to_half_a_list(
    parallelism: int, *, remembers: bool, begins: bool
) -> None:
    rows = numbered(65)
    ends = tuple(Cursor(row.id, row.created_at) for row in rows[9:64:10])
    for punctual in range(10):
        server = LateServer(rows, punctual)
        floor = ends[0] if begins else None
        reading = read_list(
            server, FakeClock(), ends=ends if remembers else (), floor=floor, parallelism=parallelism
        )
        with suppress(ProtocolError):
            listing = asyncio.run(reading)
            assert {row.id for row in listing.rows} == {row.id for row in rows[10 if listing.floor else 0 :]}

"""The pager against servers that tell the truth, err or lie: every row once, or an error; never a loop."""

from __future__ import annotations

import asyncio
from copy import deepcopy
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from support.clocks import FakeClock

from reconciler.api.answers import Answer, failure
from reconciler.api.errors import AuthenticationFailed, ContainerExpired, NotFound, ProtocolError
from reconciler.api.pager import MAX_SECONDS, MAX_TRAIL, Listing, Page, walk

HONEST, MISSING, ALWAYS, NON_EMPTY, FULL = "honest", "missing", "always", "non-empty", "full"
UNKNOWN: tuple[int | str, ...] = (400, 404, "empty", "restart")
LONGEST_WALK = 150
"""Requests; more than any walk over the small worlds here may need, restarts included."""


@dataclass
class World:
    """A list on a server. Rows are their own ids; those that begin with `hidden` are never shown.

    `events` happen right before the request of their number: an id to add, or one to remove. `repeats` are
    numbers of requests that are answered with the rows of the answer before.
    """

    rows: list[str]
    size: int = 2
    has_more: str = HONEST
    unknown: int | str = 404
    events: dict[int, list[str]] = field(default_factory=dict)
    repeats: frozenset[int] = frozenset()
    inclusive: bool = False
    ignores_after: bool = False
    names_end: bool = True
    asked: list[str | None] = field(default_factory=list)
    last: Page[str] | None = None
    removed: set[str] = field(default_factory=set)

    async def fetch(self, after: str | None) -> Page[str]:
        """Answers one request."""
        number = len(self.asked)
        self.asked.append(after)
        assert number < LONGEST_WALK, "this walk does not end"
        for name in self.events.get(number, ()):
            self.change(name)
        if number in self.repeats and self.last is not None and self.last.rows:
            return self.last
        self.last = self.page(after)
        return self.last

    def change(self, name: str) -> None:
        """Removes a row that is there, adds one that never was."""
        if name in self.rows:
            self.rows.remove(name)
            self.removed.add(name)
        elif name not in self.removed:
            self.rows.append(name)

    def page(self, after: str | None) -> Page[str]:
        """The page behind a cursor, by this server's rules."""
        start = 0
        if after is not None and not self.ignores_after:
            if after in self.rows:
                start = self.rows.index(after) + (0 if self.inclusive else 1)
            elif self.unknown == "empty":
                return self.answer([], more=False)
            elif self.unknown != "restart":
                raise refused(int(self.unknown), f"No object found with id '{after}'.")
        chunk = self.rows[start : start + self.size]
        return self.answer(chunk, more=start + self.size < len(self.rows))

    def answer(self, chunk: list[str], *, more: bool) -> Page[str]:
        """What is sent of these rows; the hidden ones were filtered out after paging."""
        shown = [row for row in chunk if not row.startswith("hidden")]
        claims = {
            HONEST: more,
            MISSING: None,
            ALWAYS: True,
            NON_EMPTY: bool(chunk),
            FULL: len(chunk) == self.size,
        }
        end = chunk[-1] if chunk and self.names_end else None
        return Page(tuple((row, row) for row in shown), claims[self.has_more], end, 7)


def refused(status: int, text: str) -> Exception:
    """What the API layer raises for an error answer."""
    return failure(Answer(status, {}, b'{"error": {"message": "%b"}}' % text.encode()))


def walked(world: World, *, max_pages: int = 1000) -> Listing[str]:
    """Walks a world's list."""
    return asyncio.run(walk(world.fetch, FakeClock(), max_pages=max_pages))


def shown(count: int) -> list[str]:
    """Ids of so many rows, in order."""
    return [f"r{number:02}" for number in range(count)]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Any server that is no liar about `has_more: false`, with anything happening between its pages."""
    count = draw(st.integers(0, 9))
    rows = [f"{draw(st.sampled_from(['r', 'r', 'r', 'hidden']))}{number:02}" for number in range(count)]
    born = [f"n{number:02}" for number in range(4)]
    changes = st.lists(st.sampled_from([*rows, *born]), min_size=1, max_size=4)
    return World(
        rows,
        size=draw(st.integers(1, 4)),
        has_more=draw(st.sampled_from([HONEST, MISSING, ALWAYS, NON_EMPTY, FULL])),
        unknown=draw(st.sampled_from(UNKNOWN)),
        events=draw(st.dictionaries(st.integers(1, 12), changes, max_size=4)),
        repeats=frozenset(draw(st.sets(st.integers(1, 8), max_size=2))),
        inclusive=draw(st.sampled_from([False, False, False, True])),
        ignores_after=draw(st.sampled_from([False, False, False, True])),
        names_end=draw(st.sampled_from([True, True, False])),
    )


@settings(deadline=None, max_examples=700)
@given(worlds())
# the row behind a page of one vanished, and the server answers its cursor with nothing
@example(World(shown(3), size=1, unknown="empty", events={1: ["r00"]}))
# without `has_more`, an unknown cursor's empty page looks like the end
@example(World(shown(4), has_more=MISSING, unknown="empty", events={1: ["r01"]}))
# without `has_more`, an unknown cursor's first page again looks like a server that does not page
@example(World(shown(5), has_more=MISSING, unknown="restart", events={2: ["r03"]}))
# without `has_more`, a cache late by one looks like a server that does not page
@example(World(shown(4), has_more=MISSING, repeats=frozenset({1})))
# nothing of the first page is to be shown, and nothing says where it ended
@example(World(["hidden00", "hidden01", "r02"], names_end=False))
# the rows of the way back are filtered away, one by one
@example(
    World(["r00", "hidden01", "hidden02", "r03", "r04"], size=3, unknown="empty", events={1: ["hidden02"]})
)
def test_every_row_that_was_always_there_comes_exactly_once_or_the_list_is_an_error(world: World) -> None:
    world = deepcopy(world)  # explicit examples are values of the module
    before = [row for row in world.rows if not row.startswith("hidden")]
    try:
        found = list(walked(world).rows)
    except ProtocolError:
        return
    always = [row for row in before if row not in world.removed]
    stuck = world.ignores_after or world.inclusive
    if world.has_more == MISSING and (stuck or not world.names_end):
        return  # nothing tells that this server keeps rows to itself, or filters whole pages away
    assert sorted(set(found)) == sorted(found)
    assert [row for row in found if row in always] == always
    assert set(found) <= {*before, *world.rows, *world.removed}


@settings(deadline=None, max_examples=400)
@given(
    st.integers(0, 9),
    st.integers(1, 4),
    st.sampled_from([HONEST, MISSING, NON_EMPTY, FULL]),
    st.sampled_from(UNKNOWN),
)
def test_a_list_at_rest_is_read_whole_whatever_the_server_says_of_its_pages(
    count: int, size: int, has_more: str, unknown: int | str
) -> None:
    world = World(shown(count), size=size, has_more=has_more, unknown=unknown)
    listing = walked(world)
    assert list(listing.rows) == shown(count)
    assert listing.date == 7
    pages = max(1, -(-count // size))
    if has_more == HONEST:
        assert world.asked == [None, *(shown(count)[size - 1 :: size])][:pages]
    assert len(world.asked) <= pages + 3


@pytest.mark.parametrize("unknown", UNKNOWN)
@pytest.mark.parametrize("has_more", [HONEST, MISSING, NON_EMPTY, FULL])
@pytest.mark.parametrize("lost", [1, 3, 5])
def test_a_cursor_that_vanished_costs_speed_and_no_row(unknown: int | str, has_more: str, lost: int) -> None:
    world = World(shown(8), has_more=has_more, unknown=unknown, events={(lost + 1) // 2: [f"r{lost:02}"]})
    assert list(walked(world).rows) == shown(8)


def test_rows_that_appear_while_walking_are_found_behind_the_others() -> None:
    world = World(shown(4), events={1: ["n00"], 2: ["n01"]})
    assert list(walked(world).rows) == [*shown(4), "n00", "n01"]


def test_pages_that_are_filtered_empty_are_walked_over_by_their_last_id() -> None:
    hidden = [f"hidden{number}" for number in range(5)]
    world = World(["r00", *hidden, "r01"], size=2)
    assert list(walked(world).rows) == ["r00", "r01"]
    assert world.asked == [None, "r00", "r00", "hidden1", "hidden1", "hidden3"]


@pytest.mark.parametrize("lost", [0, 1])
def test_a_page_that_lost_its_rows_is_asked_for_once_more(lost: int) -> None:
    world = World(shown(4), size=2)
    requests = 0

    async def losing(after: str | None) -> Page[str]:
        nonlocal requests
        page = await world.fetch(after)
        requests += 1
        return replace(page, rows=(), has_more=True) if requests == lost + 1 else page

    assert list(asyncio.run(walk(losing, FakeClock())).rows) == shown(4)
    assert requests == 3


def test_a_list_that_ends_in_rows_that_are_not_shown_ends_there() -> None:
    world = World(["r00", "hidden01"], size=1, has_more=FULL)
    assert list(walked(world).rows) == ["r00"]
    assert world.asked == [None, "r00", "r00", "hidden01", "r00", "r00"]


def test_when_everything_vanishes_the_top_is_tried_before_every_earlier_cursor() -> None:
    world = World(shown(60), size=3, unknown="empty", events={19: shown(60)})
    assert list(walked(world).rows) == shown(57)
    assert len(world.asked) <= 19 + MAX_TRAIL + 1


@pytest.mark.parametrize("count", [0, 1, 4])
def test_more_that_is_promised_and_never_shown_is_an_error(count: int) -> None:
    world = World(shown(count), has_more=ALWAYS)
    with pytest.raises(ProtocolError, match="promises more rows and shows none"):
        walked(world)


def test_a_server_that_ignores_cursors_and_promises_more_has_no_end() -> None:
    world = World(shown(3), size=2, has_more=ALWAYS, ignores_after=True)
    with pytest.raises(ProtocolError, match="repeat themselves"):
        walked(world)


def test_a_server_that_does_not_page_is_believed_when_it_stays_with_it() -> None:
    world = World(shown(3), size=50, has_more=MISSING, ignores_after=True)
    assert list(walked(world).rows) == shown(3)
    assert world.asked == [None, "r02"] * 3


def test_a_server_that_ignores_cursors_and_cuts_at_our_page_is_not_believed() -> None:
    world = World(shown(120), size=100, has_more=MISSING, ignores_after=True)
    with pytest.raises(ProtocolError, match="repeat themselves"):
        walked(world)


def test_a_list_of_ever_new_rows_ends_at_the_bound_of_pages() -> None:
    asked: list[str | None] = []

    async def endless(after: str | None) -> Page[str]:
        asked.append(after)
        row = f"r{len(asked)}"
        return Page(((row, row),), has_more=True, last_id=row, date=None)

    with pytest.raises(ProtocolError, match="300 rows after 300 pages"):
        asyncio.run(walk(endless, FakeClock(), max_pages=300))
    assert len(asked) == 300


def test_empty_pages_with_ever_new_cursors_end_at_the_bound_of_pages() -> None:
    asked: list[str | None] = []

    async def endless(after: str | None) -> Page[str]:
        asked.append(after)
        return Page((), has_more=True, last_id=f"c{len(asked)}", date=None)

    with pytest.raises(ProtocolError, match="does not end"):
        asyncio.run(walk(endless, FakeClock(), max_pages=300))
    assert len(asked) == 300


def test_a_list_that_takes_too_long_is_an_error() -> None:
    clock = FakeClock()

    async def slow(after: str | None) -> Page[str]:
        await clock.sleep(MAX_SECONDS / 2 - 1)
        row = f"{after}+"
        return Page(((row, row),), has_more=True, last_id=row, date=None)

    with pytest.raises(ProtocolError, match="3 rows after"):
        asyncio.run(walk(slow, clock))


def test_a_server_that_refuses_every_cursor_is_an_error() -> None:
    world = World(shown(3), unknown=404)
    world.events = {number: [f"r{number - 1:02}"] for number in (1, 3)}

    async def refuses(after: str | None) -> Page[str]:
        world.asked.append(after)
        if after is not None:
            raise refused(400, "unknown cursor")
        return world.page(None)

    with pytest.raises(ProtocolError, match="refuses its own row"):
        asyncio.run(walk(refuses, FakeClock()))
    assert world.asked == [None, "r01"] * 3


@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [
        (404, "Container with id 'x' not found.", NotFound),
        (400, "Container is expired.", ContainerExpired),
        (401, "bad key", AuthenticationFailed),
    ],
)
def test_a_first_page_that_cannot_be_had_is_that_error(status: int, text: str, kind: type[Exception]) -> None:
    async def fetch(after: str | None) -> Page[str]:
        assert after is None
        raise refused(status, text)

    with pytest.raises(kind, match=text):
        asyncio.run(walk(fetch, FakeClock()))


def test_a_container_that_dies_between_two_pages_is_that_and_no_refused_cursor() -> None:
    async def fetch(after: str | None) -> Page[str]:
        if after is not None:
            raise refused(404, "Container has expired.")
        return Page((("a", "a"),), has_more=True, last_id="a", date=None)

    with pytest.raises(ContainerExpired):
        asyncio.run(walk(fetch, FakeClock()))

"""A small model of a server's list, which keeps to the rules, errs or lies, while rows come and go."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from hypothesis import strategies as st

from reconciler.api.answers import Answer, failure
from reconciler.api.pager import Page
from reconciler.model.listed import Cursor

HONEST, MISSING, ALWAYS, NON_EMPTY, FULL = "honest", "missing", "always", "non-empty", "full"
REVERSED, STABLE, IGNORED, NEWEST = "reversed", "stable", "ignored", "newest"
UNKNOWN: tuple[int | str, ...] = (400, 404, "empty", "restart")
MOST_REQUESTS = 400
"""More than any reading of the small lists here may need."""


@dataclass(frozen=True)
class Row:
    """A row of the model."""

    id: str
    created_at: int


@dataclass
class ListServer:
    """A list in the server's own order, the oldest first.

    `order` says what it makes of the order that is asked for: `reversed` turns the whole list round, `stable`
    sorts by time anew, so that rows of one second keep their order, `ignored` always shows the oldest first,
    `newest` always the newest. `events` happen before the request of their number is answered: a row to add,
    or the id of one to remove. `delays` say how long requests take, so that they overtake each other. The
    requests of the numbers in `repeats` are answered with the page that their cursor ended.
    """

    rows: list[Row]
    size: int = 2
    has_more: str = HONEST
    unknown: int | str = 404
    order: str = REVERSED
    ignores_after: bool = False
    events: dict[int, list[Row | str]] = field(default_factory=dict)
    delays: tuple[int, ...] = (0,)
    repeats: frozenset[int] = frozenset()
    asked: list[tuple[str | None, bool]] = field(default_factory=list)
    ever: dict[str, Row] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    ended: dict[tuple[str | None, bool], Page[Row]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ever = {row.id: row for row in self.rows}

    async def __call__(self, after: str | None, *, descending: bool) -> Page[Row]:
        """Answers one request."""
        number = len(self.asked)
        self.asked.append((after, descending))
        assert number < MOST_REQUESTS, "this does not end"
        for _ in range(self.delays[number % len(self.delays)]):
            await asyncio.sleep(0)
        for event in self.events.get(number, ()):
            self._change(event)
        page = self._page(after, descending=descending)
        if number in self.repeats:
            page = self.ended.get((after, descending), page)
        if page.rows:
            self.ended[page.rows[-1][0], descending] = page
        for _ in range(self.delays[(number + 1) % len(self.delays)]):
            await asyncio.sleep(0)
        return page

    def _change(self, event: Row | str) -> None:
        if isinstance(event, str):
            self.rows = [row for row in self.rows if row.id != event]
            self.gone.add(event)
        elif event.id not in self.ever:
            self.rows.append(event)
            self.ever[event.id] = event

    def _shown(self, *, descending: bool) -> list[Row]:
        if self.order == NEWEST or (descending and self.order == REVERSED):
            return self.rows[::-1]
        if descending and self.order == STABLE:
            return sorted(self.rows, key=lambda row: -row.created_at)
        return self.rows

    def _page(self, after: str | None, *, descending: bool) -> Page[Row]:
        rows = self._shown(descending=descending)
        start = 0
        if after is not None and not self.ignores_after:
            places = [place for place, row in enumerate(rows, 1) if row.id == after]
            if not places and self.unknown == "empty":
                return self._answer([], more=False)
            if not places and self.unknown != "restart":
                raise failure(Answer(int(self.unknown), {}, b'{"error": {"message": "no such row"}}'))
            start = places[0] if places else 0
        return self._answer(rows[start : start + self.size], more=start + self.size < len(rows))

    def _answer(self, rows: list[Row], *, more: bool) -> Page[Row]:
        claims = {
            HONEST: more,
            MISSING: None,
            ALWAYS: True,
            NON_EMPTY: bool(rows),
            FULL: len(rows) == self.size,
        }
        end = rows[-1].id if rows else None
        return Page(tuple((row.id, row) for row in rows), claims[self.has_more], end, 7)


def numbered(count: int, apart: int = 1) -> list[Row]:
    """So many rows, created `apart` seconds after each other."""
    return [Row(f"r{number:04}", 1000 + number * apart) for number in range(count)]


@st.composite
def servers(draw: st.DrawFn) -> ListServer:
    """Any server that is no liar about `has_more: false`, with anything happening between its answers."""
    count = draw(st.integers(0, 14))
    by_time = draw(st.integers(0, 4)) > 0
    steps = st.sampled_from([0, 0, 1, 2] if by_time else [0, 1, -3])
    orders = [REVERSED] * 4 + [IGNORED, NEWEST] + [STABLE] * 2 * by_time
    second, rows = 1000, []
    for number in range(count):
        second += draw(steps)
        rows.append(Row(f"r{number:02}", second))
    born: list[Row | str] = [Row(f"n{number}", second + draw(st.integers(0, 2))) for number in range(4)]
    changes = st.lists(st.sampled_from([*born, *(row.id for row in rows)]), min_size=1, max_size=4)
    return ListServer(
        rows,
        size=draw(st.integers(1, 4)),
        has_more=draw(st.sampled_from([HONEST] * 4 + [MISSING, ALWAYS, NON_EMPTY, FULL])),
        unknown=draw(st.sampled_from(UNKNOWN)),
        order=draw(st.sampled_from(orders)),
        ignores_after=draw(st.sampled_from([False] * 7 + [True])),
        events=draw(st.dictionaries(st.integers(1, 14), changes, max_size=5)),
        delays=tuple(draw(st.lists(st.integers(0, 3), min_size=1, max_size=5))),
        repeats=frozenset(draw(st.sets(st.integers(1, 12), max_size=1))),
    )


@st.composite
def remembered(draw: st.DrawFn, server: ListServer) -> tuple[Cursor, ...]:
    """What an earlier listing may have left, or a ledger of another account, or one that rotted."""
    known = [Cursor(row.id, row.created_at) for row in server.rows]
    known += [Cursor(f"g{number}", draw(st.integers(995, 1010))) for number in range(2)]
    chosen = draw(st.lists(st.sampled_from(known), max_size=6, unique=True))
    if draw(st.integers(0, 3)):
        chosen.sort(key=known.index)
    if draw(st.integers(0, 5)) == 0:
        chosen = [Cursor(cursor.id, draw(st.integers(-1, 1010))) for cursor in chosen]
    return tuple(chosen)

"""The touch rule, held against every interleaving of a small world.

A world is one container and its server. Time goes in quarters of a second, the server's times are whole ones.
At every quarter anybody may do anything any number of times: somebody changes a file (which moves A), a pass
of ours reads the list, and lists the files or skips them as the rule says. Whenever it skips, it must know
the files as they are. States that are reached in several ways are looked at once, so that all interleavings
of a few seconds are covered; what simpler rules miss shows that the search finds what there is to be found.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest
from msgspec import Struct
from msgspec.structs import replace
from support.builders import default_spec

from reconciler.model.live import LiveContainer, LiveFile, Origin, Seen
from reconciler.model.spec import FileSpec
from reconciler.model.touching import (
    PROOF,
    Conduct,
    Now,
    Observation,
    OwnTouch,
    contents_hold,
    learned,
    moves,
    observed,
    untouched,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

START = 1000
"""The second in which the container was made, long before anything happens here."""

QUARTERS = 4
GUARD = 2
IDLE = 1200
NO_DATE = -1

Skips = Callable[[LiveContainer, Observation | None, Conduct, Now], bool]
Keeps = Callable[[LiveContainer, int, Observation | None, Now], Observation | None]


class Rules(Struct, frozen=True):
    """What is tried; listing files moves A or not, the container list is so many quarters old at most."""

    touching: bool
    conduct: Conduct
    lag: int = 0
    dated: bool = True
    late: bool = False
    skips: Skips = lambda row, held, conduct, now: untouched(row, held, conduct, now, IDLE)
    keeps: Keeps = lambda row, ours, held, now: observed(row, (), ours, held, now)


class World(Struct, frozen=True):
    """`actives` is A of now and of the quarters before, the newest first.

    `missed` is the quarter of the first change that what is remembered lacks, None where it lacks none;
    `read` A and D as a pass that is under way saw them in the list.
    """

    quarter: int = 0
    actives: tuple[int, ...] = (START,)
    held: Observation | None = None
    missed: int | None = None
    read: tuple[int, int | None] | None = None


class Miss(Struct, frozen=True):
    """A change that was skipped, and when our last listing was answered, in quarters and seconds."""

    changed: int
    ours: int | None


def second(quarter: int) -> int:
    """A server's time: it counts whole seconds, long after the container was made."""
    return START + 100 + quarter // QUARTERS


def explore(rules: Rules, seconds: int) -> tuple[int, set[Miss]]:
    """How many states there are in so many seconds, and what was missed in any of them."""
    todo = [World(actives=(START,) * (rules.lag + 1))]
    known: set[World] = set()
    misses: set[Miss] = set()
    while todo:
        world = todo.pop()
        if world in known:
            continue
        known.add(world)
        todo += _next(world, rules, seconds * QUARTERS, misses)
    return len(known), misses


def _next(world: World, rules: Rules, end: int, misses: set[Miss]) -> Iterator[World]:
    now = second(world.quarter)
    if world.quarter < end:
        yield replace(world, quarter=world.quarter + 1, actives=(world.actives[0], *world.actives[:-1]))
    missed = world.missed if world.missed is not None else world.quarter
    yield replace(world, actives=(now, *world.actives[1:]), missed=missed)
    moment = Now(GUARD, world.quarter / QUARTERS)
    if rules.late:
        yield _late(world, rules, now, moment)
    if world.read is None:
        for active in dict.fromkeys(world.actives):
            read = (active, now if rules.dated else None)
            if not rules.skips(_row(*read), world.held, rules.conduct, moment):
                if not rules.late:
                    yield replace(world, read=read)
            elif world.missed is not None and world.missed <= world.quarter - rules.lag:
                misses.add(Miss(world.missed, world.held.ours if world.held else None))
    elif not rules.late:
        after = (now, *world.actives[1:]) if rules.touching else world.actives
        kept = rules.keeps(_row(*world.read), now, world.held, moment)
        yield World(world.quarter, after, kept, None, None)


def _late(world: World, rules: Rules, now: int, moment: Now) -> World:
    """A pass the other way round: it lists the files, and then reads the A that it remembers them by."""
    if world.read is None:
        return replace(world, read=(now, now), held=None, missed=None)
    row = _row(world.actives[0], now)
    return replace(world, read=None, held=rules.keeps(row, now, None, moment))


@lru_cache
def _row(active: int | None, date: int | None) -> LiveContainer:
    seen = Seen(Origin.LIST, date)
    return LiveContainer("cntr_1", "ci-a", "running", START, default_spec(), active, seen=seen)


QUIET = [Conduct(OwnTouch.NO), Conduct(OwnTouch.UNKNOWN)]
YES = Conduct(OwnTouch.YES)


@pytest.mark.parametrize("conduct", QUIET)
@pytest.mark.parametrize("touching", [False, True])
@pytest.mark.parametrize("lag", [0, 3])
def test_nothing_is_ever_missed(conduct: Conduct, lag: int, *, touching: bool) -> None:
    states, misses = explore(Rules(touching, conduct, lag), seconds=4)
    assert states > 1000
    assert misses == set()


@pytest.mark.nightly
@pytest.mark.parametrize("conduct", QUIET)
@pytest.mark.parametrize("touching", [False, True])
@pytest.mark.parametrize("lag", [0, 3, 7])
def test_nothing_is_ever_missed_in_more_time(conduct: Conduct, lag: int, *, touching: bool) -> None:
    assert explore(Rules(touching, conduct, lag), seconds=6)[1] == set()


@pytest.mark.parametrize("touching", [False, True])
def test_nothing_is_ever_missed_without_a_date(*, touching: bool) -> None:
    states, misses = explore(Rules(touching, YES, dated=False), seconds=5)
    assert (states > 1000, misses) == (True, set())


def test_where_listing_touches_the_window_is_the_second_of_our_own_listing() -> None:
    states, misses = explore(Rules(touching=True, conduct=YES), seconds=4)
    assert states > 1000
    assert misses, "the window is there"
    assert all(second(miss.changed) == miss.ours for miss in misses)


def test_without_changes_a_settled_container_is_skipped_at_once_and_again() -> None:
    """The rule is of use: one listing, then none; also on a server whose listing touches."""
    now = Now(GUARD)
    first = observed(_row(START, START + 10), (), START + 10, None, now)
    for conduct in (*QUIET, YES):
        assert untouched(_row(START, START + 20), first, conduct, now, IDLE)
    touched = _row(START + 10, START + 20)
    assert untouched(touched, first, YES, now, IDLE)
    assert not any(untouched(touched, first, conduct, now, IDLE) for conduct in QUIET)


def _settled_anyway(row: LiveContainer, ours: int, held: Observation | None, now: Now) -> Observation | None:
    kept = observed(row, (), ours, held, now)
    return kept and replace(kept, settled=True)


def _at_most(row: LiveContainer, held: Observation | None, conduct: Conduct, now: Now) -> bool:
    del conduct, now
    active = row.last_active_at or 0
    return held is not None and held.settled and held.ours is not None and active <= held.ours


SIMPLER = {
    "equal to the stored A, settled or not": Rules(touching=False, conduct=Conduct(), keeps=_settled_anyway),
    "A at most the time of our listing": Rules(touching=False, conduct=Conduct(), skips=_at_most),
    "an A that was read later": Rules(touching=False, conduct=Conduct(), late=True),
    "own touch believed where listing does not touch": Rules(touching=False, conduct=YES),
}


@pytest.mark.parametrize("name", SIMPLER)
def test_simpler_rules_miss_something(name: str) -> None:
    assert explore(SIMPLER[name], seconds=4)[1], "or the search would find nothing"


DATE = START + 100
HELD = Observation("cntr_1", START, DATE, None, DATE, settled=True)
LIST = _row(START, DATE + 50)


@pytest.mark.parametrize(
    "row",
    [
        replace(LIST, last_active_at=None),
        replace(LIST, last_active_at=START + 1),
        replace(LIST, last_active_at=START - 1),
        replace(LIST, status="expired"),
        replace(LIST, status="provisioning"),
        replace(LIST, id="cntr_2"),
        replace(LIST, created_at=START + 1),
        replace(LIST, seen=Seen(Origin.GET, DATE + 50)),
        replace(LIST, seen=Seen(Origin.LIST, START + IDLE + 1)),
        replace(LIST, seen=Seen(Origin.LIST, START - 10)),
        replace(LIST, seen=Seen(Origin.LIST)),
    ],
)
def test_whatever_is_odd_is_listed(row: LiveContainer) -> None:
    assert untouched(LIST, HELD, Conduct(), Now(GUARD), IDLE)
    assert not untouched(row, HELD, Conduct(), Now(GUARD), IDLE)


@pytest.mark.parametrize(
    ("held", "conduct"),
    [
        (None, Conduct()),
        (replace(HELD, settled=False), Conduct()),
        (replace(HELD, again=True), Conduct()),
        (HELD, Conduct(distrusted=True)),
    ],
)
def test_whatever_cannot_be_trusted_is_listed(held: Observation | None, conduct: Conduct) -> None:
    assert not untouched(LIST, held, conduct, Now(GUARD), IDLE)


def test_a_container_at_the_end_of_its_idle_time_is_still_believed_and_not_kept_alive() -> None:
    """One second later it is dead: to list its files just before would keep it alive for ever."""
    last = replace(LIST, seen=Seen(Origin.LIST, START + IDLE))
    assert untouched(last, HELD, Conduct(), Now(GUARD), IDLE)
    ours = replace(last, last_active_at=DATE, seen=Seen(Origin.LIST, DATE + IDLE))
    assert untouched(ours, HELD, YES, Now(GUARD), IDLE)


@pytest.mark.parametrize("active", [None, 0, -5, START - 1, START + 500, 1 << 70])
def test_an_odd_a_is_not_kept(active: int | None) -> None:
    assert observed(_row(active, START + 100), (), START + 100, None, Now(GUARD)) is None


def _pairs(count: int, active: int, *, after: int = 50) -> list[tuple[LiveContainer, Observation]]:
    """Containers that now show this A, after listings of ours at `DATE`."""
    return [(_row(active, DATE + after), HELD)] * count


@pytest.mark.parametrize(
    ("pairs", "own_touch"),
    [
        (_pairs(PROOF, DATE), OwnTouch.YES),
        (_pairs(PROOF - 1, DATE), OwnTouch.UNKNOWN),
        ([*_pairs(9, DATE), *_pairs(1, START)], OwnTouch.NO),
        ([*_pairs(1, START, after=1), *_pairs(PROOF, DATE)], OwnTouch.YES),
        ([*_pairs(PROOF, DATE), *_pairs(5, DATE + 3)], OwnTouch.YES),
        (_pairs(5, DATE + 3), OwnTouch.UNKNOWN),
        ([(row, replace(held, again=True)) for row, held in _pairs(5, DATE)], OwnTouch.UNKNOWN),
        ([(row, replace(held, settled=False)) for row, held in _pairs(5, DATE)], OwnTouch.UNKNOWN),
    ],
)
def test_what_containers_show_after_our_own_listings(
    pairs: list[tuple[LiveContainer, Observation]], own_touch: OwnTouch
) -> None:
    assert learned(Conduct(), pairs, Now(GUARD)).own_touch is own_touch


def test_a_proof_against_is_never_taken_back_and_one_for_is() -> None:
    assert learned(Conduct(OwnTouch.NO), _pairs(9, DATE), Now(GUARD)).own_touch is OwnTouch.NO
    assert learned(YES, _pairs(1, START), Now(GUARD)).own_touch is OwnTouch.NO


def _file(created_at: int) -> LiveFile:
    return LiveFile("cfile_1", "/mnt/data/a", "user", created_at, FileSpec("a", 1))


def test_a_file_that_is_younger_than_a_shows_a_server_that_does_not_move_it() -> None:
    now, row = Now(GUARD), _row(START, DATE)
    assert moves(row, [_file(START + GUARD)], [], now)
    assert not moves(row, [_file(START + GUARD + 1)], [], now)
    just_now = _file(DATE)
    assert moves(row, [just_now], [], now), "it may be younger than the list"
    assert observed(row, (just_now,), DATE, None, now) is None, "so the next run looks again"


def test_an_upload_of_ours_that_did_not_move_a_shows_it_too() -> None:
    now, row = Now(GUARD), _row(START, DATE)
    assert moves(row, [], [START, START + 2, DATE], now)
    assert not moves(row, [], [START + 50], now)


def test_contents_hold_where_nothing_came_after_our_download() -> None:
    read = replace(HELD, again=True, ours=DATE + 5)
    now = Now(GUARD)
    assert contents_hold(LIST, read, Conduct(), now)
    assert contents_hold(replace(LIST, last_active_at=DATE + 5), read, Conduct(), now)
    assert not contents_hold(replace(LIST, last_active_at=DATE + 6), read, Conduct(), now)
    assert not contents_hold(LIST, HELD, Conduct(), now)
    assert not contents_hold(_row(DATE + 5, DATE + 5), read, Conduct(), now), "the list may lag"

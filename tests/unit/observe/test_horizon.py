"""How far the dead reach at the beginning of a list, and what is kept of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from support.builders import row

from reconciler.api.pager import Listing
from reconciler.model.listed import Cursor, Horizon
from reconciler.model.memory import IN_FLIGHT_SECONDS
from reconciler.observe.horizon import MOST_DEAD, behind, moved

if TYPE_CHECKING:
    from reconciler.model.live import LiveContainer

DATE = 1_000_000


def listing(rows: list[LiveContainer], page: int = 100) -> Listing[LiveContainer]:
    """A list in pages of so many rows."""
    ends = tuple(Cursor(each.id, each.created_at) for each in rows[page - 1 : -1 : page])
    return Listing(tuple(rows), DATE, ends)


def died(count: int, name: str = "ci-a") -> list[LiveContainer]:
    """So many dead rows of a name, a second apart and old."""
    return [
        replace(row(name), id=f"cntr_{place:06}", status="expired", created_at=place + 1)
        for place in range(count)
    ]


def reached(rows: list[LiveContainer], *names: str) -> Horizon | None:
    """The horizon of a list that was read from the top."""
    return moved(None, listing(rows), names, lambda name: name.startswith("ci-"))


def test_only_whole_pages_of_the_dead_are_passed() -> None:
    assert reached(died(99)) is None
    found = reached(died(250))
    assert found is not None
    assert (found.floor.id, len(found.dead)) == ("cntr_000199", 200)


@pytest.mark.parametrize(
    "odd",
    [
        {"status": "running"},
        {"status": "provisioning"},
        {"created_at": 0},
        {"created_at": DATE - IN_FLIGHT_SECONDS},
    ],
)
def test_a_row_that_may_change_or_have_older_ones_beside_it_is_not_passed(odd: dict[str, object]) -> None:
    rows = died(300)
    rows[150] = replace(rows[150], **odd)
    found = reached(rows)
    assert found is not None
    assert found.floor.id == "cntr_000099"


def test_the_last_dead_row_of_a_declared_name_is_passed_only_where_one_is_alive() -> None:
    rows = [*died(150, "ci-b"), *died(300)[150:]]
    alive = [replace(row("ci-b"), id="cntr_x", created_at=DATE)]
    assert (found := reached(rows, "ci-b")) is not None
    assert found.floor.id == "cntr_000099"
    assert (found := reached([*rows, *alive], "ci-b")) is not None
    assert found.floor.id == "cntr_000299"


def test_no_more_dead_rows_of_the_scope_are_kept_than_is_good() -> None:
    found = reached([*died(MOST_DEAD + 550)])
    assert found is not None
    assert len(found.dead) == MOST_DEAD
    others = reached(died(MOST_DEAD + 550, "other"))
    assert others is not None
    assert (others.dead, others.floor.id) == ((), f"cntr_{MOST_DEAD + 499:06}")


def test_a_horizon_goes_on_from_where_it_was() -> None:
    rows = died(450)
    first = reached(rows[:250])
    assert first is not None
    later = moved(first, listing(rows[200:]), (), lambda name: True)  # noqa: ARG005 - all of them
    assert later is not None
    assert (later.floor.id, len(later.dead), later.date) == ("cntr_000399", 400, first.date)
    assert behind(listing(rows).ends, later.floor) == ()
    assert behind(listing(rows).ends, first.floor) == (Cursor("cntr_000299", 300), later.floor)


def test_without_a_date_nothing_is_known() -> None:
    undated = replace(listing(died(300)), date=None)
    assert moved(None, undated, (), lambda name: True) is None  # noqa: ARG005 - as above

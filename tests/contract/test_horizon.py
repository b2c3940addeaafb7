"""Pages of dead rows are not listed again, and no plan is another for it."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace
from support.builders import entry
from support.emulated import NOW, account_of, freeze, planned
from support.ledgers import remembering
from support.servers import API_KEY, serving

from reconciler.model.plan import Reason
from reconciler.model.plan_json import plan_values
from reconciler.model.scope import Desired, Scope
from reconciler.model.spec import WhenExpired

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from support.servers import Server

    from reconciler.control.passes import Prepared
    from reconciler.ledger.ledger import Ledger
    from reconciler.model.spec import DesiredContainer

DEAD = 350
NAMES = ("ci-a", "ci-b", "ci-c", "ci-d", "ci-ext-e", "other", "")


def name_of(place: int) -> str:
    """Whose dead row is in this place; those of two names are all among the oldest."""
    name = NAMES[place % len(NAMES)]
    return "ci-a" if place >= 300 and name in ("ci-c", "ci-d") else name


def bare(name: str, when_expired: WhenExpired = WhenExpired.RECREATE) -> DesiredContainer:
    """A declared container without files, so that all requests are for lists of containers."""
    return entry(name, unmanaged=True, when_expired=when_expired)


def plant(server: Server, *rows: tuple[str, str], since: int = NOW - 9000) -> None:
    """Puts containers of these names and statuses there, a second apart."""
    values: list[dict[str, Any]] = [
        {
            "id": f"cntr_{since}_{place}",
            "name": name,
            "status": status,
            "created_at": since + place,
            "last_active_at": NOW,
        }
        for place, (name, status) in enumerate(rows)
    ]
    server.control("POST", "/containers", {"containers": values})


def of(server: Server, desired: Desired, ledger: Ledger | None = None, key: str = API_KEY) -> Prepared:
    """A plan."""
    whose = replace(account_of(server, ledger), api_key=key)
    return planned(server, desired, account=whose, parallelism=16)


def seen(prepared: Prepared) -> dict[str, Any]:
    """A plan without when it was made, and what that took."""
    cost = replace(prepared.plan.cost, made=None)
    return plan_values(replace(prepared.plan, created_at="", cost=cost))


def ours(*entries: DesiredContainer, sweep: bool = False) -> Desired:
    """A set that owns `ci-`, but for `ci-ext-`."""
    return Desired(Scope("ci-", exclude=("ci-ext-",), prune=True, sweep=sweep), entries)


@pytest.fixture
def server() -> Iterator[Server]:
    """An account that begins with pages of the dead."""
    with serving() as running:
        freeze(running)
        plant(running, *((name_of(place), "expired") for place in range(DEAD)))
        plant(running, ("ci-a", "running"), ("ci-b", "running"), ("other", "running"), since=NOW - 2000)
        yield running


def test_pages_of_the_dead_are_read_once(server: Server, tmp_path: Path) -> None:
    wanted = ours(bare("ci-a"), bare("ci-b"))
    with remembering(tmp_path / "ledger.db") as ledger:
        plans = [of(server, wanted, ledger) for _ in range(3)]
    assert [plan.requests for plan in plans][1:] == [1, 1]
    assert plans[0].requests >= 4
    assert [seen(plan) for plan in plans] == [seen(of(server, wanted))] * 3
    assert plans[2].plan.dead_rows == 200
    assert plans[2].plan.others == 1


def test_another_key_and_another_scope_see_for_themselves(server: Server, tmp_path: Path) -> None:
    wanted = ours(bare("ci-a"), bare("ci-b"))
    with remembering(tmp_path / "ledger.db") as ledger:
        of(server, wanted, ledger)
        assert of(server, wanted, ledger).requests == 1
        assert of(server, wanted, ledger, key="sk-of-somebody-else").requests >= 4
        scope = replace(wanted.scope, exclude=())
        other = replace(wanted, scope=scope)
        assert seen(of(server, other, ledger)) == seen(of(server, other))
        assert of(server, other, ledger).plan.dead_rows == 250
        assert of(server, wanted, ledger).requests == 1
    assert b"sk-of-somebody-else" not in (tmp_path / "ledger.db").read_bytes()


def test_a_name_of_which_only_the_dead_are_left_is_looked_for_among_them(
    server: Server, tmp_path: Path
) -> None:
    two, three = ours(bare("ci-a"), bare("ci-b")), ours(bare("ci-a"), bare("ci-b"), bare("ci-c"))
    with remembering(tmp_path / "ledger.db") as ledger:
        of(server, two, ledger)
        known = of(server, three, ledger)
        assert known.requests >= 4
        assert Reason.EXPIRED in known.plan.changes[-1].reasons
        for row in server.containers():
            if row["name"] == "ci-c":
                gone(server, row["id"])
        swept = of(server, three, ledger)
    assert Reason.ABSENT in swept.plan.changes[-1].reasons
    assert seen(swept) == seen(of(server, three))


def test_what_was_left_expired_stays_so(server: Server, tmp_path: Path) -> None:
    wanted = ours(bare("ci-a"), bare("ci-c", WhenExpired.LEAVE))
    with remembering(tmp_path / "ledger.db") as ledger:
        plans = [of(server, wanted, ledger) for _ in range(3)]
    assert [seen(plan) for plan in plans] == [seen(of(server, wanted))] * 3
    assert Reason.LEFT_EXPIRED in plans[2].plan.changes[-1].reasons
    assert plans[2].requests == 2  # from the page on that holds its last row


def test_of_dead_rows_of_one_second_those_that_are_there_tell_how_a_name_died(tmp_path: Path) -> None:
    with serving() as server, remembering(tmp_path / "ledger.db") as ledger:
        freeze(server)
        dead = [{"id": f"cntr_{place:03}", "name": "other", "status": "expired"} for place in range(150)]
        dead[0] |= {"id": "cntr_z", "name": "ci-c"}
        dead[140] |= {"name": "ci-c", "status": "deleted"}
        rows = [{**row, "created_at": NOW - 9000, "last_active_at": NOW - 9000} for row in dead]
        server.control("POST", "/containers", {"containers": rows})
        wanted = ours(bare("ci-c", WhenExpired.LEAVE))
        assert seen(of(server, wanted, ledger)) == seen(of(server, wanted))
        gone(server, "cntr_z")
        assert seen(of(server, wanted, ledger)) == seen(of(server, wanted))


def test_who_sweeps_lists_them_all(server: Server, tmp_path: Path) -> None:
    with remembering(tmp_path / "ledger.db") as ledger:
        for sweep in (False, False, True, True, False):
            wanted = ours(bare("ci-a"), bare("ci-b"), sweep=sweep)
            found = of(server, wanted, ledger)
            assert len(found.sweep) == (200 if sweep else 0)
            assert found.plan.dead_rows == 200


def test_once_a_day_the_dead_are_counted_anew(server: Server, tmp_path: Path) -> None:
    wanted = ours(bare("ci-a"), bare("ci-b"))
    with remembering(tmp_path / "ledger.db") as ledger:
        of(server, wanted, ledger)
        first = next(row for row in server.containers() if row["name"] == "ci-d")
        gone(server, first["id"])
        assert of(server, wanted, ledger).plan.dead_rows == 200
        server.control("POST", "/clock", {"now": NOW + 90_000, "freeze": True})
        assert of(server, wanted, ledger).plan.dead_rows == 199 + 2
        assert of(server, wanted, ledger).requests < 4


def test_remembered_names_prove_nothing_of_the_filter(tmp_path: Path) -> None:
    wanted = ours(bare("ci-b"))
    with remembering(tmp_path / "ledger.db") as ledger:
        for name_filter in ("prefix", "exact"):
            with serving(name_filter=name_filter) as server:
                freeze(server)
                plant(server, *(("ci-a", "expired") for _ in range(230)))
                plant(server, ("ci-a", "running"), ("ci-b", "running"), ("ci-", "running"), since=NOW - 2000)
                for _ in range(2):
                    assert same(of(server, wanted, ledger), of(server, wanted))


def test_a_floor_that_somebody_swept_is_none(server: Server, tmp_path: Path) -> None:
    wanted = ours(bare("ci-a"), bare("ci-b"))
    with remembering(tmp_path / "ledger.db") as ledger:
        of(server, wanted, ledger)
        for row in server.containers()[:DEAD]:
            gone(server, row["id"])
        found = of(server, wanted, ledger)
        assert (found.plan.dead_rows, found.requests) == (0, 2)
        assert of(server, wanted, ledger).requests == 1


def gone(server: Server, container_id: str) -> None:
    """Somebody deletes a container, or its row."""
    headers = {"Authorization": "Bearer somebody"}
    assert server.http.delete(f"{server.base_url}/containers/{container_id}", headers=headers).is_success


STATUSES = ("running", "running", "expired", "deleted", "provisioning")
ROWS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(STATUSES)), max_size=4)


class Story(Struct, frozen=True):
    """What an account and a set are, and what they become."""

    filter: str
    first_alive: int
    then: list[tuple[str, str]]
    later: list[tuple[str, str]]
    dies: list[bool]
    declared: list[list[tuple[str, WhenExpired]]]


DECLARATIONS = st.lists(
    st.tuples(st.sampled_from(NAMES[:4]), st.sampled_from(WhenExpired)), unique_by=lambda pair: pair[0]
)


@pytest.fixture(scope="module")
def server_of() -> Iterator[Callable[[str], Server]]:
    """A server for each filter."""
    servers: dict[str, Server] = {}
    with ExitStack() as stack:

        def get(name_filter: str) -> Server:
            if name_filter not in servers:
                servers[name_filter] = stack.enter_context(serving(name_filter=name_filter))
                freeze(servers[name_filter])
            servers[name_filter].control("POST", "/reset")
            return servers[name_filter]

        yield get


@settings(max_examples=10)
@given(
    st.builds(
        Story,
        filter=st.sampled_from(["exact", "prefix"]),
        first_alive=st.sampled_from([0, 50, 150, 230, 230]),
        then=ROWS,
        later=ROWS,
        dies=st.lists(st.booleans(), min_size=8, max_size=8),
        declared=st.lists(DECLARATIONS, min_size=2, max_size=2),
    )
)
def test_whatever_died_a_warm_plan_is_a_cold_one(
    server_of: Callable[[str], Server], tmp_path_factory: pytest.TempPathFactory, story: Story
) -> None:
    server = server_of(story.filter)
    old = [(NAMES[place % 5 % 4 if place % 3 else 4 + place % 3], "expired") for place in range(230)]
    if story.first_alive < len(old):
        old[story.first_alive] = ("ci-a", "running")
    plant(server, *old)
    plant(server, *story.then, since=NOW - 3000)
    with remembering(tmp_path_factory.mktemp("ledger") / "ledger.db") as ledger:
        for declared in story.declared:
            wanted = ours(*sorted((bare(*pair) for pair in declared), key=lambda one: one.name))
            for _ in range(2):
                assert same(of(server, wanted, ledger), of(server, wanted))
            alive = [row["id"] for row in server.containers() if row["status"] == "running"]
            for container_id, dies in zip(alive, story.dies, strict=False):
                if dies:
                    server.control("POST", f"/containers/{container_id}", {"status": "expired"})
            if declared is story.declared[0]:
                plant(server, *story.later, since=NOW - 2000)


def same(one: Prepared, other: Prepared) -> bool:
    """Two plans that differ at most in whether others were counted."""
    values = [{**seen(each), "others": None} for each in (one, other)]
    return values[0] == values[1]

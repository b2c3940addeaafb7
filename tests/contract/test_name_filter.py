"""Fewer list requests by the server's filter by name: the same plan, whatever that filter does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace
from support.builders import entry
from support.emulated import NOW, account_of, freeze, planned
from support.ledgers import remembering
from support.servers import serving

from reconciler.model.plan_json import plan_values
from reconciler.model.scope import Desired, Scope

if TYPE_CHECKING:
    from pathlib import Path

    from support.servers import Server

    from reconciler.control.passes import Prepared
    from reconciler.ledger.ledger import Ledger
    from reconciler.model.spec import DesiredContainer

MODES = ["exact", "prefix", "substring", "any-case", "ignored"]
NARROW = ["prefix", "substring", "any-case"]
OWN = [*(f"ci-{number:03}" for number in range(120)), "ci-x", "ci-expired"]
OTHERS = ["", "ci", "CI-000", "my-ci-000", *(f"other-{number}" for number in range(700))]


def bare(name: str) -> DesiredContainer:
    """A declared container without files, so that all requests are for lists of containers."""
    return replace(entry(name), files=None)


DECLARED = Desired(Scope("ci-", prune=True), tuple(bare(f"ci-{number:03}") for number in range(121)))
THREE = Desired(Scope(), tuple(bare(name) for name in ("ci-007", "ci-008", "other-3")))


def plant(server: Server, names: list[str]) -> None:
    """Puts containers there, a second apart; a name that says so has expired."""
    rows: list[dict[str, Any]] = [
        {
            "id": f"cntr_{name}",
            "name": name,
            "created_at": NOW - 2000 + place,
            "last_active_at": NOW,
            "status": "expired" if "expired" in name else "running",
        }
        for place, name in enumerate(names)
    ]
    server.control("POST", "/containers", {"containers": rows})


def seen(prepared: Prepared) -> dict[str, Any]:
    """A plan without what may differ: when it was made, what that took, and how many others there are."""
    cost = replace(prepared.plan.cost, made=None)
    values = plan_values(replace(prepared.plan, created_at="", others=None, cost=cost))
    return {key: value for key, value in values.items() if key != "digest"}


def of(server: Server, desired: Desired, ledger: Ledger) -> Prepared:
    """A plan."""
    return planned(server, desired, account=account_of(server, ledger), parallelism=16)


@pytest.mark.parametrize("desired", [DECLARED, THREE], ids=["scope", "names"])
def test_whatever_the_filter_does_the_plan_is_the_same_cold_and_warm(
    desired: Desired, tmp_path: Path
) -> None:
    plans = []
    for mode in MODES:
        with serving(name_filter=mode) as server, remembering(tmp_path / f"{mode}.db") as ledger:
            freeze(server)
            plant(server, [*OTHERS[:300], *OWN, *OTHERS[300:]])
            plans += [seen(of(server, desired, ledger)) for _ in range(3)]
    assert all(plan["changes"] for plan in plans)
    assert [plan for plan in plans if plan != plans[0]] == []


@pytest.mark.parametrize("mode", MODES)
def test_a_filter_that_narrows_costs_the_pages_of_the_scope_and_any_other_one_request_once(
    mode: str, tmp_path: Path
) -> None:
    with serving(name_filter=mode) as server, remembering(tmp_path / "ledger.db") as ledger:
        freeze(server)
        plant(server, [*OTHERS[:300], *OWN, *OTHERS[300:]])
        cold, warm, again = (of(server, DECLARED, ledger) for _ in range(3))
    if mode in NARROW:
        assert (cold.requests, warm.requests, again.requests) == (1 + 2, 2, 2)
        assert (cold.plan.others, warm.plan.others) == (None, None)
    else:
        assert cold.requests <= 9 + 1 + 1
        assert (warm.requests, again.requests) == (9, 9)
        assert (cold.plan.others, warm.plan.others) == (704, 704)


def test_an_account_of_one_page_is_listed_whole_for_one_request(tmp_path: Path) -> None:
    with serving(name_filter="prefix") as server, remembering(tmp_path / "ledger.db") as ledger:
        freeze(server)
        plant(server, [*OTHERS[:30], *OWN[:10]])
        plans = [of(server, DECLARED, ledger) for _ in range(2)]
    assert [(one.requests, one.plan.others) for one in plans] == [(1, 30), (1, 30)]


def test_an_empty_scope_proves_nothing_and_so_everything_is_listed(tmp_path: Path) -> None:
    with serving(name_filter="prefix") as server, remembering(tmp_path / "ledger.db") as ledger:
        freeze(server)
        plant(server, OTHERS)
        plans = [of(server, DECLARED, ledger) for _ in range(2)]
        assert {one.plan.others for one in plans} == {704}
        assert plans[1].requests == 8 + 1
        plant(server, OWN)
        assert of(server, DECLARED, ledger).requests == 2
        assert of(server, DECLARED, ledger).plan.others is None


def test_a_filter_that_changed_its_ways_is_found_out(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    for mode, requests, others in (("prefix", 4, None), ("exact", 1 + 9 + 1, 704), ("ignored", 9, 704)):
        with serving(name_filter=mode) as server, remembering(path) as ledger:
            freeze(server)
            plant(server, [*OTHERS[:300], *OWN, *OTHERS[300:]])
            found = of(server, DECLARED, ledger)
            assert (found.requests <= requests, found.plan.others) == (True, others)


@pytest.mark.parametrize("mode", NARROW)
def test_a_few_names_without_a_prefix_are_asked_for_by_name(mode: str, tmp_path: Path) -> None:
    with serving(name_filter=mode) as server, remembering(tmp_path / "ledger.db") as ledger:
        freeze(server)
        plant(server, [*OTHERS[:300], *OWN, *OTHERS[300:]])
        assert of(server, DECLARED, ledger).plan.others is None
        found = of(server, THREE, ledger)
    assert found.plan.others == 822  # a scope's pages tell nothing of the account's, so that all is listed
    assert found.requests <= 9 + 2


def test_names_cost_a_request_each_where_the_account_is_known_to_have_more_pages(tmp_path: Path) -> None:
    with serving(name_filter="ignored") as server, remembering(tmp_path / "ledger.db") as ledger:
        freeze(server)
        plant(server, [*OTHERS[:300], *OWN, *OTHERS[300:]])
        assert of(server, DECLARED, ledger).plan.others == 704
        ends = ledger.page_ends()
    with serving(name_filter="substring") as server, remembering(tmp_path / "other.db") as ledger:
        freeze(server)
        plant(server, [*OTHERS[:300], *OWN, *OTHERS[300:]])
        ledger.remember_ends(ends)
        found = of(server, replace(THREE, containers=THREE.containers[:2]), ledger)
        assert (found.requests, found.plan.others) == (2, None)
        missing = replace(THREE, containers=(*THREE.containers[:2], bare("ci-nobody")))
        assert of(server, missing, ledger).plan.others == 823 - 1 + 1


def test_what_was_about_to_be_deleted_elsewhere_is_not_forgotten(tmp_path: Path) -> None:
    with serving(name_filter="prefix") as server, remembering(tmp_path / "ledger.db") as ledger:
        freeze(server)
        plant(server, [*OTHERS, *OWN])
        ledger.doomed("cntr_other-1")
        account = account_of(server, ledger)
        found = planned(server, DECLARED, account=account, parallelism=16, exclusive=True)
        assert found.plan.others is None
        assert ledger.recall().doomed == {"cntr_other-1"}


def test_a_name_with_a_stamp_is_a_copy_that_a_lookup_finds(tmp_path: Path) -> None:
    stamped = "ci-007~aabcdefgh"
    with serving(name_filter="prefix") as server, remembering(tmp_path / "ledger.db") as ledger:
        freeze(server)
        plant(server, [*OTHERS, *OWN, stamped])
        plans = [of(server, replace(THREE, containers=THREE.containers[:1]), ledger) for _ in range(2)]
    for one in plans:
        assert [change.name for change in one.plan.changes] == ["ci-007", "ci-007"]
    assert plans[1].requests < 8

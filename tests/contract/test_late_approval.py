"""An approval that comes late: it is for the account as it was shown, and a quick one costs nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from support.builders import desired, entry, scope
from support.clocks import FakeClock
from support.emulated import UNLIMITED, Client, account_of

from reconciler.control.account import Speed
from reconciler.control.passes import LONG_ASKED, AccountChanged, Options, Prepared, prepare, still_so
from reconciler.model.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.servers import Server

SPEED = Speed(4)
LATE = LONG_ASKED + 0.001
WANTED = desired(entry("ci-a", unmanaged=True), entry("ci-b", unmanaged=True), within=scope(prune=True))


def plant(server: Server, name: str, **row: Any) -> str:
    """Puts a row there that does not expire; its id."""
    rows = [{"name": name, "status": "active", "created_at": 1_700_000_000, **row}]
    return str(server.control("POST", "/containers", {"containers": rows})["data"][0]["id"])


def delete(server: Server, container_id: str) -> None:
    """Deletes a row as anybody may."""
    Client(server).run(lambda writer: writer.delete_container(container_id))


def asked(
    server: Server, meanwhile: Callable[[], object], seconds: float, names: tuple[str, ...] = ()
) -> tuple[Prepared, Prepared]:
    """The plan, and what it is after a question that stood for so long while something happened."""
    clock = FakeClock()
    account = account_of(server, clock=clock)
    prepared = asyncio.run(prepare(WANTED, (), account, Options(names=names, speed=SPEED), UNLIMITED))
    clock.slept.append(seconds)
    meanwhile()
    server.forget_requests()
    return prepared, asyncio.run(still_so(prepared, account, SPEED))


def test_a_quick_answer_asks_nothing(server: Server) -> None:
    prepared, after = asked(server, lambda: plant(server, "ci-new"), LONG_ASKED)
    assert after is prepared
    assert server.requests() == 0


def test_a_late_answer_lists_once_and_counts_it(server: Server) -> None:
    plant(server, "ci-old")
    prepared, after = asked(server, lambda: plant(server, "other"), LATE)
    assert server.counts() == {"GET /containers": 1}
    assert (after.plan, after.requests) == (prepared.plan, prepared.requests + 1)


def test_rows_that_were_dead_are_nobodys_business(server: Server) -> None:
    gone = plant(server, "ci-old", status="expired")

    def meanwhile() -> None:
        delete(server, gone)
        plant(server, "ci-a", status="expired")

    asked(server, meanwhile, LATE)


@pytest.mark.parametrize("name", ["ci-a", "ci-undeclared"])
def test_copies_that_came_or_went_refuse_the_approval(server: Server, name: str) -> None:
    first, second = plant(server, name), plant(server, name)
    third = ""

    def meanwhile() -> None:
        nonlocal third
        delete(server, first)
        server.control("POST", f"/containers/{second}", {"status": "expired"})
        third = plant(server, name)

    with pytest.raises(AccountChanged, match="while the question stood; nothing was changed") as refused:
        asked(server, meanwhile, LATE)
    assert set(refused.value.details) == {
        f"{name} ({first}) is gone",
        f"{name} ({second}) is gone",
        f"{name} ({third}) is new",
    }
    assert (refused.value.exit_code, refused.value.hint) == (ExitCode.STALE_PLAN, "plan again")
    assert set(server.counts()) == {"GET /containers"}


def test_what_the_plan_was_narrowed_to_is_all_that_counts(server: Server) -> None:
    asked(server, lambda: plant(server, "ci-b"), LATE, names=("ci-a",))
    with pytest.raises(AccountChanged):
        asked(server, lambda: plant(server, "ci-a"), LATE, names=("ci-a",))

"""Writes whose fate is unknown, on a server that loses replies: nothing is doubled and nothing lost."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from support.builders import desired
from support.builders import entry as built
from support.clocks import SharedClock
from support.emulated import account_of, applied
from support.servers import API_KEY, Server, serving

from reconciler.api.connection import Connection, Endpoint
from reconciler.api.writer import Writer
from reconciler.execute.run import Work, execute
from reconciler.execute.settle import MAX_ROUNDS
from reconciler.ledger.ledger import Ledger
from reconciler.model.diagnostics import Position
from reconciler.model.memory import LEAST_LAG
from reconciler.model.outcome import Outcome, fold
from reconciler.model.plan import Action, Change, Reason
from reconciler.model.scope import Desired, Scope
from reconciler.model.spec import ContainerSpec, DesiredContainer, DesiredFile, FileSpec, InlineContent
from reconciler.model.steps import chains_of
from reconciler.model.stop import Stop
from reconciler.observe.observe import observe
from reconciler.planning.reading import NoNeeds

if TYPE_CHECKING:
    from collections.abc import Iterator

AT = Position("m.yaml", 1, 1)
FILES = "POST /containers/{container_id}/files"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        running.advance(100)
        yield running


def entry(name: str, memory: str | None = None, **files: bytes) -> DesiredContainer:
    declared = tuple(
        DesiredFile(FileSpec(path, len(data), hashlib.sha256(data).hexdigest()), InlineContent(data), AT)
        for path, data in files.items()
    )
    return DesiredContainer(ContainerSpec(name, memory_limit=memory), AT, declared)


def create(*entries: DesiredContainer) -> list[Change]:
    return [Change(each.name, Action.CREATE, (Reason.ABSENT,)) for each in entries]


def carry_out(
    server: Server, entries: list[DesiredContainer], changes: list[Change], clock: SharedClock | None = None
) -> Outcome:
    used = clock or SharedClock(server)

    async def run() -> Outcome:
        connection = Connection(Endpoint(server.base_url, API_KEY), used)
        writer = Writer(connection, used)
        try:
            before = await observe(writer, NoNeeds(Desired(Scope(), ())), Ledger(), parallelism=4)
            chains = chains_of(changes, {each.name: each for each in entries})
            work = Work(chains, before)
            return fold([event async for event in execute(work, writer, used, Stop(), parallelism=4)])
        finally:
            await connection.close()

    return asyncio.run(run())


def live(server: Server) -> Counter[str]:
    return Counter(row["name"] for row in server.containers() if row["status"] == "running")


LOSSES: list[dict[str, Any]] = [
    {"kind": "drop", "when": "after"},
    {"kind": "drop", "when": "before"},
    {"kind": "status", "status": 500, "when": "after"},
    {"kind": "status", "status": 503, "when": "before"},
    {"kind": "status", "status": 409, "when": "before"},
    {"kind": "status", "status": 408, "when": "after"},
    {"kind": "status", "status": 200, "when": "after", "body": "<html>ok</html>"},
    {"kind": "truncate", "size": 3},
]


@pytest.mark.parametrize("loss", LOSSES, ids=str)
@pytest.mark.parametrize("endpoint", ["POST /containers", FILES])
def test_a_lost_reply_doubles_nothing_and_loses_nothing(
    server: Server, endpoint: str, loss: dict[str, Any]
) -> None:
    server.fault(endpoint=endpoint, skip=2, times=3, **loss)
    entries = [entry(f"ci-{number}", a=b"one", b=b"two") for number in range(8)]
    outcome = carry_out(server, entries, create(*entries))
    assert len(outcome.applied) == 8
    assert not outcome.failed
    assert live(server) == {each.name: 1 for each in entries}
    for row in server.containers():
        assert sorted(file["path"].split("-", 1)[1] for file in row["files"]) == ["a", "b"]
    lost = loss.get("when") == "before"
    assert server.counts()["POST /containers"] == 8 + 3 * (lost and endpoint == "POST /containers")
    assert server.counts()[FILES] == 16 + 3 * (lost and endpoint == FILES)


def test_one_look_settles_all_of_them_after_the_lag(server: Server) -> None:
    server.fault(kind="drop", when="after", endpoint="POST /containers", times=None)
    entries = [entry(f"ci-{number}") for number in range(8)]
    clock = SharedClock(server)
    outcome = carry_out(server, entries, create(*entries), clock)
    assert len(outcome.applied) == 8
    assert sum(clock.slept) == pytest.approx(LEAST_LAG)
    # 8 creates, one list before the run, one look, one closing list: 1.25 requests a create, no doubles
    assert server.counts() == {"POST /containers": 8, "GET /containers": 3}


def test_forty_creates_of_which_a_third_gets_no_answer(server: Server) -> None:
    """The official client with its retries makes about 50 of them; see tests/bench/lost_replies.py."""
    server.fault(kind="drop", when="after", endpoint="POST /containers", probability=0.3, times=None)
    entries = [entry(f"ci-{number}", a=b"one") for number in range(40)]
    outcome = carry_out(server, entries, create(*entries))
    assert len(outcome.applied) == 40
    assert live(server) == {each.name: 1 for each in entries}
    listings = "GET /containers/{container_id}/files"
    assert server.counts() == {"POST /containers": 40, "GET /containers": 3, FILES: 40, listings: 40}


def test_an_id_in_a_damaged_answer_is_salvaged_without_waiting(server: Server) -> None:
    server.fault(kind="truncate", size=90, endpoint="POST /containers")
    only = entry("ci-a")
    clock = SharedClock(server)
    outcome = carry_out(server, [only], create(only), clock)
    assert len(outcome.applied) == 1
    assert clock.slept == []
    assert live(server) == {"ci-a": 1}


def test_somebody_elses_container_of_the_same_name_is_no_match(server: Server) -> None:
    server.fault(kind="drop", when="before", endpoint="POST /containers")
    only = entry("ci-a", memory="4g")
    planted = {"containers": [{"name": "ci-a", "memory_limit": "64g"}]}
    server.control("POST", "/containers", planted)
    outcome = carry_out(server, [only], create(only))
    assert len(outcome.applied) == 1
    assert server.counts()["POST /containers"] == 2


def test_rounds_are_bounded_and_the_failure_says_what_is_unknown(server: Server) -> None:
    server.fault(kind="drop", when="before", endpoint="POST /containers", times=None)
    only = entry("ci-a", a=b"x")
    outcome = carry_out(server, [only], create(only))
    (failed,) = outcome.failed
    assert "whether it happened is unknown" in failed.failure.message
    assert server.counts()["POST /containers"] == 1 + MAX_ROUNDS


def test_what_cannot_be_looked_up_is_never_sent_again(server: Server) -> None:
    server.fault(kind="drop", when="after", endpoint="POST /containers", times=1)
    server.fault(kind="status", status=500, endpoint="GET /containers", skip=1, times=None)
    only = entry("ci-a")
    outcome = carry_out(server, [only], create(only))
    assert len(outcome.failed) == 1
    assert server.counts()["POST /containers"] == 1
    assert live(server) == {"ci-a": 1}


def test_a_final_refusal_is_final(server: Server) -> None:
    server.fault(kind="status", status=400, endpoint="POST /containers", times=None)
    only = entry("ci-a")
    clock = SharedClock(server)
    outcome = carry_out(server, [only], create(only), clock)
    assert len(outcome.failed) == 1
    assert clock.slept == []
    assert server.counts()["POST /containers"] == 1


def test_a_container_that_is_not_what_was_asked_is_a_failed_change(server: Server) -> None:
    server.fault(kind="patch", endpoint="POST /containers", fields={"memory_limit": "1g"})
    only = entry("ci-a", memory="16g")
    (failed,) = carry_out(server, [only], create(only)).failed
    assert "memory_limit 1g instead of 16g" in failed.failure.message


def test_fields_that_no_answer_shows_are_said_to_be_unverifiable(server: Server) -> None:
    server.fault(kind="patch", endpoint="POST /containers", omit=["memory_limit"])
    only = entry("ci-a", memory="16g")
    (applied,) = carry_out(server, [only], create(only)).applied
    assert applied.unverifiable == ("memory_limit",)


def test_deletes_whose_fate_is_unknown_are_settled_by_reading(server: Server) -> None:
    server.control("POST", "/containers", {"containers": [{"name": "ci-a"}]})
    (row,) = server.containers()
    server.fault(
        kind="status", status=500, when="after", endpoint="DELETE /containers/{container_id}", times=5
    )
    gone = Change("ci-a", Action.DELETE, (Reason.NOT_IN_MANIFEST,), row["id"])
    outcome = carry_out(server, [], [gone])
    assert not outcome.failed, (outcome.failed, server.counts())
    assert live(server) == {}


@pytest.mark.parametrize("step", ["POST /containers", FILES, "GET /containers/{container_id}/files"])
def test_a_failed_replace_leaves_the_old_copy_and_only_that(server: Server, step: str) -> None:
    server.control("POST", "/containers", {"containers": [{"name": "ci-a"}]})
    (old,) = server.containers()
    server.fault(kind="status", status=400, endpoint=step, times=None)
    new = entry("ci-a", memory="4g", a=b"x")
    change = Change("ci-a", Action.REPLACE, (Reason.FIELD_CHANGED,), old["id"])
    outcome = carry_out(server, [new], [change])
    assert len(outcome.failed) == 1
    assert [row["id"] for row in server.containers() if row["status"] == "running"] == [old["id"]]


def test_a_strangers_row_with_other_values_in_omitted_fields_is_not_taken_for_our_create(
    server: Server,
) -> None:
    """Another machine with another manifest made the same name a moment ago, and no list showed it yet."""
    server.control("POST", "/lag", {"create": 5})
    strangers = server.http.post(
        f"{server.base_url}/containers",
        json={"name": "ci-a", "memory_limit": "4g"},
        headers={"Authorization": f"Bearer {API_KEY}"},
    ).json()["id"]
    server.fault(kind="drop", when="after", endpoint="POST /containers")
    wanted = desired(built("ci-a", unmanaged=True))
    [change] = applied(server, wanted, account=account_of(server, clock=SharedClock(server))).outcome.applied
    rows = {row["id"]: row["memory_limit"] for row in server.containers() if row["status"] == "running"}
    assert change.container_id != strangers
    assert rows == {strangers: "4g", change.container_id: "1g"}


@pytest.mark.parametrize(("lag", "looks"), [(0, 1), (4, 2), (8, 3)])
def test_the_closing_list_waits_until_it_shows_what_was_made_and_what_was_made_twice(
    server: Server, lag: int, looks: int
) -> None:
    server.control("POST", "/lag", {"create": lag})
    server.fault(kind="double", endpoint="POST /containers", answer="first", times=2)
    wanted = desired(built("ci-a", unmanaged=True), built("ci-b", unmanaged=True))
    clock = SharedClock(server)
    outcome = applied(server, wanted, account=account_of(server, clock=clock)).outcome
    named = len(outcome.removed) + len(outcome.doubled)
    assert (len(outcome.applied), named) == (2, 2), "each is deleted, or left to the next plan and named"
    assert sum(live(server).values()) == 4 - len(outcome.removed)
    assert sum(clock.slept) == pytest.approx((0, LEAST_LAG / 2, LEAST_LAG)[looks - 1])
    assert server.counts()["GET /containers"] == 1 + looks


def test_a_list_that_never_shows_what_was_made_is_not_waited_for_beyond_the_lag(server: Server) -> None:
    server.control("POST", "/lag", {"create": 3600})
    clock = SharedClock(server)
    outcome = applied(
        server, desired(built("ci-a", unmanaged=True)), account=account_of(server, clock=clock)
    ).outcome
    assert len(outcome.applied) == 1
    assert sum(clock.slept) == pytest.approx(LEAST_LAG)

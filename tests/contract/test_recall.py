"""What a run leaves in the ledger for the next: nothing is doubled while the list lags, and nothing leaks."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace
from support.builders import declared_file, desired, entry, spec
from support.clocks import SharedClock
from support.emulated import TARGET, account_of, applied, carried_out, planned
from support.servers import API_KEY, serving

from reconciler.control.passes import Destroy
from reconciler.ledger.ledger import Ledger
from reconciler.ledger.store import Place
from reconciler.model.events import ChangeApplied, Waiting
from reconciler.model.memory import IN_FLIGHT_SECONDS, LEAST_LAG
from reconciler.model.profile import LITELLM
from reconciler.model.stop import Stop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.servers import Server

    from reconciler.model.events import Event

FILES, DELETE = "GET /containers/{container_id}/files", "DELETE /containers/{container_id}"
CREATE, LIST, READ = "POST /containers", "GET /containers", "GET /containers/{container_id}"
WANTED = desired(entry("ci-a", unmanaged=True), entry("ci-b", unmanaged=True))

AS_SOMEBODY = {"Authorization": f"Bearer {API_KEY}"}


class Killed(BaseException):
    """Stands for a process that is gone: nothing catches it, nothing is cleaned up."""


@dataclass
class Machine:
    """Runs one after the other on one machine: a ledger, and a clock shared with the server."""

    server: Server
    place: Place
    warnings: list[str]

    @contextmanager
    def run(self, clock: SharedClock | None = None) -> Iterator[Any]:
        """An account with this machine's ledger, for one run."""
        ledger = Ledger.at(self.place, TARGET, self.warnings.append)
        try:
            yield account_of(self.server, ledger, clock or SharedClock(self.server))
        finally:
            ledger.close()


@pytest.fixture(params=[0, 6], ids=["no lag", "lag"])
def lag(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def machine(lag: int, tmp_path: Path) -> Iterator[Machine]:
    with serving(list_lag=float(lag), delete_lag=float(lag)) as server:
        server.control("POST", "/clock", {"now": 1_790_000_000, "freeze": True})
        yield Machine(server, Place(tmp_path / "ledger.db"), [])


def names(server: Server) -> list[str]:
    """The live names, sorted."""
    return sorted(row["name"] for row in server.containers() if row["status"] == "running")


def applied_without_a_last_look(machine: Machine) -> None:
    """An apply that is interrupted once all is done, so that it does not wait for the list to show it."""
    stop, done = Stop(), itertools.count(1)
    with machine.run() as account:
        prepared = planned(machine.server, WANTED, account=account, exclusive=True)

        def listen(event: Event) -> None:
            if isinstance(event, ChangeApplied) and next(done) == len(WANTED.containers):
                stop.request()

        ran = carried_out(machine.server, prepared, account=account, stop=stop, listen=listen, parallelism=1)
    assert ran.applied == ["create ci-a", "create ci-b"]


def test_a_plan_right_after_an_apply_is_empty_though_the_list_lags(machine: Machine, lag: int) -> None:
    applied_without_a_last_look(machine)
    machine.server.forget_requests()
    with machine.run() as account:
        assert not planned(machine.server, WANTED, account=account).plan.pending
    assert machine.server.counts() == ({LIST: 1, READ: 2} if lag else {LIST: 1})
    machine.server.advance(100)
    machine.server.forget_requests()
    with machine.run() as account:
        assert not planned(machine.server, WANTED, account=account).plan.pending
    assert machine.server.counts() == {LIST: 1}, "what a list shows is not asked for any more"
    assert machine.warnings == []


def test_without_a_ledger_the_same_plan_is_wrong_for_as_long_as_the_list_lags(
    machine: Machine, lag: int
) -> None:
    applied(machine.server, WANTED)
    assert bool(planned(machine.server, WANTED).plan.pending) == bool(lag)
    machine.server.advance(100)
    assert not planned(machine.server, WANTED).plan.pending


def test_a_container_that_died_before_any_list_showed_it_is_made_again(machine: Machine) -> None:
    with machine.run() as account:
        applied(machine.server, WANTED, account=account)
        [one, _] = machine.server.containers()
    machine.server.advance(3)
    gone = f"{machine.server.base_url}/containers/{one['id']}"
    machine.server.http.delete(gone, headers=AS_SOMEBODY).raise_for_status()
    machine.server.advance(6)
    with machine.run() as account:
        plan = planned(machine.server, WANTED, account=account).plan
    assert [change.name for change in plan.changes if change.pending] == [one["name"]]


def test_what_was_deleted_is_gone_though_the_list_shows_it(machine: Machine) -> None:
    with machine.run() as account:
        applied(machine.server, WANTED, account=account)
    machine.server.advance(100)
    with machine.run() as account:
        prepared = planned(machine.server, WANTED, account=account, strategy=Destroy())
        assert carried_out(machine.server, prepared, account=account).failures == []
    with machine.run() as account:
        plan = planned(machine.server, WANTED, account=account, strategy=Destroy()).plan
        assert plan.changes == ()
        reasons = {change.reasons for change in planned(machine.server, WANTED, account=account).plan.changes}
    assert {reason.value for each in reasons for reason in each} == {"absent"}


def test_a_tombstone_is_no_proof_for_ever(machine: Machine) -> None:
    """A gateway may answer 404 for a container that is there: it must not run and be billed unseen."""
    with machine.run() as account:
        applied(machine.server, WANTED, account=account)
        for row in machine.server.containers():
            account.ledger.buried(row["id"], 1_790_000_000)
        machine.server.advance(10)
        assert len(planned(machine.server, WANTED, account=account).plan.pending) == 2
        machine.server.advance(1000)
        assert planned(machine.server, WANTED, account=account).plan.pending == ()


class Dying(Ledger):
    """The process dies when the first create is answered, before anything of it can be noted."""

    def born(self, container_id: str, name: str, date: int | None) -> None:
        """Never returns."""
        raise Killed(container_id, name, date)


def killed_after_a_create(machine: Machine) -> None:
    """An apply that leaves ci-a behind, and in the ledger only that it was about to be made."""
    ledger = Dying.at(machine.place, TARGET, machine.warnings.append)
    with pytest.raises(Killed):
        applied(machine.server, WANTED, parallelism=1, account=account_of(machine.server, ledger))
    ledger.close()
    assert names(machine.server) == ["ci-a"]


def test_after_a_kill_the_next_run_waits_for_the_list_and_doubles_nothing(machine: Machine, lag: int) -> None:
    killed_after_a_create(machine)
    clock = SharedClock(machine.server)
    with machine.run(clock) as account:
        ran = applied(machine.server, WANTED, account=account)
    assert ran.applied == ["create ci-b"]
    assert names(machine.server) == ["ci-a", "ci-b"]
    assert clock.slept[:1] == ([LEAST_LAG] if lag else [])
    assert sum(clock.slept[1:]) == (LEAST_LAG if lag else 0), "for the closing list"
    clock = SharedClock(machine.server)
    with machine.run(clock) as account:
        assert not planned(machine.server, WANTED, account=account).plan.pending
    assert clock.slept == [], "an intent is settled once"


@pytest.mark.parametrize(("passed", "waited"), [(4, LEAST_LAG), (60, LEAST_LAG), (IN_FLIGHT_SECONDS + 1, 0)])
def test_an_intent_may_have_landed_at_any_time_until_now(
    machine: Machine, passed: int, waited: float
) -> None:
    """When it was sent says nothing about when its run ended; only after very long nothing is on its way."""
    ledger = Ledger.at(machine.place, TARGET, machine.warnings.append)
    ledger.intend("ci-a", 1_790_000_000)
    ledger.close()
    machine.server.advance(passed)
    clock = SharedClock(machine.server)
    with machine.run(clock) as account:
        planned(machine.server, WANTED, account=account)
    assert sum(clock.slept) == waited


def test_a_plan_beside_a_running_apply_forgets_nothing_of_it(machine: Machine) -> None:
    with machine.run() as account:
        account.ledger.intend("ci-a", 1_790_000_000)
        account.ledger.sending("cntr_1", "a.txt", 1_790_000_000)
        account.ledger.born("cntr_2", "ci-b", 1_789_000_000)
        planned(machine.server, WANTED, account=account)
        memory = account.ledger.recall()
        assert (len(memory.intents), len(memory.births), len(memory.sendings)) == (1, 1, 1)
        planned(machine.server, WANTED, account=account, exclusive=True)
        memory = account.ledger.recall()
        assert (memory.intents, memory.births) == ((), ())


def test_a_create_is_noted_when_it_is_sent_and_not_while_it_waits_for_its_turn(machine: Machine) -> None:
    machine.server.fault(kind="status", status=429, endpoint=CREATE, headers={"retry-after": "30"}, times=2)
    with machine.run() as account:
        begun = machine.server.control("GET", "/clock")["now"]
        applied(machine.server, desired(entry("ci-a")), parallelism=1, account=account)
        [made] = machine.server.containers()
        assert made["created_at"] >= begun + 30
        assert account.ledger.recall().births[0].date >= begun + 30


class Doomed(Ledger):
    """The process dies when a delete was answered, before anything of it can be noted."""

    def buried(self, container_id: str, date: int | None) -> None:
        """Never returns."""
        raise Killed(container_id, date)


def test_what_a_killed_run_deleted_is_gone_though_the_list_shows_it(machine: Machine) -> None:
    with machine.run() as account:
        applied(machine.server, WANTED, account=account)
    machine.server.advance(100)
    ledger = Doomed.at(machine.place, TARGET, machine.warnings.append)
    account = account_of(machine.server, ledger)
    prepared = planned(machine.server, WANTED, account=account, strategy=Destroy())
    with pytest.raises(Killed):
        carried_out(machine.server, prepared, parallelism=1, account=account)
    ledger.close()
    assert names(machine.server) == ["ci-b"]
    with machine.run() as account:
        ran = applied(machine.server, WANTED, account=account)
        assert ran.applied == ["create ci-a"]
        assert account.ledger.recall().doomed == frozenset()
    assert names(machine.server) == ["ci-a", "ci-b"]


def test_a_delete_that_was_not_sent_spares_its_container(machine: Machine) -> None:
    with machine.run() as account:
        applied(machine.server, WANTED, account=account)
        machine.server.advance(100)
        for row in machine.server.containers():
            account.ledger.doomed(row["id"])
        assert applied(machine.server, WANTED, account=account).applied == []
        assert account.ledger.recall().doomed == frozenset()


def test_an_upload_that_was_answered_and_not_yet_listed_is_not_doubled(tmp_path: Path) -> None:
    """The run ends between two uploads; the list of files does not show the first one yet."""
    with serving(list_lag=6.0, lag_files=True) as server:
        server.control("POST", "/clock", {"now": 1_790_000_000, "freeze": True})
        machine = Machine(server, Place(tmp_path / "ledger.db"), [])
        with machine.run() as account:
            applied(server, desired(entry("ci-a")), account=account)
        server.advance(100)

        class Second(Ledger):
            """The process dies when the second upload is about to be sent."""

            def sending(self, container_id: str, path: str, date: int | None) -> None:
                if path == "b.txt":
                    raise Killed
                super().sending(container_id, path, date)

        grown = desired(entry("ci-a", declared_file("a.txt"), declared_file("b.txt")))
        ledger = Second.at(machine.place, TARGET, machine.warnings.append)
        with pytest.raises(Killed):
            applied(server, grown, account=account_of(server, ledger))
        ledger.close()
        with machine.run() as account:
            assert applied(server, grown, account=account).failures == []
            assert account.ledger.recall().sendings == ()
        [row] = server.containers()
        assert len(row["files"]) == 2


@pytest.mark.parametrize(
    "answer",
    [{"status": 403}, {"status": 400}, {"status": 200, "body": "<html>"}],
    ids=str,
)
def test_a_birth_that_cannot_be_read_stands_in_nobodys_way(machine: Machine, answer: dict[str, Any]) -> None:
    """It may be of another key behind the same address."""
    with machine.run() as account:
        account.ledger.born("cntr_of_another_key", "ci-a", 1_789_000_000)
        account.ledger.born("..", "ci-b", 1_789_000_000)
        machine.server.fault(kind="status", endpoint=READ, times=None, **answer)
        ran = applied(machine.server, WANTED, account=account)
        assert ran.applied == ["create ci-a", "create ci-b"]
        assert "cntr_of_another_key" not in {birth.id for birth in account.ledger.recall().births}


def test_a_gateway_whose_date_is_ahead_of_created_at_doubles_nothing(machine: Machine) -> None:
    now = 1_790_000_000
    server = machine.server
    with machine.run() as account:
        prepared = planned(server, WANTED, account=account, exclusive=True)
        ahead = replace(prepared, live=replace(prepared.live, date=now + 30))
        server.fault(kind="drop", when="after", endpoint=CREATE, times=1)
        assert carried_out(server, ahead, account=account).failures == []
    assert names(server) == ["ci-a", "ci-b"]


def test_a_gateway_that_caches_lists_is_given_its_time() -> None:
    """One container, and nothing of ours that could show how old the list is: its kind must be known."""
    with serving(list_lag=60.0) as server:
        server.control("POST", "/clock", {"now": 1_790_000_000, "freeze": True})
        server.fault(kind="drop", when="after", endpoint=CREATE, times=3)
        account = replace(account_of(server, clock=SharedClock(server)), profile=LITELLM)
        wanted = desired(entry("ci-a", unmanaged=True))
        assert applied(server, wanted, account=account).failures == []
        assert names(server) == ["ci-a"]


def test_a_list_that_lacks_what_exists_proves_nothing(tmp_path: Path) -> None:
    """A gateway that answers a list from its cache, or a lag that is longer than anybody knew."""
    with serving(list_lag=45.0) as server:
        server.control("POST", "/clock", {"now": 1_790_000_000, "freeze": True})
        machine = Machine(server, Place(tmp_path / "ledger.db"), [])
        server.fault(kind="drop", when="after", endpoint=CREATE, skip=1, times=1)
        with machine.run() as account:
            assert applied(server, WANTED, parallelism=1, account=account).failures == []
            assert account.ledger.recall().lag > LEAST_LAG
        assert names(server) == ["ci-a", "ci-b"]


def test_a_destroy_after_a_kill_leaves_nothing_behind(machine: Machine) -> None:
    killed_after_a_create(machine)
    with machine.run() as account:
        prepared = planned(machine.server, WANTED, account=account, strategy=Destroy())
        assert carried_out(machine.server, prepared, account=account).applied == ["delete ci-a"]
    assert names(machine.server) == []


def test_an_intent_of_another_scope_is_none_of_our_business(machine: Machine) -> None:
    killed_after_a_create(machine)
    clock = SharedClock(machine.server)
    with machine.run(clock) as account:
        other = desired(entry("other-a"), within=desired().scope.__class__(prefix="other-"))
        planned(machine.server, other, account=account)
        assert clock.slept == []
        assert [intent.name for intent in account.ledger.recall().intents] == ["ci-a"]


def test_an_old_copy_does_not_settle_an_intent(machine: Machine) -> None:
    """A replace that was killed: the old copy is listed, the new one perhaps not yet."""
    row = {"name": "ci-a", "status": "active", "memory_limit": "4g", "created_at": 1_700_000_000}
    machine.server.control("POST", "/containers", {"containers": [row]})
    ledger = Dying.at(machine.place, TARGET, machine.warnings.append)
    with pytest.raises(Killed):
        applied(
            machine.server, desired(entry("ci-a")), parallelism=1, account=account_of(machine.server, ledger)
        )
    ledger.close()
    with machine.run() as account:
        ran = applied(machine.server, desired(entry("ci-a")), account=account)
    assert ran.applied == ["delete ci-a"], "the new copy is kept, the old one is surplus"
    assert names(machine.server) == ["ci-a"]


def test_a_refused_create_leaves_no_intent(machine: Machine) -> None:
    machine.server.fault(kind="status", status=400, endpoint=CREATE, times=None)
    with machine.run() as account:
        assert len(applied(machine.server, WANTED, account=account).failures) == 2
        assert account.ledger.recall().intents == ()


def test_a_create_that_stays_unknown_leaves_its_intent(machine: Machine) -> None:
    machine.server.fault(kind="drop", when="after", endpoint=CREATE, times=None)
    machine.server.fault(kind="status", status=500, endpoint=LIST, skip=1, times=None)
    with machine.run() as account:
        assert len(applied(machine.server, WANTED, account=account).failures) == 2
        assert [intent.name for intent in account.ledger.recall().intents] == ["ci-a", "ci-b"]
    machine.server.heal()
    with machine.run() as account:
        assert applied(machine.server, WANTED, account=account).applied == []
    assert names(machine.server) == ["ci-a", "ci-b"]


def test_a_longer_lag_is_learned_by_containers_that_a_list_lacks(tmp_path: Path) -> None:
    with serving(list_lag=60.0) as server:
        server.control("POST", "/clock", {"now": 1_790_000_000, "freeze": True})
        machine = Machine(server, Place(tmp_path / "ledger.db"), [])
        with machine.run() as account:
            applied(server, WANTED, account=account)
        server.advance(25)
        with machine.run() as account:
            assert not planned(server, WANTED, account=account).plan.pending
            assert account.ledger.recall().lag == 2 * (LEAST_LAG + 25)
        server.advance(100)
        grown = desired(entry("ci-a"), entry("ci-b"), entry("ci-c"))
        server.fault(kind="drop", when="after", endpoint=CREATE, times=1)
        clock = SharedClock(server)
        with machine.run(clock) as account:
            assert applied(server, grown, account=account).applied == ["create ci-c"]
        assert sum(clock.slept) == pytest.approx(100, abs=51)


def test_a_container_that_is_never_listed_is_no_matter_of_lag(tmp_path: Path) -> None:
    """A gateway that lists only what its key made must not have us wait for minutes ever after."""
    with serving(list_lag=100_000.0) as server:
        server.control("POST", "/clock", {"now": 1_790_000_000, "freeze": True})
        machine = Machine(server, Place(tmp_path / "ledger.db"), [])
        with machine.run() as account:
            applied(server, WANTED, account=account)
        server.advance(600)
        with machine.run() as account:
            assert not planned(server, WANTED, account=account).plan.pending
            assert account.ledger.recall().lag == LEAST_LAG


def test_a_clock_that_was_set_back_does_not_bury_anybody(machine: Machine) -> None:
    with machine.run() as account:
        applied(machine.server, WANTED, account=account)
        for row in machine.server.containers():
            account.ledger.buried(row["id"], 1_790_100_000)
        machine.server.advance(10)
        assert planned(machine.server, WANTED, account=account).plan.pending == ()


def test_a_lag_longer_than_was_known_shows_itself_in_doubles_and_is_learned(tmp_path: Path) -> None:
    with serving(list_lag=15.0) as server:
        server.control("POST", "/clock", {"now": 1_790_000_000, "freeze": True})
        machine = Machine(server, Place(tmp_path / "ledger.db"), [])
        server.fault(kind="drop", when="after", endpoint=CREATE, times=2)
        with machine.run() as account:
            applied(server, desired(entry("ci-a")), account=account)
            assert account.ledger.recall().lag >= 2 * LEAST_LAG
        server.advance(100)
        with machine.run() as account:
            applied(server, desired(entry("ci-a")), account=account)
        assert names(server) == ["ci-a"]


def test_our_own_reading_is_nobodys_use(machine: Machine) -> None:
    wanted = desired(entry("ci-a", declared_file("a.txt")))
    with machine.run() as account:
        applied(machine.server, wanted, account=account)
    machine.server.advance(100)
    with machine.run() as account:
        [row] = planned(machine.server, wanted, account=account).live.containers
        assert row.used_at is None, "created and filled by us, listed by us"
    machine.server.advance(100)
    used = machine.server.control("GET", "/clock")["now"]
    read = f"{machine.server.base_url}/containers/{row.id}"
    machine.server.http.get(read, headers=AS_SOMEBODY).raise_for_status()
    for _ in range(2):
        machine.server.advance(50)
        with machine.run() as account:
            [row] = planned(machine.server, wanted, account=account).live.containers
            assert row.used_at == pytest.approx(used, abs=1)


def test_uploads_that_a_list_shows_late_are_waited_for_with_few_requests() -> None:
    with serving(list_lag=6.0, lag_files=True) as server:
        server.control("POST", "/clock", {"now": 1_790_000_000, "freeze": True})
        clock = SharedClock(server)
        account = account_of(server, clock=clock)
        wanted = desired(entry("ci-a", declared_file("a.txt"), declared_file("b.txt")))
        assert applied(server, wanted, account=account).failures == []
        assert 6 <= sum(clock.slept) <= LEAST_LAG
        assert server.counts()[FILES] <= 6
        assert server.counts()[f"POST {FILES.split()[1]}"] == 2


def test_an_upload_that_is_never_listed_is_a_failed_change() -> None:
    with serving(list_lag=1000.0, lag_files=True) as server:
        server.control("POST", "/clock", {"now": 1_790_000_000, "freeze": True})
        account = account_of(server, clock=SharedClock(server))
        ran = applied(server, desired(entry("ci-a", declared_file("a.txt"))), account=account)
        [failed] = ran.outcome.failed
        assert "a.txt was uploaded to ci-a and is not listed there" in failed.failure.message


def test_a_deleted_container_that_a_read_still_shows_is_a_failed_delete(machine: Machine) -> None:
    machine.server.control("POST", "/containers", {"containers": [{"name": "ci-a", "status": "active"}]})
    machine.server.fault(kind="lie", endpoint=DELETE, times=None)
    clock = SharedClock(machine.server)
    with machine.run(clock) as account:
        prepared = planned(machine.server, WANTED, account=account, strategy=Destroy())
        [failed] = carried_out(machine.server, prepared, account=account).outcome.failed
        assert "was deleted and is still there" in failed.failure.message
        assert account.ledger.recall().tombstones == {}
    assert sum(clock.slept) == pytest.approx(LEAST_LAG)
    assert machine.server.counts()[READ] <= 7


def test_somebodys_use_after_our_reading_is_theirs(machine: Machine) -> None:
    """Also where it falls before the end of our own pass, and where reading does not count as activity."""
    wanted = desired(entry("ci-a", declared_file("a.txt")))
    with machine.run() as account:
        applied(machine.server, wanted, account=account)
        machine.server.advance(100)
        planned(machine.server, wanted, account=account)
        [row] = machine.server.containers()
        for used in (row["last_active_at"] + 5, row["last_active_at"] - 20):
            machine.server.control("POST", f"/containers/{row['id']}", {"last_active_at": used})
            [seen] = planned(machine.server, wanted, account=account).live.containers
            assert seen.used_at == used


def test_whoever_watches_is_told_of_a_wait(machine: Machine) -> None:
    machine.server.fault(kind="drop", when="after", endpoint=CREATE, times=1)
    with machine.run() as account:
        ran = applied(machine.server, WANTED, account=account)
    [waiting] = [event for event in ran.events if isinstance(event, Waiting)]
    assert waiting.seconds == LEAST_LAG
    assert "1 write without an answer" in waiting.because


def test_what_is_applied_is_noted_before_it_is_told(machine: Machine) -> None:
    """A run that dies while it prints has lost nothing."""
    seen: list[tuple[str, ...]] = []
    with machine.run() as account:
        prepared = planned(machine.server, desired(entry("ci-a", fields=spec("ci-a"))), account=account)

        def listen(event: Event) -> None:
            if isinstance(event, ChangeApplied):
                seen.append(tuple(birth.name for birth in account.ledger.recall().births))

        carried_out(machine.server, prepared, account=account, listen=listen)
    assert seen == [("ci-a",)]


@pytest.mark.parametrize("remembered", [True, False], ids=["made here", "made elsewhere"])
def test_a_copy_made_a_second_before_does_not_settle_the_intent_of_its_replacement(
    tmp_path: Path, *, remembered: bool
) -> None:
    with serving(list_lag=6.0) as server:
        server.control("POST", "/clock", {"now": 1_790_000_000, "freeze": True})
        machine = Machine(server, Place(tmp_path / "ledger.db"), [])
        elsewhere = Machine(server, Place(tmp_path / "other.db"), [])
        with (machine if remembered else elsewhere).run() as account:
            applied(server, desired(entry("ci-a")), account=account)
        if not remembered:
            server.control("POST", "/lag", {"create": 0})  # what is there already is listed
            server.http.post(
                f"{server.base_url}/containers", json={"name": "ci-b"}, headers=AS_SOMEBODY
            ).raise_for_status()
            server.control("POST", "/lag", {"create": 6})
        name = "ci-a" if remembered else "ci-b"
        grown = desired(entry(name, fields=spec(name, memory_limit="4g")))
        ledger = Dying.at(machine.place, TARGET, machine.warnings.append)
        with pytest.raises(Killed):
            applied(server, grown, parallelism=1, account=account_of(server, ledger))
        ledger.close()
        with machine.run() as account:
            applied(server, grown, account=account)
        assert len(server.running(name)) == 1

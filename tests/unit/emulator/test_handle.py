"""The emulator in a test's hands: time, faults, log and rows, without a word of HTTP."""

from hashlib import sha256
from pathlib import Path

import httpx2
import pytest
from unit.emulator.harness import Api, MakeApi

from reconciler.emulator import EmulatorError, Settings, WriteCounts, Writes, start

START = 1_790_000_000


def test_time_is_frozen_set_advanced_and_released(api: Api) -> None:
    clock = api.emulator.clock
    clock.freeze(START)
    assert api.create()["created_at"] == START
    clock.advance(90.5)
    assert clock.now() == START + 90.5
    clock.set(START + 100)
    assert clock.now() == START + 100
    assert api.request("GET", "/containers").headers["date"] == "Mon, 21 Sep 2026 14:15:00 GMT"
    clock.release()
    assert START + 100 <= clock.now() < START + 130
    clock.freeze()
    assert clock.now() == clock.now()


@pytest.mark.parametrize("now", [-1, 2**32])
def test_a_time_that_cannot_be_is_refused(api: Api, now: float) -> None:
    with pytest.raises(EmulatorError, match="the clock runs from 0"):
        api.emulator.clock.set(now)
    with pytest.raises(EmulatorError, match="the clock runs from 0"):
        api.emulator.clock.freeze(now)


def test_a_container_expires_when_time_passes(api: Api) -> None:
    clock = api.emulator.clock
    clock.freeze(START)
    api.create("short")
    clock.advance(1200)
    (row,) = api.emulator.containers("short")
    assert row.status == "expired"


def test_faults_are_added_seen_and_cleared(api: Api) -> None:
    faults = api.emulator.faults
    faults.add("POST /containers: 503 once", "GET *: drop 10%", seed=7)
    assert api.request("POST", "/containers", json={"name": "a"}).status_code == 503
    first, second = faults.active()
    assert (first.endpoint, first.description, first.seen, first.met) == (
        "POST /containers",
        "status 503 before commit",
        1,
        1,
    )
    assert (second.endpoint, second.seen) == ("GET *", 0)
    faults.clear()
    assert faults.active() == ()


def test_a_wrong_fault_is_refused_with_what_was_expected(api: Api) -> None:
    with pytest.raises(EmulatorError, match="expected how often: 10%, once, 3x"):
        api.emulator.faults.add("POST /containers: drop often")
    with pytest.raises(EmulatorError, match="lag must not be negative"):
        api.emulator.faults.lag(create=-1)


def test_lag_is_set_and_cleared(api: Api) -> None:
    emulator = api.emulator
    emulator.clock.freeze(START)
    emulator.faults.lag(create=5)
    api.create("late")
    assert api.get("/containers")["data"] == []
    emulator.clock.advance(5)
    assert len(api.get("/containers")["data"]) == 1
    emulator.faults.clear()
    api.create("now")
    assert len(api.get("/containers")["data"]) == 2


def test_rows_have_files_with_the_digests_of_their_true_contents(api: Api) -> None:
    api.emulator.clock.freeze(START)
    row = api.create("a", memory_limit="4g")
    file = api.upload(row["id"], "a.txt", b"hello")
    api.create("b")
    api.emulator.clock.advance(60)
    (found,) = api.emulator.containers("a")
    assert (found.id, found.name, found.status, found.memory_limit) == (row["id"], "a", "running", "4g")
    assert found.last_active_at == found.created_at == START
    (held,) = found.files
    assert (held.id, held.path, held.bytes, held.source) == (file["id"], file["path"], 5, "user")
    assert (held.size, held.sha256) == (5, sha256(b"hello").hexdigest())
    assert held.name == file["path"].removeprefix("/mnt/data/")
    assert [other.name for other in api.emulator.containers()] == ["a", "b"]
    assert api.emulator.containers("c") == ()


def test_planted_rows_without_this_and_that_are_rows_too(api: Api) -> None:
    api.plant(name=None, status=None, last_active_at=None, memory_limit=None, omit=["created_at"])
    (row,) = api.emulator.containers()
    assert (row.name, row.status, row.created_at, row.memory_limit) == ("", "", 0, None)


def test_the_log_counts_requests_and_writes(api: Api) -> None:
    api.emulator.faults.add("POST /containers: drop-after-commit once")
    with pytest.raises(httpx2.TransportError):
        api.create("a")
    api.create("a")
    log = api.emulator.log
    assert log.counts() == {"POST /containers": 2}
    assert log.names() == ("a",)
    assert log.writes("a") == WriteCounts(creates=Writes(committed=2, acknowledged=1))
    assert log.writes("b") == WriteCounts()
    lost, answered = log.requests()
    assert (lost.status, lost.faults, lost.name, lost.commits) == (None, ("drop after",), "a", 1)
    assert (answered.method, answered.path) == ("POST", "/v1/containers")
    assert (answered.endpoint, answered.status) == ("POST /containers", 200)
    log.clear()
    assert log.requests() == ()
    assert log.writes("a") == WriteCounts()


def test_a_reset_empties_it_and_keeps_the_time(make_api: MakeApi) -> None:
    emulator = make_api(faults=("*: 503 once",)).emulator
    emulator.clock.freeze(START)
    emulator.faults.clear()
    emulator.reset()
    assert (emulator.containers(), emulator.log.requests()) == ((), ())
    assert len(emulator.faults.active()) == 1
    assert emulator.clock.now() == START


def test_its_key_is_one_that_is_accepted(make_api: MakeApi) -> None:
    for settings in ({}, {"api_keys": ("sk-mine", "sk-other")}):
        api = make_api(**settings)
        api.headers = {"authorization": f"Bearer {api.emulator.api_key}"}
        assert api.create()["name"] == "box"


def test_a_stopped_emulator_says_so() -> None:
    with start(Settings()) as emulator:
        assert emulator.clock.now() > 0
    with pytest.raises(EmulatorError, match="the emulator has stopped"):
        emulator.clock.now()
    with pytest.raises(EmulatorError, match="the emulator has stopped"):
        emulator.containers()


def test_what_it_shows_is_what_another_server_of_the_same_file_did(make_api: MakeApi, tmp_path: Path) -> None:
    one, other = make_api(data=tmp_path / "data.db"), make_api(data=tmp_path / "data.db")
    one.emulator.clock.freeze(START)
    other.create("a")
    one.emulator.clock.advance(1200)
    assert other.emulator.containers("a")[0].status == "expired"
    assert other.emulator.clock.now() == START + 1200

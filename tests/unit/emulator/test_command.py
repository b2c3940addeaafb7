"""`reconciler emulator`: options do what they say, errors say what was expected, warnings warn."""

import signal
import threading
from pathlib import Path

import httpx2
import pytest
from support.commands import reconciler
from unit.emulator.command import running
from unit.emulator.harness import MakeApi

HEADERS = {"authorization": "Bearer any"}


def test_faults_limits_and_lag_are_options(client: httpx2.Client) -> None:
    with running(
        *("--fault", "POST /containers: 503 once"),
        *("--fault", "DELETE *: lie"),
        *("--seed", "7", "--rate-limit", "1000/h", "--list-lag", "5m", "--delete-lag", "1h", "--lag-files"),
        *("--control-key", "control", "--name-filter", "ignored"),
    ) as command:
        posts = [
            client.post(f"{command.base_url}/containers", json={"name": "a"}, headers=HEADERS)
            for _ in range(2)
        ]
        listed = client.get(f"{command.base_url}/containers", params={"name": "x"}, headers=HEADERS)
        control = {"x-emulator-key": "control"}
        faults = client.get(f"{command.root_url}/_emulator/faults", headers=control).json()
        lag = client.get(f"{command.root_url}/_emulator/lag", headers=control).json()
        told = command.end()
    assert [post.status_code for post in posts] == [503, 200]
    assert posts[1].headers["x-ratelimit-limit-requests"] == "1000"
    assert listed.json()["data"] == []
    assert faults["seed"] == 7
    assert [rule["kind"] for rule in faults["rules"]] == ["rate-limit", "status", "lie"]
    assert lag == {"object": "emulator.lag", "create": 300, "delete": 3600, "files": True}
    assert "emulator: faults are drawn with --seed 7\n" in told


def test_the_name_filter_is_an_option(client: httpx2.Client) -> None:
    with running("--name-filter", "substring") as command:
        client.post(f"{command.base_url}/containers", json={"name": "my-box"}, headers=HEADERS)
        listed = client.get(f"{command.base_url}/containers", params={"name": "y-b"}, headers=HEADERS)
    assert [row["name"] for row in listed.json()["data"]] == ["my-box"]


def test_without_a_seed_faults_tell_the_one_they_took_and_no_faults_tell_none() -> None:
    with running("--fault", "GET *: drop 1%") as command:
        told = command.end()
    (line,) = [line for line in told.splitlines() if "--seed" in line]
    assert int(line.rpartition(" ")[2]) >= 0
    with running() as command:
        assert "--seed" not in command.end()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--fault", "POST /containers drop"], "expected ENDPOINT: KIND"),
        (["--fault", "POST /containers: explode"], "expected one of latency TIME"),
        (
            ["--fault", "POST /containerz: drop"],
            "no endpoint is 'POST /containerz'; expected one of GET /cont",
        ),
        (["--fault", "GET *: drop sometimes"], "expected how often: 10%, once, 3x"),
        (["--rate-limit", "100"], "expected a rate like 100/min"),
        (["--list-lag", "5"], "expected a duration like 200ms"),
        (["--delete-lag", "-5s"], "expected"),
        (["--seed", "x"], "expected a whole number from 0"),
        (["--name-filter", "fuzzy"], "invalid choice: 'fuzzy'"),
    ],
)
def test_a_wrong_option_is_a_usage_error_that_says_what_was_expected(
    options: list[str], expected: str
) -> None:
    ran = reconciler("emulator", "--port", "0", *options)
    assert (ran.code, ran.out) == (64, "")
    assert expected in ran.err
    assert "Traceback" not in ran.err


def test_only_listening_beyond_this_machine_is_warned_about(client: httpx2.Client) -> None:
    for host, warned in (("127.0.0.1", False), ("localhost", False), ("0.0.0.0", True)):
        with running("--host", host) as command:
            assert client.get(f"{command.base_url}/containers", headers=HEADERS).status_code == 200
            told = command.end()
        assert (f"emulator: warning: listening on {host}: " in told) == warned


def test_the_page_is_announced_and_can_be_left_out(client: httpx2.Client) -> None:
    with running() as command:
        assert "none yet" in client.get(f"{command.root_url}/").text
        assert f"shown at {command.root_url}/\n" in command.end()
    with running("--no-page") as command:
        assert client.get(f"{command.root_url}/").status_code == 404
        assert "shown at" not in command.end()


def test_a_kill_in_the_middle_of_writing_loses_nothing_acknowledged(
    make_api: MakeApi, tmp_path: Path
) -> None:
    """Several clients write until the process is killed under them; what they were told must be there."""
    data = tmp_path / "data.db"
    kept: list[str] = []
    deleted: list[str] = []
    uploaded: list[tuple[str, str]] = []
    enough = threading.Event()

    def write(base_url: str) -> None:
        with httpx2.Client(base_url=base_url, headers=HEADERS) as own:
            try:
                while True:
                    container, doomed = (
                        own.post("/containers", json={"name": name}).json()["id"] for name in "kd"
                    )
                    kept.append(container)
                    file = own.post(f"/containers/{container}/files", files={"file": ("a", b"x" * 300_000)})
                    uploaded.append((container, file.json()["id"]))
                    own.get(f"/containers/{container}")
                    if own.delete(f"/containers/{doomed}").status_code == 200:
                        deleted.append(doomed)
                    if len(deleted) > 40:
                        enough.set()
            except httpx2.TransportError:
                return

    with running("--data", str(data)) as command:
        writers = [threading.Thread(target=write, args=(command.base_url,)) for _ in range(4)]
        for writer in writers:
            writer.start()
        assert enough.wait(60)
        command.end(signal.SIGKILL)
        for writer in writers:
            writer.join(60)

    rows = {row.id: row for row in make_api(data=data).emulator.containers()}
    assert len(deleted) > 40
    assert not set(deleted) & rows.keys()
    assert set(kept) <= rows.keys()
    for container, file in uploaded:
        (found,) = [held for held in rows[container].files if held.id == file]
        assert (found.size, found.bytes) == (300_000, 300_000)


def test_a_touch_is_no_write_of_its_own(make_api: MakeApi, tmp_path: Path) -> None:
    """Reading a container again and again within one second writes nothing to the data file."""
    data = tmp_path / "data.db"
    api = make_api(data=data)
    api.emulator.clock.freeze(1_790_000_000)
    container = api.create()["id"]
    journal = data.with_name("data.db-wal")
    before = journal.stat().st_size
    for _ in range(50):
        api.get(f"/containers/{container}")
        api.files(container)
    assert journal.stat().st_size == before
    api.emulator.clock.advance(1)
    api.get(f"/containers/{container}")
    assert journal.stat().st_size > before

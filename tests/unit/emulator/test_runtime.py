"""Starting and stopping, in a thread and in the foreground."""

import gc
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from unit.emulator.foreground import Foreground
from unit.emulator.harness import MakeApi, connect

from reconciler.emulator import Emulator, EmulatorError, Settings, start


def _is_closed(connection: socket.socket) -> bool:
    """Whether the other side has closed; a reset, for what it had not read, is as good."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_addresses(make_api: MakeApi) -> None:
    emulator = make_api().emulator
    assert emulator.base_url == f"{emulator.root_url}/v1"
    assert emulator.root_url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize(("host", "shown"), [("0.0.0.0", "127.0.0.1"), ("localhost", "localhost")])
def test_a_server_is_reachable_under_the_address_it_names(make_api: MakeApi, host: str, shown: str) -> None:
    api = make_api(host=host)
    assert api.emulator.root_url.startswith(f"http://{shown}:")
    assert api.create()["name"] == "box"


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_an_ipv6_address_is_bracketed(make_api: MakeApi) -> None:
    try:
        api = make_api(host="::1")
    except EmulatorError:
        pytest.skip("no IPv6 loopback here")
    assert api.emulator.root_url.startswith("http://[::1]:")
    assert api.create()["name"] == "box"


def test_stopping_closes_the_door_and_may_be_repeated() -> None:
    before = threading.active_count()
    emulator = start(Settings())
    port = int(emulator.root_url.rsplit(":", 1)[1])
    with connect(emulator) as idle, connect(emulator) as halfway:
        halfway.sendall(b"POST /v1/containers HTTP/1.1\r\nContent-Le")
        emulator.stop()
        assert _is_closed(idle)
        assert _is_closed(halfway)
    emulator.stop()
    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_stopping_gives_up_on_a_client_that_never_finishes() -> None:
    with start(Settings()) as emulator, connect(emulator) as connection:
        connection.sendall(
            b"POST /v1/containers HTTP/1.1\r\nAuthorization: Bearer k\r\nContent-Length: 9\r\n\r\n{"
        )
        with connect(emulator) as other:  # once this one is answered, the first was begun
            other.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert other.recv(9) == b"HTTP/1.1 "
        emulator.stop()
        assert _is_closed(connection)


def test_many_starts_leave_no_thread_and_no_file_descriptor() -> None:
    with start(Settings()):
        pass
    gc.collect()  # what earlier tests left behind closes its files now, and not while these are counted
    threads, descriptors = threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(30):
        with start(Settings()) as emulator, connect(emulator) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
            connection.recv(9)
    assert threading.active_count() == threads
    assert len(list(Path("/proc/self/fd").iterdir())) <= descriptors


def test_a_connection_made_while_stopping_is_closed_too() -> None:
    for _ in range(50):
        emulator = start(Settings())
        with connect(emulator) as connection:
            emulator.stop()
            assert _is_closed(connection)


def test_a_port_that_is_taken_and_a_host_that_is_nowhere_are_refused(tmp_path: Path) -> None:
    with start(Settings()) as emulator:
        port = int(emulator.root_url.rsplit(":", 1)[1])
        with pytest.raises(EmulatorError, match=f"cannot listen on 127.0.0.1 port {port}") as caught:
            start(Settings(port=port, data=tmp_path / "data.db"))
        assert [path.name for path in tmp_path.iterdir()] == ["data.db"], caught  # closed: no log beside it
    with pytest.raises(EmulatorError, match=r"cannot listen on 192\.0\.2\.1"):
        start(Settings(host="192.0.2.1"))


@pytest.mark.parametrize(
    "settings",
    [
        {"path_mode": "plain"},
        {"name_filter": "fuzzy"},
        {"unknown_after": "500"},
        {"expired_answer": "gone"},
        {"port": 65536},
        {"max_minutes": 0},
        {"api_keys": ("",)},
        {"control_key": ""},
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(EmulatorError):
        Settings(**settings)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serving_in_the_foreground_ends_cleanly_on_a_signal(tmp_path: Path, number: int) -> None:
    server = Foreground(tmp_path / "data.db")
    host, port = server.root_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10):
        assert server.end(number) == ("stopped\n", "", 0)
    assert [path.name for path in tmp_path.iterdir()] == ["data.db"]


def test_a_thread_installs_no_signal_handler() -> None:
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with start(Settings()):
        assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers


def test_the_package_loads_no_server_until_it_is_started() -> None:
    code = (
        "import sys, reconciler.emulator as emulator\n"
        "assert not {'sqlite3', 'asyncio', 'uvicorn'} & sys.modules.keys()\n"
        "emulator.Settings(); emulator.EmulatorError\n"
        "assert not {'sqlite3', 'asyncio', 'uvicorn'} & sys.modules.keys()\n"
        "emulator.start(emulator.Settings()).stop()\n"
        "others = [name for name in sys.modules if name.startswith('reconciler.')]\n"
        "assert all(name.startswith('reconciler.emulator') for name in others), others\n"
        "assert not {'httpx2', 'pydantic', 'yaml', 'rich'} & sys.modules.keys()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    package = sys.modules["reconciler.emulator"]
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = package.nothing
    assert package.Emulator is Emulator

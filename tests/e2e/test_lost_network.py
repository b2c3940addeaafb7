"""The service goes away in the middle of an apply and comes back: what is not done is said, then done."""

from __future__ import annotations

import random
import select
import signal
import socket
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import httpx2
import pytest
from support.commands import command, environment, reconciler
from support.servers import API_KEY, CONTROL_KEY, Server

if TYPE_CHECKING:
    from pathlib import Path

CONTAINERS = 12
NAMES = {f"ci-{number}": 1 for number in range(CONTAINERS)}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Service:
    """An emulator in a process of its own, always on the same port with the same data."""

    def __init__(self, folder: Path) -> None:
        self._options = (
            *("--port", str(free_port()), "--data", str(folder / "data.db"), "--control-key", CONTROL_KEY),
            *("--list-lag", "1s", "--fault", "*: latency 20ms"),
        )
        self.process: subprocess.Popen[str] | None = None

    def begin(self, http: httpx2.Client) -> Server:
        """Starts it and waits until it serves."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "reconciler", "emulator", *self._options],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment(),
        )
        assert self.process.stdout is not None
        base_url = self.process.stdout.readline().strip()
        return Server(base_url, base_url.removesuffix("/v1"), http)

    def kill(self) -> None:
        """Ends it without a word."""
        if self.process is not None and self.process.stdout is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process.stdout.close()
            self.process = None


def write(folder: Path) -> None:
    lines = ["version: 1", "scope: {prefix: ci-}", "containers:"]
    for name in NAMES:
        lines += [f"  - name: {name}", f"    files: [{{path: a.txt, content: 'of {name}'}}]"]
    (folder / "m.yaml").write_text("\n".join(lines) + "\n")


def lose_the_network(folder: Path, until: int) -> None:
    write(folder)
    service = Service(folder)
    with httpx2.Client(trust_env=False) as http:
        try:
            server = service.begin(http)
            env = {**server.env, "XDG_CACHE_HOME": str(folder / "cache"), "OPENAI_API_KEY": API_KEY}
            run = subprocess.Popen(
                command("apply", ".", "--auto-approve", "--parallelism", "3"),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=environment(env),
                cwd=folder,
            )
            while run.poll() is None and server.requests() < until:
                select.select([], [], [], 0.002)
            service.kill()
            out, err = run.communicate(timeout=240)
            assert run.returncode in (1, 6), (out, err)
            assert "Traceback" not in err
            if run.returncode == 6:
                unsaid = [name for name in NAMES if f"{name}" not in out + err]
                assert unsaid == [], "every container is said to be done or not"
                assert "failed" in out
            server = service.begin(http)
            again = reconciler("apply", ".", "--auto-approve", cwd=folder, env=env)
            assert again.code == 0, (again.out, again.err)
            server.advance(10)
            plan = reconciler("plan", ".", "--detailed-exitcode", cwd=folder, env=env)
            assert (plan.code, plan.out) == (0, "No changes.\n")
            rows = [row for row in server.containers() if row["status"] == "running"]
            assert Counter(row["name"] for row in rows) == NAMES
            assert all(len(row["files"]) == 1 for row in rows)
        finally:
            service.kill()


def test_an_apply_that_loses_the_network_says_what_is_not_done_and_the_next_one_does_it(
    tmp_path: Path,
) -> None:
    lose_the_network(tmp_path, until=14)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(10))
def test_whenever_the_network_is_lost(tmp_path: Path, seed: int) -> None:
    lose_the_network(tmp_path, until=random.Random(seed).randint(1, 36))  # noqa: S311 - a moment

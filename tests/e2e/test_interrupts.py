"""Signals and prompts: what is in flight finishes, nothing more begins, and the next apply completes it."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.commands import command, environment, reconciler

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.servers import Server

QUICKSTART = str(Path(__file__).parents[2] / "examples" / "quickstart")
SECONDS = 60


def begin(server: Server, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(*arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        env=environment(server.env),
        text=True,
    )


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline
        select.select([], [], [], 0.01)


def fired(server: Server) -> int:
    """How many requests are or were held up by the fault."""
    return sum(rule["fired"] for rule in server.control("GET", "/faults")["rules"])


def end(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=SECONDS)
    return process.returncode, out, err


def check_completion(server: Server) -> None:
    """The next apply completes what was left, and nothing is doubled."""
    server.heal()
    assert reconciler("apply", QUICKSTART, "--auto-approve", env=server.env).code == 0
    names = Counter(row["name"] for row in server.containers() if row["status"] == "running")
    assert names == {f"quickstart-{name}": 1 for name in ("analysis", "sandbox", "scratch")}
    again = reconciler("plan", QUICKSTART, "--detailed-exitcode", env=server.env)
    assert (again.code, again.out) == (0, "No changes.\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_while_observing_it_ends_at_once(server: Server, number: signal.Signals) -> None:
    server.fault(kind="latency", seconds=SECONDS, endpoint="GET /containers")
    process = begin(server, "apply", QUICKSTART, "--auto-approve")
    wait_until(lambda: fired(server) == 1)
    process.send_signal(number)
    code, out, err = end(process)
    assert (code, out) == (130, "")
    assert "interrupted; nothing was changed" in err
    assert server.containers() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_while_applying_what_is_in_flight_finishes(server: Server, number: signal.Signals) -> None:
    server.fault(kind="latency", seconds=1, endpoint="POST /containers")
    process = begin(server, "apply", QUICKSTART, "--auto-approve", "--parallelism", "1")
    wait_until(lambda: fired(server) == 1)
    process.send_signal(number)
    code, out, err = end(process)
    assert code == 130
    assert [row["name"] for row in server.containers()] == ["quickstart-analysis"]
    assert "finishing what is in flight" in err
    assert "failed create quickstart-analysis after creating it: interrupted" in out
    assert "not started create quickstart-sandbox: interrupted" in out
    assert "Interrupted: 0 created" in out
    check_completion(server)


def test_a_second_signal_stops_at_once_and_names_what_is_unknown(server: Server) -> None:
    server.fault(kind="latency", seconds=SECONDS, when="after", endpoint="POST /containers", times=None)
    process = begin(server, "apply", QUICKSTART, "--auto-approve", "--parallelism", "1")
    wait_until(lambda: fired(server) == 1)
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    assert "finishing what is in flight" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    code, out, _ = end(process)
    assert code == 130
    assert "cut off create quickstart-analysis: whether it happened is unknown" in out
    assert "not started create quickstart-sandbox: interrupted" in out
    assert "not started create quickstart-scratch: interrupted" in out
    assert "0 deleted, 3 not done; 1 requests." in out
    check_completion(server)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    "endpoint", ["POST /containers", "POST /containers/{container_id}/files", "GET /containers/*/files"]
)
def test_a_kill_leaves_what_the_next_apply_completes(server: Server, endpoint: str, when: str) -> None:
    server.fault(kind="latency", seconds=SECONDS, when=when, endpoint=endpoint, times=None)
    process = begin(server, "apply", QUICKSTART, "--auto-approve")
    wait_until(lambda: fired(server) >= 1)
    process.kill()
    assert end(process)[0] == -signal.SIGKILL
    check_completion(server)


class Terminal:
    """The command on a terminal of its own."""

    def __init__(self, server: Server, *arguments: str, line: tuple[str, ...] = ()) -> None:
        self._main, child = pty.openpty()
        self.process = subprocess.Popen(
            [*line, *arguments] if line else command(*arguments),
            stdin=child,
            stdout=child,
            stderr=child,
            env=environment({**server.env, "TERM": "xterm"}),
            start_new_session=True,
        )
        os.close(child)
        self.screen = ""

    def read_until(self, text: str) -> None:
        """Reads the screen until it shows a text, or its end."""
        deadline = time.monotonic() + SECONDS
        while text not in self.screen and time.monotonic() < deadline:
            try:
                self.screen += os.read(self._main, 4096).decode()
            except OSError:  # the terminal is gone
                break
        assert text in self.screen, self.screen

    def type(self, text: str) -> None:
        """Types."""
        os.write(self._main, text.encode())

    def end(self) -> int:
        """Waits for the end, reading along."""
        with suppress(OSError):
            while chunk := os.read(self._main, 4096):
                self.screen += chunk.decode()
        os.close(self._main)
        return self.process.wait(SECONDS)


QUESTION = "Only 'yes' is taken for yes: "


def test_yes_on_a_terminal_applies(server: Server) -> None:
    terminal = Terminal(server, "apply", QUICKSTART)
    terminal.read_until(QUESTION)
    assert "Plan: 3 to create" in terminal.screen
    assert "\x1b[32m" in terminal.screen
    assert server.containers() == []
    terminal.type("yes\n")
    assert terminal.end() == 0
    assert len(server.containers()) == 3


@pytest.mark.parametrize("answer", ["no\n", "y\n", "\n", "\x04"])
def test_anything_else_is_4_and_changes_nothing(server: Server, answer: str) -> None:
    terminal = Terminal(server, "apply", QUICKSTART, "--no-color")
    terminal.read_until(QUESTION)
    assert "\x1b" not in terminal.screen
    terminal.type(answer)
    assert terminal.end() == 4
    assert "not approved" in terminal.screen
    assert server.containers() == []


def test_an_interrupt_at_the_prompt_is_130_and_changes_nothing(server: Server) -> None:
    terminal = Terminal(server, "apply", QUICKSTART)
    terminal.read_until(QUESTION)
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.end() == 130
    assert "interrupted" in terminal.screen
    assert server.containers() == []


LONG_ASKED = (
    sys.executable,
    "-c",
    "import reconciler.__main__ as it, reconciler.control.passes as p; p.LONG_ASKED = 0.0; it.main()",
)
"""The command, for which any question stands for long."""


@pytest.mark.parametrize("moves", [False, True])
def test_a_yes_that_comes_late_is_for_the_account_as_it_was_shown(server: Server, *, moves: bool) -> None:
    terminal = Terminal(server, "apply", QUICKSTART, "--no-color", line=LONG_ASKED)
    terminal.read_until(QUESTION)
    before = server.counts()["GET /containers"]
    rows = [{"name": "foreign", "status": "active"}]
    if moves:
        rows.append({"name": "quickstart-analysis", "status": "active"})
    server.control("POST", "/containers", {"containers": rows})
    terminal.type("yes\n")
    assert terminal.end() == (5 if moves else 0), terminal.screen
    assert len(server.containers()) == (2 if moves else 4)
    if moves:
        assert "the account changed while the question stood; nothing was changed" in terminal.screen
        assert "quickstart-analysis (cntr_" in terminal.screen
        assert server.counts()["GET /containers"] == before + 1
        assert "POST /containers" not in server.counts()

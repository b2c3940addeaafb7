"""Two runs on one scope: the second one waits or is turned away, and readers are never in the way."""

from __future__ import annotations

import json
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from support.commands import command, environment, reconciler

if TYPE_CHECKING:
    from support.servers import Server

QUICKSTART = str(Path(__file__).parents[2] / "examples" / "quickstart")
FLEET = str(Path(__file__).parents[2] / "examples" / "fleet")


def waits_for_a_lock(process: subprocess.Popen[str]) -> bool:
    """A signal that comes while Python starts may be swallowed by what it is importing."""
    opened = Path(f"/proc/{process.pid}/fd").iterdir()
    with suppress(OSError):  # a file that is just being closed
        return any(file.readlink().suffix == ".lock" for file in opened)
    return False


def test_a_second_run_on_the_same_scope_is_7_until_the_first_one_ends(server: Server, tmp_path: Path) -> None:
    env = {**server.env, "XDG_CACHE_HOME": str(tmp_path)}
    server.fault(kind="latency", seconds=60, endpoint="GET /containers")
    first = subprocess.Popen(
        command("apply", QUICKSTART, "--auto-approve"),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(env),
    )
    assert first.stdout is not None
    with first.stdout:
        while not server.control("GET", "/faults")["rules"][0]["fired"]:
            pass
        for arguments in (["apply", "--auto-approve"], ["destroy", "--auto-approve"]):
            second = reconciler(*arguments, QUICKSTART, env=env)
            assert second.code == 7, second.err
            assert f"process {first.pid}" in second.err
        assert reconciler("plan", QUICKSTART, env=env).code == 0, "readers need no lock"
        assert reconciler("apply", FLEET, "--auto-approve", "--name", "*-00", env=env).code == 0
        waiting = subprocess.Popen(
            command("apply", QUICKSTART, "--auto-approve", "--lock-timeout", "1h", "--format", "json"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(env),
            text=True,
        )
        while not waits_for_a_lock(waiting):
            assert waiting.poll() is None, "it was not to go on"
        waiting.send_signal(signal.SIGINT)
        out, _ = waiting.communicate(timeout=60)
        assert (waiting.returncode, json.loads(out)["exit_code"]) == (130, 130)
        first.kill()
        first.wait()
    after = reconciler("apply", QUICKSTART, "--auto-approve", "--lock-timeout", "5s", env=env)
    assert after.code == 0, after.err


def test_sets_without_a_prefix_that_share_a_name_run_one_after_the_other(
    server: Server, tmp_path: Path
) -> None:
    one, other = tmp_path / "one.yaml", tmp_path / "other.yaml"
    one.write_text("version: 1\ncontainers: [{name: shared}, {name: mine}]\n")
    other.write_text("version: 1\ncontainers: [{name: shared}]\n")
    server.fault(kind="latency", seconds=60, endpoint="GET /containers")
    with subprocess.Popen(
        command("apply", str(one), "--auto-approve"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(server.env),
    ) as first:
        while not server.control("GET", "/faults")["rules"][0]["fired"]:
            pass
        second = reconciler("apply", str(other), "--auto-approve", env=server.env)
        first.kill()
    assert second.code == 7, second.err
    assert f"process {first.pid}" in second.err
    assert server.containers() == []


def test_without_a_place_for_locks_it_warns_and_goes_on(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    env = {**server.env, "XDG_CACHE_HOME": str(tmp_path / "file")}
    ran = reconciler("apply", QUICKSTART, "--auto-approve", env=env)
    assert ran.code == 0
    assert ran.err.count("no lock can be held") == 1
    assert len(server.containers()) == 3

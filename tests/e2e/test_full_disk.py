"""No room on the local disk: what is only remembered is given up, what was asked for is an error."""

from __future__ import annotations

import resource
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.commands import Ran, command, environment, reconciler

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.servers import Server

QUICKSTART = str(Path(__file__).parents[2] / "examples" / "quickstart")


def with_a_full_disk(*arguments: str, env: dict[str, str], room: int = 0) -> Ran:
    """Runs the command where no file may grow beyond `room` bytes; its streams are pipes, which may."""
    done = subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=environment(env),
        timeout=120,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@contextmanager
def full_tmpfs(folder: Path) -> Iterator[None]:
    """A file system of 64 KiB without a byte left, where one may be mounted."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no file system may be mounted here")
    try:
        with (folder / "ballast").open("wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                pass
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def warnings(ran: Ran) -> list[str]:
    return [line for line in ran.err.splitlines() if "warning" in line]


def check(server: Server, env: dict[str, str]) -> None:
    """Everything was made once, and the next run, with room again, has nothing to do."""
    assert len(server.containers()) == 3
    assert server.counts()["POST /containers"] == 3
    again = reconciler("apply", QUICKSTART, "--auto-approve", env=env)
    assert again.code == 0
    assert server.counts()["POST /containers"] == 3


@pytest.mark.parametrize("room", [0, 100, 5000])
def test_a_disk_that_is_full_changes_nothing_about_the_result(
    server: Server, tmp_path: Path, room: int
) -> None:
    env = {**server.env, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    ran = with_a_full_disk("apply", QUICKSTART, "--auto-approve", env=env, room=room)
    assert ran.code == 0, ran.err
    assert len({line.split("(")[0] for line in warnings(ran)}) == len(warnings(ran)) <= 2, ran.err
    assert "Traceback" not in ran.err
    check(server, env)


def test_a_cache_folder_on_a_full_file_system_changes_nothing_about_the_result(
    server: Server, tmp_path: Path
) -> None:
    env = {**server.env, "XDG_CACHE_HOME": str(tmp_path)}
    with full_tmpfs(tmp_path):
        ran = reconciler("apply", QUICKSTART, "--auto-approve", env=env)
        assert ran.code == 0, ran.err
        assert len({line.split("(")[0] for line in warnings(ran)}) == len(warnings(ran)) <= 2, ran.err
        assert "Traceback" not in ran.err
    check(server, env)


def test_a_plan_that_cannot_be_saved_is_an_error_and_leaves_what_was_there(
    server: Server, tmp_path: Path
) -> None:
    saved = tmp_path / "plan.json"
    env = {**server.env, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    assert reconciler("plan", QUICKSTART, "-o", str(saved), env=env).code == 0
    before = saved.read_bytes()
    for room in (0, 500):
        ran = with_a_full_disk("plan", QUICKSTART, "-o", str(saved), env=env, room=room)
        assert ran.code == 1
        assert f"cannot write {saved}: File too large" in ran.err
        assert "Traceback" not in ran.err
        assert saved.read_bytes() == before
        assert [each.name for each in tmp_path.iterdir() if each.name.endswith(".tmp")] == []
    with full_tmpfs(tmp_path):
        ran = reconciler(
            "plan", QUICKSTART, "-o", str(tmp_path / "new.json"), env={**env, "XDG_CACHE_HOME": ""}
        )
        assert ran.code == 1
        assert "No space left on device" in ran.err
        assert not (tmp_path / "new.json").exists()

"""The lock of a scope: one owner at a time, named to the others, and gone with its process."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from reconciler.ledger.lock import WAIT_SECONDS, Owner, Patience, held, lock_name
from reconciler.ledger.places import cache_folder
from reconciler.model.errors import LockHeld
from reconciler.model.exit_codes import ExitCode
from reconciler.model.plan import Target

if TYPE_CHECKING:
    from pathlib import Path

OWNER = Owner(1234, "ada", "build-7", "reconciler apply", "2026-11-22T03:00:00Z")


def never(seconds: float) -> None:
    raise AssertionError(f"waited {seconds}")


NOT_AT_ALL = Patience(0, never)


def test_a_second_owner_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "x.lock"
    with held(path, OWNER, NOT_AT_ALL):
        with pytest.raises(LockHeld) as refused, held(path, OWNER, NOT_AT_ALL):
            pass
        assert "`reconciler apply` of ada@build-7, process 1234, since 2026-11-22T03:00:00Z" in str(
            refused.value
        )
        assert refused.value.exit_code is ExitCode.LOCKED
    with held(path, OWNER, NOT_AT_ALL):
        pass


def test_waiting_ends_with_the_lock_or_with_patience(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    waited: list[float] = []
    first = held(path, OWNER, NOT_AT_ALL)
    first.__enter__()

    def wait(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            first.__exit__(None, None, None)

    with held(path, OWNER, Patience(60, wait)):
        assert waited == [WAIT_SECONDS] * 3
        tries: list[float] = []
        with pytest.raises(LockHeld), held(path, OWNER, Patience(1, tries.append)):
            pass
        assert sum(tries) == pytest.approx(1)


def test_a_dead_owner_is_taken_over_at_once(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    script = (
        "import sys, pathlib, signal\n"
        "from reconciler.ledger.lock import Owner, Patience, held\n"
        "owner = Owner(1, 'dead', 'host', 'reconciler apply', 'then')\n"
        "with held(pathlib.Path(sys.argv[1]), owner, Patience(0, print)):\n"
        "    print('held', flush=True)\n"
        "    signal.pause()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with pytest.raises(LockHeld, match="dead@host"), held(path, OWNER, NOT_AT_ALL):
        pass
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    with held(path, OWNER, NOT_AT_ALL):
        pass


def test_a_full_disk_takes_the_name_of_the_owner_and_not_the_exclusion(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    script = (
        "import sys, pathlib, resource, signal\n"
        "from reconciler.ledger.lock import Owner, Patience, held\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "owner = Owner(1, 'poor', 'host', 'reconciler apply', 'then')\n"
        "with held(pathlib.Path(sys.argv[1]), owner, Patience(0, print)):\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.readline()\n"
        "print('let go', flush=True)\n"
    )
    command = [sys.executable, "-c", script, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with (
            pytest.raises(LockHeld, match="its owner has not said who it is"),
            held(path, OWNER, NOT_AT_ALL),
        ):
            pass
        assert process.communicate("\n")[0] == "let go\n"
    assert process.returncode == 0
    with held(path, OWNER, NOT_AT_ALL):
        pass


def test_a_lock_is_of_one_target_and_one_prefix() -> None:
    target = Target("https://api.openai.com/v1")
    names = {
        lock_name(target, "ci-"),
        lock_name(target, "cd-"),
        lock_name(target, None),
        lock_name(Target(target.url, "org"), "ci-"),
        lock_name(Target(target.url, None, "org"), "ci-"),
        lock_name(Target("https://eu.api.openai.com/v1"), "ci-"),
        lock_name(Target("https://eu.api.openai.com/v1"), None),
    }
    assert len(names) == 7
    assert lock_name(target, "") == lock_name(target, None)


def test_locks_lie_in_the_users_cache_folder(tmp_path: Path) -> None:
    assert cache_folder({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "reconciler"
    assert cache_folder({"XDG_CACHE_HOME": "relative", "HOME": "/home/ada"}).as_posix() == (
        "/home/ada/.cache/reconciler"
    )


def test_a_user_without_a_home_has_a_place_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pathlib.Path.home", no_home)
    assert cache_folder({}).name.startswith("reconciler-")


def no_home() -> Path:
    raise RuntimeError("Could not determine home directory.")

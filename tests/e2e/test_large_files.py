"""A large file through the whole command: never in memory, never in the way of others, read once to plan."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.commands import command, environment, reconciler

if TYPE_CHECKING:
    from support.servers import Server

MIB = 2**20
LARGE = 200 * MIB
GROWTH = 40 * MIB
"""Bytes by which a run may grow while a large file passes through it: buffers of pieces."""

UPLOAD = "/containers/{container_id}/files"

PEAK = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL)
print(json.dumps(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024))
sys.exit(done.returncode)
"""
"""Runs a command and prints the most memory that it ever had."""

READ = """
import sys
from reconciler.cli.main import run
code = run(sys.argv[1:])
with open("/proc/self/io") as counters:
    sys.stderr.write(dict(line.split(": ") for line in counters)["rchar"])
sys.exit(code)
"""
"""Runs the command and tells how many bytes it read from anything."""


def sparse(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


def peak_of(folder: Path, server: Server) -> int:
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *command("apply", ".", "--auto-approve")],
        capture_output=True,
        text=True,
        env=environment(server.env),
        cwd=folder,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout.splitlines()[-1])


def write(folder: Path, *containers: str) -> None:
    text = "version: 1\nscope: {prefix: ci-}\ncontainers:\n"
    (folder / "m.yaml").write_text(text + "".join(containers))


def test_a_large_upload_is_never_held_in_memory(server: Server, tmp_path: Path) -> None:
    one = "  - name: ci-a\n    files: [{path: big.bin, source: big.bin}]\n"
    sparse(tmp_path / "big.bin", 1)
    write(tmp_path, one)
    small = peak_of(tmp_path, server)
    sparse(tmp_path / "big.bin", LARGE)
    assert peak_of(tmp_path, server) - small < GROWTH
    [row] = server.containers()
    assert [file["size"] for file in row["files"]] == [LARGE]


def test_a_large_upload_holds_up_nobody_else(server: Server, tmp_path: Path) -> None:
    sparse(tmp_path / "big.bin", LARGE)
    others = [f"  - name: ci-b-{number}\n    files: [{{path: a.txt, content: 'x'}}]\n" for number in range(6)]
    write(tmp_path, "  - name: ci-a\n    files: [{path: big.bin, source: big.bin}]\n", *others)
    done = reconciler("apply", ".", "--auto-approve", "--parallelism", "2", cwd=tmp_path, env=server.env)
    assert done.code == 0, done.err
    entries = server.control("GET", "/log")["entries"]
    ended = [one["name"] for one in entries if (one["method"], one["template"]) == ("POST", UPLOAD)]
    assert sorted(ended) == sorted(["ci-a", *(f"ci-b-{number}" for number in range(6))])
    assert ended[-1] == "ci-a", "the log holds requests in the order in which they were answered"


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="the system does not count what is read")
def test_one_local_file_for_fifty_containers_is_read_once(server: Server, tmp_path: Path) -> None:
    size = 32 * MIB
    sparse(tmp_path / "big.bin", size)
    entries = [
        f"  - name: ci-{number}\n    files: [{{path: f-{number}.bin, source: big.bin}}]\n"
        for number in range(50)
    ]

    def read(*containers: str) -> int:
        write(tmp_path, *containers)
        done = subprocess.run(
            [sys.executable, "-c", READ, "plan", "."],
            capture_output=True,
            text=True,
            env=environment(server.env),
            cwd=tmp_path,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return int(done.stderr.split()[-1])

    without = read("  - name: ci-0\n")
    assert size <= read(*entries) - without < 1.5 * size

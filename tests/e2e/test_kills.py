"""SIGKILL after some random request of an apply: the next run goes on, nothing is doubled or lost.

Also where the list lags and replies are lost while the kills happen. All runs are of one machine: each finds
what the ledger of the killed one before it remembers.
"""

from __future__ import annotations

import random
import select
import subprocess
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from support.commands import command, environment, reconciler
from support.servers import serving

if TYPE_CHECKING:
    from pathlib import Path

    from support.servers import Server

CONTAINERS = 6
LAG = 2.0
LOST = (
    {"kind": "drop", "when": "after", "endpoint": "POST *"},
    {"kind": "drop", "when": "before", "endpoint": "POST *"},
    {"kind": "status", "status": 500, "when": "after", "endpoint": "[PD]*"},
    {"kind": "truncate", "size": 5, "endpoint": "*"},
)


def write(folder: Path, generation: int) -> None:
    """A set that differs from generation to generation, so that every kind of step is due."""
    lines = ["version: 1", "scope: {prefix: ci-, prune: true}", "containers:"]
    for number in range(CONTAINERS):
        memory = "4g" if (generation + number) % 3 == 0 else "1g"
        lines += [
            f"  - name: ci-{number}",
            f"    memory_limit: {memory}",
            "    prune_files: true",
            "    files:",
            f"      - {{path: same.txt, content: 'of {number}'}}",
            f"      - {{path: changing.txt, content: 'generation {generation}'}}",
        ]
    (folder / "m.yaml").write_text("\n".join(lines) + "\n")


def machine(folder: Path, server: Server) -> dict[str, str]:
    """The environment of one machine, with a ledger of its own."""
    return {**server.env, "XDG_CACHE_HOME": str(folder / "cache")}


def kill_somewhere(folder: Path, server: Server, chance: random.Random) -> bool:
    """Kills an apply after some number of requests; tells whether it was still at work."""
    server.forget_requests()
    until = chance.randint(1, 16)  # a run that finds much done already sends no more than that
    process = subprocess.Popen(
        command("apply", ".", "--auto-approve", "--parallelism", "3"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(machine(folder, server)),
        cwd=folder,
    )
    while process.poll() is None and server.requests() < until:
        select.select([], [], [], 0.001)
    process.kill()
    return process.wait() != 0


def check(folder: Path, server: Server, generation: int) -> None:
    env = machine(folder, server)
    server.advance(2 * LAG)
    last = reconciler("apply", ".", "--auto-approve", cwd=folder, env=env)
    assert last.code == 0, (last.out, last.err)
    server.advance(2 * LAG)
    again = reconciler("plan", ".", "--detailed-exitcode", cwd=folder, env=env)
    assert (again.code, again.out.splitlines()[-1]) == (0, "No changes.")
    rows = [row for row in server.containers() if row["status"] == "running"]
    assert Counter(row["name"] for row in rows) == {
        **{f"ci-{number}": 1 for number in range(CONTAINERS)},
        "somebody-elses": 1,
    }
    for row in rows:
        if row["name"] != "somebody-elses":
            sizes = {file["path"].split("-", 1)[1]: file["size"] for file in row["files"]}
            assert sizes == {"same.txt": 4, "changing.txt": len(f"generation {generation}")}


def killed_again_and_again(
    folder: Path, server: Server, kills: int, seed: int, *, adverse: bool = False
) -> None:
    chance = random.Random(seed)  # noqa: S311 - moments, no secrets
    server.control("POST", "/containers", {"containers": [{"name": "somebody-elses"}]})
    generation = at_work = 0
    for kill in range(kills):
        if kill % 3 == 0:
            generation += 1
            write(folder, generation)
        server.fault(kind="latency", seconds=0.02, endpoint="*", times=None)
        if adverse:
            server.fault(**chance.choice(LOST), skip=chance.randint(0, 6), times=2)
        at_work += kill_somewhere(folder, server, chance)
        server.heal()
        if kill % 3 == 2:
            check(folder, server, generation)
    check(folder, server, generation)
    assert at_work >= kills // 2, "most kills must meet a run at work"


def test_ten_kills(server: Server, tmp_path: Path) -> None:
    killed_again_and_again(tmp_path, server, kills=10, seed=4)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(5))
def test_fifty_kills(server: Server, tmp_path: Path, seed: int) -> None:
    killed_again_and_again(tmp_path, server, kills=10, seed=100 + seed)


@pytest.mark.parametrize("seed", [7])
def test_kills_while_the_list_lags_and_replies_are_lost(tmp_path: Path, seed: int) -> None:
    with serving(list_lag=LAG, delete_lag=LAG) as server:
        killed_again_and_again(tmp_path, server, kills=6, seed=seed, adverse=True)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(200, 205))
def test_fifty_kills_while_the_list_lags_and_replies_are_lost(tmp_path: Path, seed: int) -> None:
    with serving(list_lag=LAG, delete_lag=LAG) as server:
        killed_again_and_again(tmp_path, server, kills=10, seed=seed, adverse=True)

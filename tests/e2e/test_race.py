"""Two machines with different manifests of one scope at once: no lock between them, nothing lost for good.

They may double or undo each other's work while they race, since no protocol of create, list and delete is
safe where the list lags. One clean pass of either then gives exactly one copy of each name.
"""

from __future__ import annotations

import random
import subprocess
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from support.commands import command, environment, reconciler
from support.servers import serving
from support.worlds import file_name

if TYPE_CHECKING:
    from pathlib import Path

    from support.servers import Server

LAG = 1.0
SECONDS = 120
FAULTS = (
    {"kind": "drop", "when": "after", "endpoint": "POST /containers", "times": 2},
    {"kind": "drop", "when": "before", "endpoint": "POST *", "skip": 3, "times": 1},
    {"kind": "status", "status": 500, "when": "after", "endpoint": "DELETE *", "times": 1},
    {"kind": "status", "status": 503, "endpoint": "*", "skip": 4, "times": 2},
    {"kind": "double", "endpoint": "POST /containers", "skip": 1, "times": 1},
)


def write(folder: Path, chance: random.Random, *, prune: bool) -> dict[str, bytes]:
    """A manifest of some of the names; returns what each container's only file holds."""
    folder.mkdir()
    names = sorted(chance.sample([f"ci-{letter}" for letter in "abcdef"], 4))
    lines = ["version: 1", f"scope: {{prefix: ci-, prune: {str(prune).lower()}}}", "containers:"]
    contents = {}
    for name in names:
        contents[name] = f"{chance.choice('xyz')} of {name}".encode()
        lines += [
            f"  - name: {name}",
            f"    memory_limit: {chance.choice(['1g', '4g'])}",
            f"    files: [{{path: a.txt, content: '{contents[name].decode()}'}}]",
            f"    lifecycle: {{replace: {chance.choice(['create_first', 'create_first', 'delete_first'])}}}",
        ]
    (folder / "m.yaml").write_text("\n".join(lines) + "\n")
    return contents


def start(folder: Path, server: Server, cache: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command("apply", ".", "--auto-approve", "--parallelism", "3"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment({**server.env, "XDG_CACHE_HOME": str(cache)}),
        cwd=folder,
    )


def race(folder: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - moments, no secrets
    with serving(list_lag=LAG, delete_lag=LAG) as server:
        server.control("POST", "/containers", {"containers": [{"name": "somebody-elses"}, {"name": ""}]})
        outside = [row for row in server.containers() if not row["name"].startswith("ci-")]
        sets = [write(folder / str(number), chance, prune=chance.random() < 0.3) for number in range(2)]
        for _ in range(2):
            rules = [{"kind": "latency", "seconds": chance.choice([0, 0.02]), "endpoint": "*", "times": None}]
            rules += chance.sample(FAULTS, 2)
            server.control("POST", "/faults", {"rules": rules, "seed": seed})
            runs = [start(folder / str(number), server, folder / f"cache-{number}") for number in range(2)]
            for run in runs:
                out, _ = run.communicate(timeout=SECONDS)
                assert run.returncode in (0, 1, 6), out
                assert "Traceback" not in out
        server.heal()
        server.advance(2 * LAG)
        winner = chance.randrange(2)
        env = {**server.env, "XDG_CACHE_HOME": str(folder / f"cache-{winner}")}
        last = reconciler("apply", ".", "--auto-approve", cwd=folder / str(winner), env=env)
        assert last.code == 0, (last.out, last.err)
        server.advance(2 * LAG)
        for cache in ("cache-0", "cache-1", "cache-new"):
            env = {**server.env, "XDG_CACHE_HOME": str(folder / cache)}
            again = reconciler("plan", ".", "--detailed-exitcode", cwd=folder / str(winner), env=env)
            assert again.code == 0, again.out
        check(server, sets[winner], outside)


def check(server: Server, declared: dict[str, bytes], outside: list[dict[str, object]]) -> None:
    rows = [row for row in server.containers() if row["status"] == "running"]
    copies = Counter(row["name"] for row in rows)
    assert {name: copies[name] for name in declared} == dict.fromkeys(declared, 1)
    for row in rows:
        if row["name"] in declared:
            sizes = {file_name(file["path"]): file["size"] for file in row["files"]}
            assert sizes == {"a.txt": len(declared[row["name"]])}
    assert [row for row in rows if not row["name"].startswith("ci-")] == outside


@pytest.mark.parametrize("seed", range(2))
def test_two_machines_race_and_one_clean_pass_ends_it(tmp_path: Path, seed: int) -> None:
    race(tmp_path, seed)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(100, 120))
def test_twenty_races(tmp_path: Path, seed: int) -> None:
    race(tmp_path, seed)

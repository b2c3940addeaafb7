"""What it costs to start: whole processes, each some times, in turn, so that all suffer alike.

    python tests/bench/startup.py [--runs 15] [--json FILE]

Printed are medians of wall clock time and CPU, and how much longer each takes than Python alone.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1]))  # so that `bench` is found as the tests find `support`

from bench.fleet import plant, write_manifest
from bench.measuring import emulator, middle, run, table

if TYPE_CHECKING:
    from bench.measuring import Took

BARE = "python -c pass"


def main() -> None:
    """Runs every case and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=15, help="of each case (default: 15)")
    parser.add_argument("--json", metavar="FILE", help="also write JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        taken = measured(Path(folder), options.runs)
    medians = {
        name: {
            "wall_ms": 1e3 * middle([each.wall for each in took]),
            "cpu_ms": 1e3 * middle([each.cpu for each in took]),
        }
        for name, took in taken.items()
    }
    bare = medians[BARE]["wall_ms"]
    rows = [
        [name, f"{found['wall_ms']:.0f}", f"{found['cpu_ms']:.0f}", f"{found['wall_ms'] - bare:+.0f}"]
        for name, found in medians.items()
    ]
    print(table(["", "wall ms", "CPU ms", "beyond Python"], rows))
    if options.json:
        Path(options.json).write_text(json.dumps(medians, indent=2), encoding="utf-8")


def measured(folder: Path, runs: int) -> dict[str, list[Took]]:
    """What each case took, in turn; the first run of each only warms the caches up."""
    manifest = str(write_manifest(folder, 1, 2, "size"))
    ours = [sys.executable, "-m", "reconciler"]
    cases = {
        BARE: [sys.executable, "-c", "pass"],
        "reconciler --version": [*ours, "--version"],
        "reconciler --help": [*ours, "--help"],
        "validate, new": [*ours, "validate", manifest, "--ledger", "none"],
        "validate, unchanged": [*ours, "validate", manifest],
        "plan of 1 container, warm": [*ours, "plan", manifest],
    }
    with emulator() as server:
        plant(server, 1, 2)
        env = {**server.env, "XDG_CACHE_HOME": str(folder)}
        taken: dict[str, list[Took]] = {name: [] for name in cases}
        for _ in range(1 + runs):
            for name, command in cases.items():
                taken[name].append(run(command, env))
    return {name: took[1:] for name, took in taken.items()}


if __name__ == "__main__":
    main()

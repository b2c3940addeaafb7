"""How long `validate` takes over manifests that were made to hurt, and how much memory.

`python tests/bench/hostile_manifests.py [WORD]` prints a line for each, those that hold a word only.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.hostile import HOSTILE, VALID

WRITE = """
import sys
from support.hostile import HOSTILE
made = HOSTILE[sys.argv[1]][0]()
with open(sys.argv[2], "wb") as file:
    file.write(made.encode() if isinstance(made, str) else made)
"""
"""A process of its own builds each file, so that this one stays small."""

ALONE = """
import json, os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=sys.stderr)
_, status, usage = os.wait4(child.pid, 0)
child.returncode = os.waitstatus_to_exitcode(status)
print(json.dumps([usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, child.returncode]))
"""
"""Starts a command from a small process: what starts another one hands its own peak of memory down."""


def measured(path: Path) -> tuple[float, float, int, str]:
    """Seconds of processor time, peak memory in MB, exit code and what was said of one run."""
    command = [sys.executable, "-m", "reconciler", "validate", str(path), "--provider", "generic"]
    run = subprocess.run([sys.executable, "-c", ALONE, *command], capture_output=True, check=True)
    seconds, memory, exit_code = json.loads(run.stdout)
    return seconds, memory, exit_code, run.stderr.decode(errors="replace")


def judged(name: str, path: Path) -> tuple[float, float, str]:
    """Writes one of the manifests, and tells seconds, peak memory in MB, and what is wrong, if anything."""
    code = HOSTILE[name][1]
    subprocess.run([sys.executable, "-c", WRITE, name, str(path)], check=True, cwd=Path(__file__).parents[1])
    seconds, memory, exit_code, said = measured(path)
    right = exit_code == 0 if code == VALID else exit_code == 3 and f"[{code}]" in said
    return seconds, memory, "" if right and "Traceback" not in said else f"exit {exit_code}: {said[-300:]}"


def main() -> None:
    """Prints the table."""
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    with tempfile.TemporaryDirectory() as folder:
        for name in HOSTILE:
            if word in name:
                seconds, memory, wrong = judged(name, Path(folder) / "m.yaml")
                print(f"{seconds:6.2f} s {memory:6.0f} MB  {name:48} {wrong or 'ok'}", flush=True)


if __name__ == "__main__":
    main()

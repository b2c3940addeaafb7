"""Runs one command and writes what it took; kept tiny, since a child's peak memory begins at its parent's.

    python -I -S tests/bench/launch.py FILE COMMAND...

Uses what Unix tells of a process that has ended: its wall clock time, its CPU time in user and system mode,
and the most memory that it ever held, which no sampling misses.
"""

import json
import os
import resource
import subprocess
import sys
import time


def main() -> None:
    """Runs the command with this process's streams; its exit code is written, and is not ours."""
    begun = time.perf_counter()
    code = subprocess.call(sys.argv[2:])
    wall = time.perf_counter() - begun
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    unit = 1 if sys.platform == "darwin" else 1024
    took = {
        "code": code,
        "wall": wall,
        "cpu": used.ru_utime + used.ru_stime,
        "peak_mib": used.ru_maxrss * unit / 2**20,
    }
    with os.fdopen(os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(took, file)


if __name__ == "__main__":
    main()

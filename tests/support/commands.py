"""Running the command as its users do: a process of its own, its streams, its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS = 120
"""Longest time a command may take before the test gives up on it."""


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def result(self) -> dict[str, Any]:
        """The JSON document on stdout."""
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The machine's environment less what would reach a real account, or hide how output is buffered.

    Locks go to a folder of the tests' own.
    """
    dropped = ("OPENAI_", "RECONCILER_", "PYTHONUNBUFFERED", "NO_COLOR")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
    cache = Path(tempfile.gettempdir()) / f"reconciler-tests-{os.getuid()}"
    return {**kept, "COLUMNS": "100", "XDG_CACHE_HOME": str(cache), **(extra or {})}


def command(*arguments: str) -> list[str]:
    """The command line that runs reconciler with the interpreter of the tests."""
    return [sys.executable, "-m", "reconciler", *arguments]


def reconciler(*arguments: str, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Ran:
    """Runs the command to its end, without a terminal."""
    done = subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=environment(env),
        cwd=cwd,
        timeout=SECONDS,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)

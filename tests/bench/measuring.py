"""What the benches share: an emulator in a process of its own, whole processes measured, tables."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

KEY = "bench"
LAUNCH = Path(__file__).with_name("launch.py")

UNUSUAL = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONDEVMODE", "PYTHONTRACEMALLOC")
"""What nobody has set who uses a program, and what makes any program in Python slower."""


@dataclass(frozen=True)
class Took:
    """What a process took: seconds, seconds of CPU, MiB at most, and requests as the server counted them."""

    wall: float
    cpu: float
    peak_mib: float
    out: str = ""
    requests: Mapping[str, int] = field(default_factory=dict)

    @property
    def sent(self) -> int:
        """Requests in all."""
        return sum(self.requests.values())

    def values(self) -> dict[str, Any]:
        """For JSON."""
        values = {key: value for key, value in asdict(self).items() if key != "out"}
        return {**values, "sent": self.sent}


def run(command: Sequence[str], env: Mapping[str, str], codes: Sequence[int] = (0,)) -> Took:
    """Runs a command to its end, and measures it whole.

    Raises:
        RuntimeError: it ended with another code.
    """
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "took.json"
        whole = [sys.executable, "-I", "-S", str(LAUNCH), str(told), *command]
        inherited = {name: value for name, value in os.environ.items() if name not in UNUSUAL}
        done = subprocess.run(whole, env={**inherited, **env}, capture_output=True, text=True, check=True)
        took = json.loads(told.read_text(encoding="utf-8"))
    if took["code"] not in codes:
        message = f"{' '.join(command)} ended with {took['code']}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        raise RuntimeError(message)
    return Took(took["wall"], took["cpu"], took["peak_mib"], done.stdout)


def median(taken: Sequence[Took]) -> Took:
    """The run in the middle by its wall clock time."""
    return sorted(taken, key=lambda took: took.wall)[(len(taken) - 1) // 2]


def middle(values: Sequence[float]) -> float:
    """The median of numbers."""
    return statistics.median(values)


@dataclass(frozen=True)
class Server:
    """An emulator by its root URL."""

    root: str

    @property
    def env(self) -> dict[str, str]:
        """The environment that points any client at it."""
        return {"OPENAI_BASE_URL": f"{self.root}/v1", "OPENAI_API_KEY": KEY}

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Asks the control API."""
        request = urllib.request.Request(  # noqa: S310 - the emulator's own address
            f"{self.root}/_emulator{path}",
            None if body is None else json.dumps(body).encode(),
            {"X-Emulator-Key": KEY, "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - as above
            return json.load(answer)

    def measured(self, command: Sequence[str], env: Mapping[str, str], codes: Sequence[int] = (0,)) -> Took:
        """Runs a command against it, with its requests as they were counted here."""
        self.control("DELETE", "/log")
        took = run(command, {**self.env, **env}, codes)
        counts = self.control("GET", "/log")["counts"]
        return Took(took.wall, took.cpu, took.peak_mib, took.out, counts)


@contextmanager
def emulator(*options: str) -> Iterator[Server]:
    """Runs an emulator with a data folder in memory."""
    command = [sys.executable, "-m", "reconciler", "emulator", "--port", "0", "--control-key", KEY, *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        yield Server(process.stdout.readline().strip().removesuffix("/v1"))
    finally:
        process.terminate()
        process.wait()


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, the first column to the left and the others to the right."""
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| "
        + " | ".join(
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        + " |"
        for line in lines
    )

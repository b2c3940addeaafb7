"""How many requests a second the emulator answers, measured from another process on another core.

    python tests/bench/emulator_load.py [--rows 1000] [--seconds 5] [--connections 8] [--json]

The generator speaks HTTP/1.1 over plain sockets and shares no code with the emulator or the client. The
emulator runs in a process of its own, bound to one core where the system can do that; the generator takes
another one. Every answer is checked for its status and its length.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "bench"


def main() -> None:
    """Runs every case and prints a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=1000, help="containers in the list (default: 1000)")
    parser.add_argument("--seconds", type=float, default=5.0, help="length of each case (default: 5)")
    parser.add_argument("--connections", type=int, default=8, help="at once (default: 8)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    with emulator() as root:
        plant(root, options.rows)
        after = first_page(root, 100)["data"][-1]["id"]
        cases = {
            "list, page of 20": "/v1/containers?limit=20",
            "list, page of 100": "/v1/containers?limit=100",
            "list, page of 20 after a cursor": f"/v1/containers?limit=20&after={after}",
            "get one container": f"/v1/containers/{after}",
        }
        measured = {
            name: asyncio.run(load(root, path, options.connections, options.seconds))
            for name, path in cases.items()
        }
    if options.json:
        print(json.dumps({"rows": options.rows, "requests_per_second": measured}, indent=2))
        return
    print(f"{options.rows} rows, {options.connections} connections, {options.seconds:g} s each")
    for name, rate in measured.items():
        print(f"  {name:35} {rate:8.0f} requests/s")


@contextmanager
def emulator() -> Iterator[str]:
    """Runs an emulator on the last core and yields its root URL."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    command = [sys.executable, "-m", "reconciler", "emulator", "--port", "0", "--control-key", KEY]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        if len(cores) > 1:
            os.sched_setaffinity(process.pid, {cores[-1]})
            os.sched_setaffinity(0, set(cores[:-1]))
        assert process.stdout is not None
        yield process.stdout.readline().strip().removesuffix("/v1")
    finally:
        process.terminate()
        process.wait()


def plant(root: str, rows: int) -> None:
    """Puts rows into the list through the control API."""
    for begin in range(0, rows, 1000):
        names = [{"name": f"bench-{number}"} for number in range(begin, min(rows, begin + 1000))]
        request = urllib.request.Request(  # noqa: S310 - the emulator's own address
            f"{root}/_emulator/containers",
            json.dumps({"containers": names}).encode(),
            {"X-Emulator-Key": KEY, "Content-Type": "application/json"},
        )
        urllib.request.urlopen(request).read()  # noqa: S310 - as above


def first_page(root: str, limit: int) -> Any:
    """The first page of the list."""
    request = urllib.request.Request(  # noqa: S310 - the emulator's own address
        f"{root}/v1/containers?limit={limit}", headers={"Authorization": f"Bearer {KEY}"}
    )
    return json.load(urllib.request.urlopen(request))  # noqa: S310 - as above


async def load(root: str, path: str, connections: int, seconds: float) -> float:
    """Sends the same request over some connections for some time; returns answers per second."""
    parts = urlsplit(root)
    host, port = parts.hostname or "", parts.port or 0
    request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {KEY}\r\n\r\n".encode()
    begin = time.perf_counter()
    counts = await asyncio.gather(
        *(one_connection(host, port, request, begin + seconds) for _ in range(connections))
    )
    return sum(counts) / (time.perf_counter() - begin)


async def one_connection(host: str, port: int, request: bytes, until: float) -> int:
    """Sends one request after the other until the time is up."""
    reader, writer = await asyncio.open_connection(host, port)
    answers = 0
    try:
        while time.perf_counter() < until:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = head.lower().split(b"content-length:")[1].split(b"\r\n")[0]
            body = await reader.readexactly(int(length))
            assert body[:1] == b"{"
            answers += 1
    finally:
        writer.close()
        await writer.wait_closed()
    return answers


if __name__ == "__main__":
    main()

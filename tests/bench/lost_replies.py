"""What becomes of 40 creates when replies are lost: the official client with its retries, and `apply`.

    python tests/bench/lost_replies.py [--containers 40] [--lost 30] [--lag 5] [--seed 7] [--json]

Both talk to an emulator of their own, in a process of its own, that carries every create out and then drops
the connection for so many in a hundred, by the same seed; its list shows a new container some seconds late.
Printed are live containers, names that stand there more than once, names that are missing, and requests.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = "bench"


def main() -> None:
    """Runs both and prints a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--containers", type=int, default=40, help="how many to create (default: 40)")
    parser.add_argument("--lost", type=int, default=30, help="replies lost, in a hundred (default: 30)")
    parser.add_argument("--lag", type=int, default=5, help="seconds until a create is listed (default: 5)")
    parser.add_argument("--seed", type=int, default=7, help="which replies are lost (default: 7)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    runs = {"official client": official_client, "reconciler apply": apply}
    measured = {name: measure(run, options) for name, run in runs.items()}
    if options.json:
        print(json.dumps(measured, indent=2))
        return
    print(f"{options.containers} creates, {options.lost} % of the replies lost, list lag {options.lag} s")
    for name, found in measured.items():
        print(f"  {name:17}" + ", ".join(f"{key} {value}" for key, value in found.items()))


def measure(run: Callable[[str, list[str]], None], options: argparse.Namespace) -> dict[str, Any]:
    """Lets one of them create everything on an emulator of its own, and counts what stands there."""
    names = [f"bench-{number:03}" for number in range(options.containers)]
    with emulator(options) as root:
        begun = time.perf_counter()
        run(f"{root}/v1", names)
        seconds = time.perf_counter() - begun
        rows = control(root, "/containers")["data"]
        counts = control(root, "/log")["counts"]
    alive = Counter(row["name"] for row in rows if row["status"] == "running")
    return {
        "live": sum(alive.values()),
        "doubled": sum(count > 1 for count in alive.values()),
        "missing": len(set(names) - set(alive)),
        "creates sent": counts.get("POST /containers", 0),
        "requests": sum(counts.values()),
        "seconds": round(seconds, 1),
    }


def official_client(base_url: str, names: list[str]) -> None:
    """What a user would write: everything at once, bounded, with the client's own retries."""
    from openai import APIConnectionError, AsyncOpenAI  # noqa: PLC0415 - a second of import, in its own run

    async def everything() -> None:
        room = asyncio.Semaphore(8)
        async with AsyncOpenAI(base_url=base_url, api_key=KEY) as client:

            async def one(name: str) -> None:
                async with room:
                    try:
                        await client.containers.create(name=name)
                    except APIConnectionError:
                        print(f"{name}: the client gave up", file=sys.stderr)

            await asyncio.gather(*map(one, names))

    asyncio.run(everything())


def apply(base_url: str, names: list[str]) -> None:
    """The command, as users run it."""
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder) / "bench.yaml"
        entries = "".join(f"  - name: {name}\n" for name in names)
        manifest.write_text(f"version: 1\nscope:\n  prefix: bench-\ncontainers:\n{entries}", encoding="utf-8")
        command = [sys.executable, "-m", "reconciler", "apply", str(manifest), "--auto-approve"]
        own = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": base_url, "XDG_CACHE_HOME": folder}
        subprocess.run(
            [*command, "--parallelism", "8"], check=True, env=os.environ | own, capture_output=True
        )


@contextmanager
def emulator(options: argparse.Namespace) -> Iterator[str]:
    """Runs an emulator that loses replies, and yields its root URL."""
    command = [sys.executable, "-m", "reconciler", "emulator", "--port", "0", "--control-key", KEY]
    command += ["--list-lag", f"{options.lag}s", "--seed", str(options.seed)]
    command += ["--fault", f"POST /containers: drop-after-commit {options.lost}%"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip().removesuffix("/v1")
    finally:
        process.terminate()
        process.wait()


def control(root: str, path: str) -> Any:
    """Asks the emulator's control API."""
    request = urllib.request.Request(f"{root}/_emulator{path}", headers={"X-Emulator-Key": KEY})  # noqa: S310 - the emulator's own address
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - as above
        return json.load(answer)


if __name__ == "__main__":
    main()

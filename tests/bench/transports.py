"""What carries requests: our own HTTP/1.1, httpx2, httpx, and httpx over aiohttp, side by side.

    python tests/bench/transports.py [--requests 1000] [--latency 30ms] [--json FILE]

Each runs in a process of its own, which lists the files of so many containers with 16 and with 64 requests at
once, and ends; a process that does not end cleanly fails the bench. Printed are requests a second and CPU of
the client for each, and what its import costs. What is not installed is left out, and said so.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # so that `bench` is found as the tests find `support`

from bench.fleet import plant
from bench.measuring import KEY, emulator, table

NEEDS = {"direct": "httptools", "httpx2": "httpx2", "httpx": "httpx", "httpx+aiohttp": "httpx_aiohttp"}

CLIENT = """
import asyncio, json, sys, time
name, root, key, at_once = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
paths = [f"containers/{each}/files" for each in json.load(sys.stdin)]
began = time.process_time()
if name == "direct":
    from reconciler.api.direct import Direct
    from reconciler.api.request import Request
    def client():
        return Direct(root, {"Authorization": f"Bearer {key}"})
    async def ask(made, path):
        reply = await made.send(Request("GET", path), path)
        body = b"".join([chunk async for chunk in reply.chunks()])
        await reply.close()
        assert reply.status == 200 and body
    async def close(made):
        await made.close()
else:
    import importlib
    library = importlib.import_module("httpx2" if name == "httpx2" else "httpx")
    limits = library.Limits(max_connections=100, max_keepalive_connections=100)
    def client():
        more = {}
        if name == "httpx+aiohttp":
            from httpx_aiohttp import AiohttpTransport
            more["transport"] = AiohttpTransport(limits=limits)
        headers = {"Authorization": f"Bearer {key}"}
        return library.AsyncClient(base_url=root, headers=headers, limits=limits, timeout=60, **more)
    async def ask(made, path):
        answer = await made.get(path)
        assert answer.status_code == 200 and answer.content
    async def close(made):
        await made.aclose()
imported = time.process_time() - began
async def main():
    made, left = client(), iter(paths)
    async def worker():
        for path in left:
            await ask(made, path)
    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(worker() for _ in range(at_once)))
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    await close(made)
    took = {"per_second": len(paths) / wall, "cpu_ms": 1e3 * cpu / len(paths), "import_ms": 1e3 * imported}
    print(json.dumps(took))
asyncio.run(main())
"""


def main() -> None:
    """Runs every case and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--requests", type=int, default=1000, help="of each case (default: 1000)")
    parser.add_argument("--latency", default="30ms", help="of each answer (default: 30ms)")
    parser.add_argument("--json", metavar="FILE", help="also write JSON")
    options = parser.parse_args()
    found: dict[str, dict[int, dict[str, float]]] = {}
    with emulator("--fault", f"GET *: latency {options.latency}") as server:
        ids = plant(server, options.requests, 2)
        for name, needs in NEEDS.items():
            if find_spec(needs) is None:
                print(f"{name}: not measured, {needs} is not installed", file=sys.stderr)
                continue
            found[name] = {at_once: client(name, f"{server.root}/v1", at_once, ids) for at_once in (16, 64)}
    rows = [
        [name, f"{took[64]['import_ms']:.0f}"]
        + [
            f"{took[at_once][key]:{form}}"
            for key, form in (("per_second", ".0f"), ("cpu_ms", ".2f"))
            for at_once in (16, 64)
        ]
        for name, took in found.items()
    ]
    print(
        table(
            ["", "import ms", "requests/s, 16", "requests/s, 64", "CPU ms each, 16", "CPU ms each, 64"], rows
        )
    )
    if options.json:
        Path(options.json).write_text(json.dumps(found, indent=2), encoding="utf-8")


def client(name: str, root: str, at_once: int, ids: list[str]) -> dict[str, float]:
    """What one client took; it must end by itself, with 0 and without a word."""
    command = [sys.executable, "-W", "error", "-c", CLIENT, name, root, KEY, str(at_once)]
    done = subprocess.run(command, input=json.dumps(ids), capture_output=True, text=True, check=True)
    assert not done.stderr, done.stderr
    took: dict[str, float] = json.loads(done.stdout)
    return took


if __name__ == "__main__":
    main()

"""What `plan` costs beside the script that a user would otherwise write, whole processes, in one go.

    python tests/bench/observe.py [--containers 2000] [--files 2] [--latency 30ms] [--json FILE]

An emulator answers late in a process of its own; its data is planted, and it counts the requests. Then, on
the same account and one after the other: `plan` without a ledger (cold), the plan after it, plans where
nothing happened (warm, the median of some), and one after somebody used a container in 20; then the script on
the official client, with its default transport and with aiohttp. All compare files by size unless told
otherwise. A script that is given fewer containers (`--script-containers`) says so, and there are no ratios.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # so that `bench` is found as the tests find `support`

from bench.fleet import plant, use, write_manifest
from bench.measuring import emulator, median, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.measuring import Server, Took

SCRIPT = Path(__file__).with_name("observe_script.py")
BASE = "script, default transport"
FILES = "GET /containers/{container_id}/files"
A_USED = 20
"""One container in so many is used before the last plan."""

PAUSE = 30
"""Seconds by the server's clock between two runs, which need not be waited for."""


def main() -> None:
    """Runs every case and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--containers", type=int, default=2000, help="in the account (default: 2000)")
    parser.add_argument("--files", type=int, default=2, help="of each container (default: 2)")
    parser.add_argument("--latency", default="30ms", help="of each answer (default: 30ms)")
    parser.add_argument("--warm", type=int, default=3, help="plans where nothing happened (default: 3)")
    parser.add_argument("--compare", choices=("size", "digest"), default="size", help="default: size")
    parser.add_argument("--parallelism", default="160", help="of the tool; the script has 32 (default: 160)")
    parser.add_argument(
        "--emulator-option", action="append", default=[], help="such as --no-touch-on-file-list"
    )
    parser.add_argument("--script-containers", type=int, help="let the script look into this many only")
    parser.add_argument("--no-script", action="store_true", help="measure the tool alone")
    parser.add_argument("--json", metavar="FILE", help="also write JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = dict(measured(options, Path(folder)))
    report(options, found)


def measured(options: argparse.Namespace, folder: Path) -> Iterator[tuple[str, Took]]:
    """Yields what each case took."""
    manifest = write_manifest(folder, options.containers, options.files, options.compare)
    with emulator("--fault", f"GET *: latency {options.latency}", *options.emulator_option) as server:
        ids = plant(server, options.containers, options.files)
        yield said("plan, cold", plan(server, manifest, options))
        yield said("plan, second", plan(server, manifest, options))
        yield said("plan, warm", median([plan(server, manifest, options) for _ in range(options.warm)]))
        use(server, ids[::A_USED])
        yield said("plan, 5 % used", plan(server, manifest, options))
        if not options.no_script:
            yield from scripts(server, folder, options)


def plan(server: Server, manifest: Path, options: argparse.Namespace) -> Took:
    """One plan, which must find nothing to do; time passes before it."""
    server.control("POST", "/clock", {"advance": PAUSE})
    command = [sys.executable, "-m", "reconciler", "plan", str(manifest), "--detailed-exitcode"]
    command += ["--parallelism", options.parallelism]
    took = server.measured(command, {"XDG_CACHE_HOME": str(manifest.parent)})
    assert took.out.strip().endswith("No changes."), took.out[-500:]
    return took


def scripts(server: Server, folder: Path, options: argparse.Namespace) -> Iterator[tuple[str, Took]]:
    """The script with each transport that is installed."""
    wanted = json.loads((folder / "wanted.json").read_text(encoding="utf-8"))
    some = dict(list(wanted.items())[: options.script_containers])
    path = folder / "some.json"
    path.write_text(json.dumps(some), encoding="utf-8")
    about = "" if len(some) == len(wanted) else f", {len(some)} of {len(wanted)} containers"
    for transport, needs in (("default", "openai"), ("aiohttp", "aiohttp")):
        if find_spec(needs) is None:
            print(f"script, {transport} transport: not measured, {needs} is not installed", file=sys.stderr)
            continue
        took = server.measured([sys.executable, str(SCRIPT), str(path), transport], {})
        assert took.out.strip() == "0 missing, 0 changed", took.out
        yield said(f"script, {transport} transport{about}", took)


def said(name: str, took: Took) -> tuple[str, Took]:
    """Shows that it goes on."""
    print(f"{name}: {took.wall:.2f} s, {took.sent} requests", file=sys.stderr)
    return name, took


def report(options: argparse.Namespace, found: dict[str, Took]) -> None:
    """Prints the table, and writes JSON."""
    base = found.get(BASE)
    head = ["", "wall s", "CPU s", "peak MiB", "requests", "of which look into a container", "faster"]
    rows = []
    for name, took in found.items():
        faster = f"{base.wall / took.wall:.1f}x" if base else ""
        looks = str(sum(count for endpoint, count in took.requests.items() if "{container_id}" in endpoint))
        figures = [
            f"{took.wall:.2f}",
            f"{took.cpu:.2f}",
            f"{took.peak_mib:.0f}",
            str(took.sent),
            looks,
            faster,
        ]
        rows.append([name, *figures])
    account = f"{options.containers} containers, {options.files} files each"
    print(f"{account}, {options.latency} latency, compared by {options.compare}\n")
    print(table(head, rows))
    if options.json:
        Path(options.json).write_text(json.dumps(document(options, found, base), indent=2), encoding="utf-8")


def document(options: argparse.Namespace, found: dict[str, Took], base: Took | None) -> dict[str, Any]:
    """Everything as plain values."""
    cases = {
        name: {**took.values(), **({"faster": base.wall / took.wall} if base else {})}
        for name, took in found.items()
    }
    return {"options": vars(options), "cases": cases}


if __name__ == "__main__":
    main()

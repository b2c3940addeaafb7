"""What a page of 100 containers costs to decode: json, msgspec and orjson, and our values made of it.

    python tests/bench/decoding.py [--times 2000]

Best of five rounds, in milliseconds of CPU. What is not installed is left out.
"""

from __future__ import annotations

import argparse
import json
import sys
import timeit
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from reconciler.api.rows import containers_page
from reconciler.api.wire import read_container
from reconciler.model.live import Origin

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = 100
DECODERS = {"json": ("json", "loads"), "msgspec": ("msgspec.json", "decode"), "orjson": ("orjson", "loads")}


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--times", type=int, default=2000, help="of each round (default: 2000)")
    options = parser.parse_args()
    page = json.dumps({"object": "list", "data": [row(number) for number in range(ROWS)]}).encode()
    print(f"a page of {ROWS} rows, {len(page)} bytes")
    for name, (module, function) in DECODERS.items():
        if find_spec(module.partition(".")[0]) is None:
            print(f"{name}: not measured, it is not installed", file=sys.stderr)
            continue
        decode: Callable[[bytes], Any] = getattr(import_module(module), function)
        print(f"  {name:22} {best(lambda decode=decode: decode(page), options.times):.3f} ms")  # type: ignore[misc]  # bound now
    rows = json.loads(page)["data"]
    took = best(lambda: [read_container(each, 1, Origin.LIST) for each in rows], options.times // 4)
    print(f"  {'our values, row by row':22} {took:.3f} ms, after that")
    took = best(lambda: containers_page(page, 1), options.times // 4)
    print(f"  {'our values, from bytes':22} {took:.3f} ms in all (api/rows.py)")


def best(work: Callable[[], object], times: int) -> float:
    """Milliseconds of one."""
    return 1e3 * min(timeit.repeat(work, number=times, repeat=5)) / times


def row(number: int) -> dict[str, Any]:
    """A row as the API lists it."""
    return {
        "id": f"cntr_{number:048x}",
        "object": "container",
        "created_at": 1_790_000_000 + number,
        "status": "running",
        "expires_after": {"anchor": "last_active_at", "minutes": 20},
        "last_active_at": 1_790_000_000 + number,
        "memory_limit": "1g",
        "network_policy": {"type": "disabled"},
        "name": f"bench-{number:05}",
    }


if __name__ == "__main__":
    main()

"""What a page of the container list costs at its front, in its middle and at its end, few rows and very many.

    python tests/bench/emulator_pages.py [--rows 100000] [--requests 400] [--json]

One client asks one after the other, for pages of 20; the figures are medians in microseconds, and what counts
are their ratios within one run: a page costs the same wherever it begins.
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import time
from typing import Any
from urllib.parse import urlsplit

from reconciler.emulator import Emulator, Settings, start

KEY = "bench"
FEW = 1000


def main() -> None:
    """Measures both sizes and prints the medians and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000, help="containers in the list (default: 100000)")
    parser.add_argument("--requests", type=int, default=400, help="of each kind (default: 400)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    medians = measure(options.rows, options.requests)
    few = medians[f"{FEW} rows, front"]
    ratios = {place: round(median / few, 2) for place, median in medians.items()}
    if options.json:
        print(json.dumps({"microseconds": medians, "ratios": ratios}, indent=2))
        return
    print(f"a page of 20, median of {options.requests}, in microseconds; ratio to the front of {FEW} rows")
    for place, median in medians.items():
        print(f"  {place:24} {median:8.0f}  ({ratios[place]:.2f})")


def measure(rows: int, requests: int) -> dict[str, float]:
    """Median time of a page at three places of two lists, asked for in turn so that all suffer the same."""
    with start(Settings(control_key=KEY)) as small, start(Settings(control_key=KEY)) as large:
        places: dict[str, tuple[http.client.HTTPConnection, str]] = {}
        for emulator, number in ((small, FEW), (large, rows)):
            ids = fill(emulator, number)
            cursors = {"front": "", "middle": f"&after={ids[number // 2]}", "end": f"&after={ids[100]}"}
            for place, cursor in cursors.items():
                path = f"/v1/containers?limit=20{cursor}"
                places[f"{number} rows, {place}"] = (connect(emulator), path)
        times: dict[str, list[float]] = {place: [] for place in places}
        for _ in range(requests):
            for place, (connection, path) in places.items():
                begin = time.perf_counter()
                assert len(ask(connection, "GET", path)["data"]) == 20
                times[place].append(1e6 * (time.perf_counter() - begin))
        for connection, _ in places.values():
            connection.close()
    return {place: round(statistics.median(of), 1) for place, of in times.items()}


def fill(emulator: Emulator, rows: int) -> list[str]:
    """Plants rows, 25 a second; their ids, oldest first."""
    ids: list[str] = []
    for begin in range(0, rows, 1000):
        planted = [
            {"name": f"bench-{number}", "created_at": 1000 + number // 25, "status": "active"}
            for number in range(begin, min(rows, begin + 1000))
        ]
        answer = ask(connect(emulator), "POST", "/_emulator/containers", {"containers": planted})
        ids += [row["id"] for row in answer["data"]]
    return ids


def connect(emulator: Emulator) -> http.client.HTTPConnection:
    """A connection to the emulator."""
    parts = urlsplit(emulator.root_url)
    return http.client.HTTPConnection(parts.hostname or "", parts.port)


def ask(connection: http.client.HTTPConnection, method: str, path: str, body: Any = None) -> Any:
    """The JSON of an answer."""
    headers = {"Authorization": f"Bearer {KEY}", "X-Emulator-Key": KEY, "Content-Type": "application/json"}
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    return json.load(connection.getresponse())


if __name__ == "__main__":
    main()

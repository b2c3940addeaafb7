"""What it costs to take secrets out of an error in which a server repeats them: large ones, and many.

    python tests/bench/redaction.py [--characters 10485760] [--values 10000]

Milliseconds of CPU: of the first error, for which values are encoded, and of each that follows.
"""

from __future__ import annotations

import argparse
import random
import string
import time
from base64 import b64encode
from typing import TYPE_CHECKING

from reconciler.api.redact import Redaction
from reconciler.model.write_only import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

CHANCE = random.Random(7)  # noqa: S311 - the same text each time
ERROR = "400: cannot parse {'name': 'ci-a', 'domain_secrets': [{'domain': 'a.b', 'value': '%s (request req_1)"


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--characters", type=int, default=10_485_760, help="of a large value (10485760)")
    parser.add_argument("--values", type=int, default=10_000, help="how many values (10000)")
    options = parser.parse_args()
    size = options.characters
    values = {
        "base64": b64encode(CHANCE.randbytes(size * 3 // 4)).decode(),
        "digits": "".join(CHANCE.choices(string.digits, k=size)),
        "anything printable": "".join(CHANCE.choices(string.printable, k=size)),
        "one character": "x" * size,
    }
    print(f"a value of {size} characters, of which an error repeats 150 of the beginning, or of the end")
    for name, value in values.items():
        measure(name, [value], value[:150], value[-150:])
    print(f"{options.values} values, of which an error repeats one")
    many = [f"sk-{CHANCE.randbytes(20).hex()}" for _ in range(options.values)]
    measure("of 43 characters", many, many[0], many[-1])


def measure(name: str, values: list[str], *repeated: str) -> None:
    """Prints what the first error cost and what the others did."""
    redaction = Redaction()
    redaction.add(map(Secret, values))
    took = [cpu(lambda text=text: redaction.short_text(ERROR % text)) for text in (repeated[0], *repeated)]  # type: ignore[misc]  # bound now
    shown = ", ".join(f"{each:6.0f}" for each in took)
    print(f"  {name:20} {shown} ms")


def cpu(work: Callable[[], object]) -> float:
    """Milliseconds of CPU that something takes."""
    before = time.process_time()
    work()
    return (time.process_time() - before) * 1e3


if __name__ == "__main__":
    main()

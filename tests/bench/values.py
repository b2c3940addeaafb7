"""What a value costs: a frozen dataclass with slots beside a msgspec struct of the same five fields.

    python tests/bench/values.py [--times 200000]

Microseconds of CPU, the best of five rounds: to define the class, to make an object, to replace a field, and
to compare two.
"""

from __future__ import annotations

import argparse
import dataclasses
import timeit
from functools import partial
from operator import eq
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

FIELDS = "a: int; b: str; c: int = 0; d: tuple[int, ...] = (); e: str | None = None"
KINDS: dict[str, Callable[[], Any]] = {
    "dataclass": lambda: dataclasses.dataclass(frozen=True, slots=True)(_made("class Value")),
    "struct": lambda: _made("class Value(msgspec.Struct, frozen=True, gc=False)"),
}
REPLACE: dict[str, Callable[..., Any]] = {
    "dataclass": dataclasses.replace,
    "struct": msgspec.structs.replace,
}


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--times", type=int, default=200_000, help="of each round (default: 200000)")
    times = parser.parse_args().times
    print(f"  {'':10} {'define':>8} {'make':>8} {'replace':>8} {'equal':>8}")
    for name, define in KINDS.items():
        kind, replace = define(), REPLACE[name]
        one, other = kind(1, "x"), kind(1, "x")
        took = (
            best(define, 100),
            best(partial(kind, 1, "x", 2, (), None), times),
            best(partial(replace, one, b="y"), times),
            best(partial(eq, one, other), times),
        )
        print(f"  {name:10} " + " ".join(f"{each:8.3f}" for each in took))


def best(work: Callable[[], object], times: int) -> float:
    """Microseconds of one."""
    return 1e6 * min(timeit.repeat(work, number=times, repeat=5)) / times


def _made(head: str) -> Any:
    """A class with the fields."""
    names: dict[str, Any] = {"msgspec": msgspec}
    exec(f"{head}:\n    {FIELDS}", names)  # noqa: S102 - the text above
    return names["Value"]


if __name__ == "__main__":
    main()

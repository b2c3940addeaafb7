"""`python -m reconciler` and the `reconciler` script."""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType


def main() -> None:
    """Runs the command line and exits with its code; signals are caught from the first import on."""
    signal.signal(signal.SIGTERM, _interrupt)
    gc.set_threshold(
        100_000, 20, 50
    )  # what is made stays to the end, and is not worth looking through so often
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - closed by the caller
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - closed by the caller
    try:
        code = _run(sys.argv[1:])
    except KeyboardInterrupt:
        sys.stderr.write("reconciler: interrupted\n")
        code = 130
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    from reconciler.cli.main import run  # noqa: PLC0415 - inside, so that Ctrl-C is caught here too

    try:
        code = run(arguments)
    except SystemExit as done:  # argparse's way to end after --help and --version
        code = done.code if isinstance(done.code, int) else 0
    try:
        sys.stdout.flush()
    except OSError as error:
        sys.stderr.write(f"reconciler: cannot write to stdout: {error.strerror or error}\n")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = code or 1
    return code


def _interrupt(number: int, frame: FrameType | None) -> None:
    """SIGTERM is Ctrl-C until the network core takes both over."""
    del number, frame
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()

"""`python -m reconciler` and the `reconciler` script."""

from __future__ import annotations

import gc
import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from types import FrameType


def main() -> NoReturn:
    """Runs the command line and exits with its code; signals are caught from the first import on."""
    signal.signal(signal.SIGTERM, _interrupt)
    gc.set_threshold(500_000, 20, 50)  # what is made stays to the end, and is not worth looking through
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - closed by the caller
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - closed by the caller
    try:
        code = _run(sys.argv[1:])
    except KeyboardInterrupt:
        sys.stderr.write("reconciler: interrupted\n")
        code = 130
    _leave(code)


def _leave(code: int) -> NoReturn:
    """Ends the process at once: files are closed by now, threads have ended, and streams are flushed here.

    To take apart what 10,000 containers came to takes longer than to start Python, and is of no use. Whoever
    measures or debugs the program gets the end that their tools wait for.
    """
    if sys.gettrace() is not None or sys.getprofile() is not None:
        sys.exit(code)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # a reader that is gone was told of before
            stream.flush()
    os._exit(code)


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

"""`reconciler emulator` as a process of its own, as people start it."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from support.commands import environment

WAIT = 60


class Command:
    """A running command; what it wrote to stderr is complete once it has ended."""

    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "reconciler", "emulator", "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        assert self.process.stdout is not None
        self.base_url = self.process.stdout.readline().strip()
        self.root_url = self.base_url.removesuffix("/v1")

    def end(self, number: int = signal.SIGTERM) -> str:
        """Send a signal and wait; what it wrote to stderr."""
        self.process.send_signal(number)
        return self.process.communicate(timeout=WAIT)[1]


@contextmanager
def running(*options: str) -> Iterator[Command]:
    """The command for as long as it is needed; killed if it still runs then."""
    command = Command(*options)
    try:
        yield command
    finally:
        if command.process.poll() is None:
            command.end(signal.SIGKILL)

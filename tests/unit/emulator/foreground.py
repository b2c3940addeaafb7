"""An emulator in the foreground of a process of its own, to be sent signals."""

import subprocess
import sys
from pathlib import Path

SERVE = """
import sys
from pathlib import Path
from reconciler.emulator import Settings, serve
serve(
    Settings(data=Path(sys.argv[1]), control_key="control"),
    on_ready=lambda address: print(address.base_url, address.identity, flush=True),
)
print("stopped", flush=True)
"""


class Foreground:
    """An emulator in the foreground of a process of its own."""

    def __init__(self, data: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(data)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.base_url, self.identity = self.process.stdout.readline().split()
        self.root_url = self.base_url.removesuffix("/v1")

    def end(self, number: int) -> tuple[str, str, int]:
        """Send a signal and wait: stdout, stderr, exit status."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=30)
        return out, err, self.process.returncode

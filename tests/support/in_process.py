"""Running the command inside of the test, where it needs no process of its own: at a fraction of the time."""

from __future__ import annotations

import io
import signal
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from support.commands import Ran, environment

from reconciler.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest


@dataclass(frozen=True)
class Inside:
    """Commands in one folder and with one environment."""

    folder: Path
    env: Mapping[str, str]
    patch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str, stdin: str = "", **env: str) -> Ran:
        """Runs one command to its end, without a terminal; what it changed about signals is undone."""
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        with self.patch.context() as patch:
            patch.chdir(self.folder)
            patch.setattr("os.environ", environment({**self.env, **env}))
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
            try:
                code = run(arguments)
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)
        return Ran(code, *self.capture.readouterr())

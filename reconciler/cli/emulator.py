"""`reconciler emulator`: serves until a signal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.emulator import EmulatorError, Settings
from reconciler.emulator import serve as serve_emulator
from reconciler.model.exit_codes import ExitCode
from reconciler.render.escape import safe

if TYPE_CHECKING:
    import argparse

    from reconciler.emulator import Address


def serve(options: argparse.Namespace) -> int:
    """Runs the emulator in the foreground; its base URL is the only line on stdout."""
    try:
        settings = _settings(options)
    except EmulatorError as error:
        sys.stderr.write(f"reconciler emulator: error: {safe(str(error))}\n")
        return ExitCode.USAGE
    try:
        serve_emulator(settings, on_ready=_announce)
    except EmulatorError as error:
        sys.stderr.write(f"reconciler: the emulator cannot start: {safe(str(error), 400)}\n")
        return ExitCode.ERROR
    return 0


def _settings(options: argparse.Namespace) -> Settings:
    return Settings(
        data=Path(options.data) if options.data else None,
        host=options.host,
        port=options.port,
        api_keys=tuple(options.api_key),
        control_key=options.control_key,
        path_mode=options.path_mode,
    )


def _announce(address: Address) -> None:
    sys.stdout.write(f"{address.base_url}\n")
    sys.stdout.flush()
    sys.stderr.write("emulator: serving; set OPENAI_BASE_URL to the line above, any OPENAI_API_KEY works\n")
    sys.stderr.flush()

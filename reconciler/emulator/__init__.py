"""A local server of the Containers API, for trying plans and for testing clients.

It imports nothing of the rest of the package: a shared model of the wire would let one mistake agree with
itself. Names are resolved when they are first asked for, so that importing this package costs nothing and
loads no HTTP server.

    from reconciler.emulator import Settings, start

    with start(Settings()) as emulator:
        print(emulator.base_url)  # http://127.0.0.1:40123/v1
        emulator.faults.add("POST /containers: drop-after-commit 10%", seed=7)
        emulator.clock.advance(21 * 60)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reconciler.emulator.errors import EmulatorError
    from reconciler.emulator.profiles import Profile, profile_settings
    from reconciler.emulator.report import ContainerRow, Fault, FileRow, LoggedRequest, WriteCounts, Writes
    from reconciler.emulator.runtime import Address, Emulator, serve, start
    from reconciler.emulator.settings import (
        ErrorEnvelope,
        ExpiredAnswer,
        NameFilter,
        PathMode,
        Settings,
        UnknownAfter,
    )

__all__ = [
    "Address",
    "ContainerRow",
    "Emulator",
    "EmulatorError",
    "ErrorEnvelope",
    "ExpiredAnswer",
    "Fault",
    "FileRow",
    "LoggedRequest",
    "NameFilter",
    "PathMode",
    "Profile",
    "Settings",
    "UnknownAfter",
    "WriteCounts",
    "Writes",
    "profile_settings",
    "serve",
    "start",
]

_HOMES = {
    "Address": "runtime",
    "ContainerRow": "report",
    "Emulator": "runtime",
    "EmulatorError": "errors",
    "ErrorEnvelope": "settings",
    "ExpiredAnswer": "settings",
    "Fault": "report",
    "FileRow": "report",
    "LoggedRequest": "report",
    "NameFilter": "settings",
    "PathMode": "settings",
    "Profile": "profiles",
    "Settings": "settings",
    "UnknownAfter": "settings",
    "WriteCounts": "report",
    "Writes": "report",
    "profile_settings": "profiles",
    "serve": "runtime",
    "start": "runtime",
}


def __getattr__(name: str) -> Any:
    """Resolve a public name from the module it lives in."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)

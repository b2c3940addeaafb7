"""A local server of the Containers API, for trying plans and for testing clients.

It imports nothing of the rest of the package: a shared model of the wire would let one mistake agree with
itself. Names are resolved when they are first asked for, so that importing this package costs nothing and
loads no HTTP server.

    from reconciler.emulator import Settings, start

    with start(Settings()) as emulator:
        print(emulator.base_url)  # http://127.0.0.1:40123/v1
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reconciler.emulator.errors import EmulatorError
    from reconciler.emulator.runtime import Address, Emulator, serve, start
    from reconciler.emulator.settings import ExpiredAnswer, NameFilter, PathMode, Settings, UnknownAfter

__all__ = [
    "Address",
    "Emulator",
    "EmulatorError",
    "ExpiredAnswer",
    "NameFilter",
    "PathMode",
    "Settings",
    "UnknownAfter",
    "serve",
    "start",
]

_HOMES = {
    "Address": "runtime",
    "Emulator": "runtime",
    "EmulatorError": "errors",
    "ExpiredAnswer": "settings",
    "NameFilter": "settings",
    "PathMode": "settings",
    "Settings": "settings",
    "UnknownAfter": "settings",
    "serve": "runtime",
    "start": "runtime",
}


def __getattr__(name: str) -> Any:
    """Resolve a public name from the module it lives in."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)

"""How long laws are searched, and the emulators they are searched on.

`ci` is the default; `--hypothesis-profile=nightly` searches longer, and `-m nightly` runs what is too long
for every change.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from support.emulated import freeze
from support.servers import Server, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_COMMON = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
settings.register_profile("ci", _COMMON, max_examples=30)
settings.register_profile("nightly", _COMMON, max_examples=1000)
settings.load_profile("ci")


@pytest.fixture(scope="session")
def server_of() -> Iterator[Callable[[str], Server]]:
    """A running emulator for each path mode, its clock standing still; emptied when it is asked for."""
    servers: dict[str, Server] = {}
    with ExitStack() as stack:

        def get(mode: str) -> Server:
            if mode not in servers:
                servers[mode] = stack.enter_context(serving(path_mode=mode))
                freeze(servers[mode])
            servers[mode].control("POST", "/reset")
            return servers[mode]

        yield get

"""The emulators that laws are searched on."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from support.emulated import freeze
from support.servers import Server, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


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

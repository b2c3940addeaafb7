"""One emulator for all tests that need no settings of their own, emptied before each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.servers import Server, serving

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def shared_server() -> Iterator[Server]:
    """A running emulator as it comes."""
    with serving() as running:
        yield running


@pytest.fixture
def server(shared_server: Server) -> Server:
    """The same, without rows, requests or faults."""
    shared_server.control("POST", "/reset")
    return shared_server

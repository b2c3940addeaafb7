"""An emulator of its own for each test, and the environment that points the command at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.servers import Server, serving

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[Server]:
    """A running emulator with its control API."""
    with serving() as running:
        yield running

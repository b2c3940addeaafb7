"""Emulators for tests: as many as a test asks for, each stopped when it ends."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx2
import pytest
from unit.emulator.harness import CONTROL_KEY, Api, MakeApi

from reconciler.emulator import Settings, start


@pytest.fixture(scope="session")
def client() -> Iterator[httpx2.Client]:
    """One client for all tests; connections to stopped emulators are dropped by the pool."""
    with httpx2.Client(verify=False, timeout=30) as shared:
        yield shared


@pytest.fixture
def make_api(client: httpx2.Client) -> Iterator[MakeApi]:
    """Start an emulator from settings; the control key is set."""
    with ExitStack() as stack:

        def make(**settings: Any) -> Api:
            chosen = Settings(**{"control_key": CONTROL_KEY, **settings})
            return Api(client, stack.enter_context(start(chosen)))

        yield make


@pytest.fixture
def api(make_api: MakeApi) -> Api:
    """An emulator as it comes."""
    return make_api()


@pytest.fixture(scope="session")
def shared_api(client: httpx2.Client) -> Iterator[Api]:
    """One emulator for properties, which reset it before each example."""
    with start(Settings(control_key=CONTROL_KEY)) as emulator:
        yield Api(client, emulator)

"""The pytest plugin: fixtures that run one's own code against an emulator, a fresh one for each test.

It is loaded by every pytest run of an environment that has this package, so it imports nothing but pytest
until a test asks for a fixture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.emulator import Emulator, Settings


@pytest.fixture
def reconciler_emulator_settings() -> Settings:
    """How the emulators of ``reconciler_emulator`` behave; override it to have them otherwise."""
    from reconciler.emulator import Settings  # noqa: PLC0415 - only for tests that ask for it

    return Settings()


@pytest.fixture
def reconciler_emulator(reconciler_emulator_settings: Settings) -> Iterator[Emulator]:
    """An empty emulator of the Containers API: ``base_url``, ``api_key``, ``clock``, ``faults``, ``log``."""
    from reconciler.emulator import start  # noqa: PLC0415 - only for tests that ask for it

    with start(reconciler_emulator_settings) as emulator:
        yield emulator

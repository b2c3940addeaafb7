"""How long laws are searched: `ci` by default, `--hypothesis-profile nightly` for the long profile.

The default takes the same examples every time, so that a change is judged by itself; the nightly one takes
new ones, and what it finds becomes a test of its own.

`-n auto` is two workers for each core: many tests wait for a process, a signal or a lag, and compute nothing.
Whoever is done takes from the others, as a few tests last as long as a thousand.

A shell that starts the suite in the background has it ignore SIGINT, and every command that a test starts
would inherit that: an interrupt that a test sends would then be waited for without an end.

Caches are the suite's own: no test reads or writes what the user's runs remember.
"""

from __future__ import annotations

import os
import signal
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMON = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
settings.register_profile("ci", _COMMON, max_examples=30, derandomize=True, stateful_step_count=25)
settings.register_profile("nightly", _COMMON, max_examples=1000, stateful_step_count=40)
settings.load_profile("ci")  # before pytest loads the one that is asked for

_CACHE = TemporaryDirectory(prefix="reconciler-tests-")
os.environ["XDG_CACHE_HOME"] = _CACHE.name

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def signals_stay_as_they_were() -> Iterator[None]:
    """A command within a test ends by ignoring signals; commands of later tests would inherit that."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def pytest_cmdline_main(config: pytest.Config) -> None:
    """Has workers steal from each other where `-n` was given without `--dist`."""
    if getattr(config.option, "dist", None) == "load":
        config.option.dist = "worksteal"


def pytest_xdist_auto_num_workers() -> int:
    """How many workers `-n auto` means."""
    return 2 * (os.cpu_count() or 1)

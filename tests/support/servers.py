"""A running emulator with its control API, for tests that drive the command or a client against it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import httpx2

from reconciler.emulator import Settings, start

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CONTROL_KEY = "control-key-of-the-tests"
API_KEY = "sk-key-of-the-tests"


@dataclass(frozen=True)
class Server:
    """An emulator and its control API."""

    base_url: str
    root_url: str
    http: httpx2.Client
    cache: str | None = None

    @property
    def env(self) -> dict[str, str]:
        """The environment that points the command at it; what runs remember of it goes with it."""
        where = {"OPENAI_BASE_URL": self.base_url, "OPENAI_API_KEY": API_KEY}
        return {**where, "XDG_CACHE_HOME": self.cache} if self.cache else where

    def control(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Asks the control API."""
        answer = self.http.request(
            method, f"{self.root_url}/_emulator{path}", json=body, headers={"X-Emulator-Key": CONTROL_KEY}
        )
        assert answer.is_success, answer.text
        return answer.json()

    def containers(self) -> list[dict[str, Any]]:
        """Every row with its files and their digests, oldest first, without touching anything."""
        rows = self.control("GET", "/containers")["data"]
        assert isinstance(rows, list)
        return rows

    def running(self, name: str) -> list[dict[str, Any]]:
        """The live rows of a name."""
        return [row for row in self.containers() if row["name"] == name and row["status"] == "running"]

    def advance(self, seconds: float) -> None:
        """Lets time pass."""
        self.control("POST", "/clock", {"advance": seconds})

    def fault(self, **rule: Any) -> None:
        """Scripts one fault."""
        self.control("POST", "/faults", {"rules": [rule]})

    def heal(self) -> None:
        """Takes every fault away."""
        self.control("DELETE", "/faults")

    def counts(self) -> dict[str, int]:
        """Requests so far by method and template."""
        counts = self.control("GET", "/log")["counts"]
        assert isinstance(counts, dict)
        return counts

    def requests(self) -> int:
        """Requests so far."""
        return sum(self.counts().values())

    def forget_requests(self) -> None:
        """Counts from zero again."""
        self.control("DELETE", "/log")


@contextmanager
def serving(**settings: Any) -> Iterator[Server]:
    """Runs an emulator in this process for as long as it is needed."""
    options = Settings(control_key=CONTROL_KEY, **settings)
    with (
        TemporaryDirectory(prefix="reconciler-tests-") as cache,
        start(options) as emulator,
        httpx2.Client(trust_env=False) as http,
    ):
        yield Server(emulator.base_url, emulator.root_url, http, cache)

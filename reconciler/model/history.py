"""What the ledger tells people: the scopes and runs that it remembers, and what else stands in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.model.touching import Conduct

if TYPE_CHECKING:
    from reconciler.model.memory import Birth, Intent
    from reconciler.model.plan import Target

_NOTHING_LEARNED = Conduct()


@dataclass(frozen=True, slots=True)
class SeenPrefix:
    """A scope that was applied to the target: its prefix, the sub-prefixes carved out of it, and when."""

    prefix: str
    exclude: tuple[str, ...]
    seen_at: str


@dataclass(frozen=True, slots=True)
class Run:
    """One run that could change something, as `reconciler history` shows it.

    `started_at` is RFC 3339 by the local clock; `scope` a prefix or declared names; `digest` the plan's,
    empty where none was made. `undone` counts changes that were not started, or cut off. `exit_code` is None
    for a run that is under way, or that was killed before it could note its end.
    """

    started_at: str
    seconds: float
    command: str
    scope: str
    exit_code: int | None
    applied: int
    failed: int
    undone: int
    requests: int
    digest: str
    tool_version: str


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run with the account that it worked on."""

    target: Target
    run: Run


@dataclass(frozen=True, slots=True)
class TargetReport:
    """What a ledger remembers of one target: itself where people act on it, else how many there are.

    `lag_seen` is in seconds; the times of intents and births are the server's, in unix seconds. `conduct` is
    what was learned of whether listing files is activity there.
    """

    target: Target
    lag_seen: float = 0.0
    intents: tuple[Intent, ...] = ()
    births: tuple[Birth, ...] = ()
    prefixes: tuple[SeenPrefix, ...] = ()
    tombstones: int = 0
    touches: int = 0
    observations: int = 0
    digests: int = 0
    runs: int = 0
    conduct: Conduct = _NOTHING_LEARNED


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """A ledger's file and what is in it, or what was forgotten of it.

    `local_files` counts the files of this machine whose digests are known. `size` (bytes) and `version` are
    None where there is no ledger, `version` alone where it is damaged.
    """

    path: str
    size: int | None = None
    version: int | None = None
    targets: tuple[TargetReport, ...] = ()
    local_files: int = 0

    @property
    def damaged(self) -> bool:
        """There is a file that cannot be read."""
        return self.size is not None and self.version is None

"""What the ledger tells people: the scopes and runs that it remembers, and what else stands in it."""

from __future__ import annotations

from msgspec import Struct

from reconciler.model.memory import Birth, Intent
from reconciler.model.plan import Target
from reconciler.model.touching import Conduct

_NOTHING_LEARNED = Conduct()


class SeenPrefix(Struct, frozen=True):
    """A scope that was applied to the target: its prefix, the sub-prefixes carved out of it, and when."""

    prefix: str
    exclude: tuple[str, ...]
    seen_at: str


class Run(Struct, frozen=True):
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


class PastRun(Struct, frozen=True):
    """A run with the account that it worked on."""

    target: Target
    run: Run


class TargetReport(Struct, frozen=True):
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


class LedgerReport(Struct, frozen=True):
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

"""The envelope of every command: one value that is printed and that the exit code is computed from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.model.diagnostics import Diagnostic, errors_in
from reconciler.model.exit_codes import ExitCode

if TYPE_CHECKING:
    from reconciler.model.drift import DriftItem
    from reconciler.model.errors import ReconcilerError
    from reconciler.model.explanations import Explanation
    from reconciler.model.formatted import FormattedFile
    from reconciler.model.history import LedgerReport, PastRun
    from reconciler.model.outcome import Outcome
    from reconciler.model.plan import Plan
    from reconciler.model.standing import Standing


class Result(Struct, frozen=True):
    """What a command came to. `signal` asks for exit code 2 where changes are pending.

    `ledger` is what the ledger holds, or what was forgotten of it. `explained` are codes in plain words,
    `created` the paths of files that are new. `touched` counts the containers on which observing them counted
    as activity, None for a command that observes none. `standings` are what stands under names; of one name,
    the container to use.
    """

    command: str
    plan: Plan | None = None
    outcome: Outcome | None = None
    items: tuple[DriftItem, ...] | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    error: ReconcilerError | None = None
    signal: bool = False
    runs: tuple[PastRun, ...] | None = None
    ledger: LedgerReport | None = None
    explained: tuple[Explanation, ...] | None = None
    formatted: tuple[FormattedFile, ...] | None = None
    created: tuple[str, ...] | None = None
    touched: int | None = None
    standings: tuple[Standing, ...] | None = None

    @property
    def exit_code(self) -> ExitCode:
        """See the table in `exit_codes`."""
        if self.error is not None:
            return self.error.exit_code
        if errors_in(self.diagnostics):
            return ExitCode.INVALID
        if self.outcome is not None:
            return self.outcome.exit_code
        return ExitCode.CHANGES if self.signal else ExitCode.DONE

"""The exit codes: their meanings are the model's, and here is what to do about each."""

from __future__ import annotations

from reconciler.model.exit_codes import MEANINGS, ExitCode
from reconciler.model.explanations import Explanation

SECTION = "Exit codes"

_DO: dict[ExitCode, str] = {
    ExitCode.DONE: "Nothing.",
    ExitCode.ERROR: "Read the error's code; most of the API's pass by themselves, so run again.",
    ExitCode.CHANGES: "Run `reconciler plan` to see them, and `reconciler apply` to carry them out.",
    ExitCode.INVALID: "Repair what is listed; `reconciler validate` checks offline.",
    ExitCode.REFUSED: "Read the hint: it says what to type if it is meant.",
    ExitCode.STALE_PLAN: "Plan again, and review that.",
    ExitCode.PARTIAL: "Run the same command again.",
    ExitCode.LOCKED: "Wait for the other run, or let --lock-timeout 5m wait.",
    ExitCode.USAGE: "`reconciler COMMAND --help` shows an example.",
    ExitCode.INTERRUPTED: "Run the same command again.",
}


def exit_codes() -> tuple[Explanation, ...]:
    """Every exit code, in the order of the one table."""
    return tuple(
        Explanation(str(int(code)), SECTION, f"{meaning[0].upper()}{meaning[1:]}.", _DO[code])
        for code, meaning in MEANINGS.items()
    )

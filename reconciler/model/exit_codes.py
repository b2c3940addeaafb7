"""The one table of exit codes."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command's exit status says; `MEANINGS` holds the sentences."""

    DONE = 0
    ERROR = 1
    CHANGES = 2
    INVALID = 3
    REFUSED = 4
    STALE_PLAN = 5
    PARTIAL = 6
    LOCKED = 7
    USAGE = 64
    INTERRUPTED = 130


MEANINGS: dict[ExitCode, str] = {
    ExitCode.DONE: "done, or nothing to do",
    ExitCode.ERROR: "error: API, network, authentication, internal",
    ExitCode.CHANGES: "changes pending (drift, and plan --detailed-exitcode)",
    ExitCode.INVALID: "invalid manifest, invalid value, missing key or secret; nothing was contacted",
    ExitCode.REFUSED: "refused by a guard or at the prompt, or without --auto-approve; nothing was changed",
    ExitCode.STALE_PLAN: "a saved plan, or one shown for long, no longer fits; nothing was changed",
    ExitCode.PARTIAL: "applied in part: what failed or is doubled is listed; a re-run goes on from there",
    ExitCode.LOCKED: "another run holds the lock",
    ExitCode.USAGE: "the command line itself: unknown option or command, bad type, missing argument or path",
    ExitCode.INTERRUPTED: "interrupted; what was under way was finished or named",
}

"""The error tree: exceptions that end a command, each knowing its exit code and a hint.

ReconcilerError                 1   cannot go on
├── UsageError                 64   the command line itself
├── InvalidInput                3   a manifest, value, key or secret; nothing was contacted
├── Refused                     4   a guard, a declined prompt; nothing was changed
├── PlanMismatch                5   an approved plan no longer covers what would be done
├── LockHeld                    7   another run holds the lock
├── LocalFileError              1   a local file that cannot be read or written
├── ApiError                    1   drawn in `reconciler.api.errors`
└── EmulatorFailed              1   the built-in emulator cannot start
"""

from __future__ import annotations

from typing import Any, ClassVar

from reconciler.model.exit_codes import ExitCode


class ReconcilerError(Exception):
    """The root. `str(error)` is the message, unescaped; `hint` says what to do next, `details` list more."""

    exit_code: ClassVar[ExitCode] = ExitCode.ERROR
    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str | None = None, details: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.hint = hint
        self.details = details

    def __reduce__(self) -> tuple[Any, ...]:
        """Copied and pickled as it is: the arguments of some children are not those of an exception."""
        return _again, (type(self), self.args), self.__dict__


class UsageError(ReconcilerError):
    """The command line is wrong: an unknown option, a bad type, a missing argument or path."""

    exit_code = ExitCode.USAGE
    code = "usage"


class InvalidInput(ReconcilerError):
    """Well-formed but invalid input, or a missing key; raised before anything is contacted."""

    exit_code = ExitCode.INVALID
    code = "invalid-input"


class Refused(ReconcilerError):
    """A guard said no; nothing was changed."""

    exit_code = ExitCode.REFUSED
    code = "refused"


class PlanMismatch(ReconcilerError):
    """A plan that was approved does not cover what would be done now; nothing was changed."""

    exit_code = ExitCode.STALE_PLAN
    code = "plan-mismatch"


class LockHeld(ReconcilerError):
    """Another run on this scope holds the lock; nothing was contacted."""

    exit_code = ExitCode.LOCKED
    code = "lock-held"


class LocalFileError(ReconcilerError):
    """A local file could not be read or written, or is no longer what was planned."""

    code = "local-file"


class ApiError(ReconcilerError):
    """Anything the remote API or the way to it did; its children live in `reconciler.api.errors`."""

    code = "api"


class EmulatorFailed(ReconcilerError):
    """The built-in emulator could not start."""

    code = "emulator"


def _again(kind: type[ReconcilerError], arguments: tuple[Any, ...]) -> ReconcilerError:
    return kind.__new__(kind, *arguments)

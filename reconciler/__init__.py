"""Infrastructure as code for OpenAI-compatible containers.

What `__all__` names is the Python API; it stays as it is within a major version, and everything else may
change. Nothing of it is imported before it is asked for: whatever this module imported, every command would
pay for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reconciler.control.access import Access
    from reconciler.control.manifests import InvalidManifests
    from reconciler.control.refusals import BlockedByLimit, ProtectedContainers
    from reconciler.library.applying import apply, destroy
    from reconciler.library.loading import load
    from reconciler.library.options import Options
    from reconciler.library.planning import drift, plan
    from reconciler.library.plans import read_plan, write_plan
    from reconciler.manifest.results import Loaded
    from reconciler.model.diagnostics import Diagnostic, Position, Severity
    from reconciler.model.drift import Cause, DriftItem
    from reconciler.model.errors import (
        ApiError,
        EmulatorFailed,
        InvalidInput,
        LocalFileError,
        LockHeld,
        PlanMismatch,
        ReconcilerError,
        Refused,
        UsageError,
    )
    from reconciler.model.events import (
        ChangeApplied,
        ChangeFailed,
        ChangeNotStarted,
        ChangeStarted,
        DoublesSeen,
        Event,
        Failure,
        RowSwept,
        RunFinished,
        RunStarted,
        Waiting,
    )
    from reconciler.model.exit_codes import ExitCode
    from reconciler.model.outcome import Outcome
    from reconciler.model.plan import (
        Action,
        Change,
        FieldChange,
        FileChange,
        FileOperation,
        Flag,
        Plan,
        Reason,
        Target,
    )
    from reconciler.model.stop import Stop

__version__ = "0.1.0"

_HOMES = {
    "control.access": "Access",
    "control.manifests": "InvalidManifests",
    "control.refusals": "BlockedByLimit ProtectedContainers",
    "library.applying": "apply destroy",
    "library.loading": "load",
    "library.options": "Options",
    "library.planning": "drift plan",
    "library.plans": "read_plan write_plan",
    "manifest.results": "Loaded",
    "model.diagnostics": "Diagnostic Position Severity",
    "model.errors": "ApiError EmulatorFailed InvalidInput LocalFileError LockHeld PlanMismatch "
    "ReconcilerError Refused UsageError",
    "model.events": "ChangeApplied ChangeFailed ChangeNotStarted ChangeStarted DoublesSeen Event Failure "
    "RowSwept RunFinished RunStarted Waiting",
    "model.exit_codes": "ExitCode",
    "model.outcome": "Outcome",
    "model.plan": "Action Change FieldChange FileChange FileOperation Flag Plan Reason Target",
    "model.drift": "Cause DriftItem",
    "model.stop": "Stop",
}
"""Where each name comes from, once it is asked for."""

__all__ = [
    "Access",
    "Action",
    "ApiError",
    "BlockedByLimit",
    "Cause",
    "Change",
    "ChangeApplied",
    "ChangeFailed",
    "ChangeNotStarted",
    "ChangeStarted",
    "Diagnostic",
    "DoublesSeen",
    "DriftItem",
    "EmulatorFailed",
    "Event",
    "ExitCode",
    "Failure",
    "FieldChange",
    "FileChange",
    "FileOperation",
    "Flag",
    "InvalidInput",
    "InvalidManifests",
    "Loaded",
    "LocalFileError",
    "LockHeld",
    "Options",
    "Outcome",
    "Plan",
    "PlanMismatch",
    "Position",
    "ProtectedContainers",
    "Reason",
    "ReconcilerError",
    "Refused",
    "RowSwept",
    "RunFinished",
    "RunStarted",
    "Severity",
    "Stop",
    "Target",
    "UsageError",
    "Waiting",
    "apply",
    "destroy",
    "drift",
    "load",
    "plan",
    "read_plan",
    "write_plan",
]


if not TYPE_CHECKING:  # a checker knows the names above, and takes no others

    def __getattr__(name: str) -> Any:
        if name in __all__:
            from importlib import import_module  # noqa: PLC0415 - nothing is loaded before it is asked for

            home = next(module for module, names in _HOMES.items() if name in names.split())
            return getattr(import_module(f"reconciler.{home}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

"""Saved plans: written whole or not at all, read with suspicion, and applied as approvals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from reconciler.control.manifests import desired_state
from reconciler.control.passes import Converge, prepare
from reconciler.control.plan_files import is_plan_file
from reconciler.control.replacing import replace_file
from reconciler.control.requested import replaced_by
from reconciler.control.secrets import NO_VALUES, Values
from reconciler.model.errors import LocalFileError, PlanMismatch, UsageError
from reconciler.model.plan_json import plan_values, read_plan
from reconciler.model.stamp import KEY_VARIABLE
from reconciler.planning.approval import Mismatch, desired_moved, uncovered

if TYPE_CHECKING:
    from reconciler.control.account import Account
    from reconciler.control.passes import Options, Prepared
    from reconciler.control.policies import Policies
    from reconciler.manifest import Given
    from reconciler.manifest.digests import Prints
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.plan import Plan
    from reconciler.model.scope import Desired

_ANEW = "make a new plan, and review it"
_UNDER_KEY = (
    f"the values of secrets without a version count, under {KEY_VARIABLE}: where only that was another, "
    "give it as it was; or make a new plan, and review it"
)
_AS_BEFORE = "give variables the text that they had when it was made, or make a new plan, and review it"
LARGEST = 256 * 1024 * 1024
"""Bytes of a plan file; a plan of 10,000 changes has about 10 million."""


class PlanNotCovered(PlanMismatch):
    """What would be done now is not what was approved; `details` say what."""

    code = "plan-not-covered"


def read_plan_file(path: str) -> Plan:
    """Reads a saved plan.

    Raises:
        UsageError: there is no such file.
        LocalFileError: it cannot be read.
        PlanMismatch: it is no plan, or was changed since it was made.
    """
    try:
        with Path(path).open("rb") as file:
            raw = file.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except OSError as error:
        raise LocalFileError(f"cannot read {path}: {error.strerror or error}") from error
    if len(raw) > LARGEST:
        raise PlanMismatch(f"{path} is larger than any plan ({LARGEST} bytes)")
    try:
        return read_plan(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise PlanMismatch(f"{path} is not UTF-8") from error


def write_plan_file(plan: Plan, path: str) -> None:
    """Writes a plan so that the file is either the whole plan or what was there before.

    Links are followed; what is a pipe or a device is written into; what is no plan is never replaced.

    Raises:
        LocalFileError: it cannot be written.
    """
    text = json.dumps(plan_values(plan), indent=2, ensure_ascii=True) + "\n"
    try:
        target = Path(path).resolve()
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8")  # a pipe or a device, never replaced by a file
            return
        if target.exists() and target.stat().st_size and not is_plan_file(path):
            raise LocalFileError(f"cannot write {path}: it exists and is no saved plan")
        replace_file(target, text.encode())
    except OSError as error:
        raise LocalFileError(f"cannot write {path}: {error.strerror or error}") from error


def approved_state(
    approved: Plan,
    account: Account,
    policies: Policies,
    prints: Prints | None = None,
    given: Given | None = None,
    *,
    strict: bool = False,
    values: Values = NO_VALUES,
) -> tuple[Desired, tuple[Diagnostic, ...]]:
    """Loads the manifests that an approval names, and their warnings; nothing is contacted.

    `given` sets their variables. They can only be what was approved, since the digests of all that is
    declared are compared.

    Raises:
        PlanMismatch: a file is not there, or (`PlanNotCovered`) something declared moved.
        InvalidManifests: there are errors.
    """
    try:
        reading = approved.asked.reading
        desired, found = desired_state(
            approved.manifests,
            account.profile,
            policies,
            prints,
            reading=reading,
            given=given,
            strict=strict,
            values=values,
        )
    except UsageError as error:
        raise PlanMismatch(f"what the plan names is not there: {error}") from error
    _refuse(desired_moved(approved, account.target, desired), _what_to_do(approved, desired))
    return desired, found


def _what_to_do(approved: Plan, desired: Desired) -> str:
    """Where something declared moved: it may be what nobody sees in the manifests."""
    if approved.inputs or desired.inputs:
        return _AS_BEFORE
    secrets = (secret for entry in desired.containers for secret in entry.inputs.secrets)
    return _UNDER_KEY if any(secret.version is None for secret in secrets) else _ANEW


async def prepare_approved(
    approved: Plan,
    state: tuple[Desired, tuple[Diagnostic, ...]],
    account: Account,
    options: Options,
) -> Prepared:
    """Plans again from an approved state, and holds the result against the approval.

    The selection, what is allowed and what may happen to containers in use come from the plan.

    Raises:
        PlanNotCovered: something would be done that was not approved.
    """
    desired, found = state
    again = replace(
        options,
        names=approved.names,
        busy=approved.busy,
        asked=approved.asked,
        replacing=replaced_by(approved),
    )
    prepared = await prepare(desired, found, account, again, Converge())
    _refuse(uncovered(approved, prepared.plan), _ANEW)
    return prepared


def _refuse(mismatch: Mismatch, hint: str) -> None:
    if not mismatch:
        return
    changes = [
        f"{change.action.value} {change.name} ({', '.join(reason.value for reason in change.reasons)})"
        for change in mismatch.uncovered
    ]
    raise PlanNotCovered(
        "the saved plan does not cover what would be done now; nothing was changed",
        hint=hint,
        details=(*mismatch.moved, *(f"not approved: {change}" for change in changes)),
    )

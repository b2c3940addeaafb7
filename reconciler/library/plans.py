"""`read_plan` and `write_plan`: saved plans, for review by somebody else or somewhere else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from reconciler.control.named import check_named
from reconciler.control.saved import read_plan_file, write_plan_file
from reconciler.library.loading import paths_of
from reconciler.manifest.given import STANDARD_INPUT

if TYPE_CHECKING:
    from os import PathLike

    from reconciler.library.loading import Manifests
    from reconciler.model.plan import Plan


def read_plan(path: str | PathLike[str], *, manifests: Manifests = ()) -> Plan:
    """Reads a saved plan, whose contents must hash to its digest.

    Args:
        path: a file that `write_plan` or `plan -o` wrote.
        manifests: those of its manifests and files of variables that lie neither below the current folder nor
            below the plan's own; a plan that names others is refused, since applying it would read them.

    Raises:
        UsageError: there is no such file.
        LocalFileError: it cannot be read.
        PlanMismatch: it is no plan, was changed since, or names manifests elsewhere.
    """
    plan = read_plan_file(os.fspath(path))
    named = [name for name in plan.manifests if name != STANDARD_INPUT]
    check_named([*named, *plan.inputs.files], os.fspath(path), [], may_repeat=paths_of(manifests))
    return plan


def write_plan(plan: Plan, path: str | PathLike[str]) -> None:
    """Saves a plan, whole or not at all; what is no plan is never replaced.

    Raises:
        LocalFileError: it cannot be written.
    """
    write_plan_file(plan, os.fspath(path))

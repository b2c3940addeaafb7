"""The commands that look at accounts and change nothing: each turns options into one `Result`.

This module is imported once a command is known; what it imports loads neither the HTTP client nor YAML.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from reconciler.cli.input_options import given_by
from reconciler.cli.interrupts import run_until_signal
from reconciler.cli.selection import pass_options, refuse_plans
from reconciler.cli.target import check_options, forms_of, opened, prints_of, profile_of, remembering
from reconciler.control.manifests import desired_state
from reconciler.control.overlap import check_overlap
from reconciler.control.passes import Compare, Converge, prepare
from reconciler.control.requested import check_requested
from reconciler.control.saved import read_plan_file, write_plan_file
from reconciler.control.secrets import Purpose, Values
from reconciler.model.drift import QUIET_CAUSES
from reconciler.model.plan import REFUSALS, Reason
from reconciler.model.result import Result
from reconciler.planning.drift import drift_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from reconciler.cli.console import Console
    from reconciler.control.passes import Prepared, Strategy
    from reconciler.model.diagnostics import Diagnostic


def plan(options: argparse.Namespace, console: Console) -> Result:
    """`reconciler plan`."""
    prepared, overlaps = _planned(options, console, Converge(), options.paths)
    made = prepared.plan
    if options.output:
        write_plan_file(made, options.output)
    signal = options.detailed_exitcode and not made.converged
    return Result("plan", plan=made, diagnostics=overlaps, signal=signal, touched=prepared.live.touched)


def drift(options: argparse.Namespace, console: Console) -> Result:
    """`reconciler drift`."""
    prepared, overlaps = _planned(options, console, Compare())
    made = prepared.plan
    items = drift_of(made)
    quiet = {cause for cause in QUIET_CAUSES if cause.value not in options.fail_on}
    signal = any(item.cause not in quiet and item.left is not Reason.IGNORED for item in items)
    worth_knowing = (found for found in made.diagnostics if found.code not in REFUSALS)
    found = (*overlaps, *worth_knowing)
    return Result("drift", items=items, diagnostics=found, signal=signal, touched=prepared.live.touched)


def show(options: argparse.Namespace, console: Console) -> Result:
    """`reconciler show`."""
    del console
    return Result("show", plan=read_plan_file(options.plan))


def _planned(
    options: argparse.Namespace, console: Console, strategy: Strategy, shown: Sequence[str] = ()
) -> tuple[Prepared, tuple[Diagnostic, ...]]:
    """A plan, and the scopes that this one overlaps with: the ledger's word, and so no part of the plan.

    `shown` are the manifests whose commit the plan shows.
    """
    check_options(options)
    refuse_plans(options)
    asked = pass_options(options, shown)
    with remembering(options, console) as store:
        desired, found = desired_state(
            options.paths,
            profile_of(options),
            asked.policies,
            prints_of(store),
            reading=asked.asked.reading,
            given=given_by(options),
            strict=options.strict,
            forms=forms_of(store),
            values=Values(Purpose.COMPARE, os.environ),
        )
        check_requested(asked, desired)
        with opened(options, console, store) as account:
            prepared = run_until_signal(prepare(desired, found, account, asked, strategy))
            return prepared, check_overlap(account, desired.scope)

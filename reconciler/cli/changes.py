"""`apply` and `destroy`: one run at a time, approved before it changes anything, noted at its end."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec.structs import replace

from reconciler.cli.input_options import given_by
from reconciler.cli.interrupts import ignore_signals, run_until_second_signal, run_until_signal
from reconciler.cli.review_options import conditions_of
from reconciler.cli.selection import pass_options, refuse_plans, refuse_what_plans_carry, speed_of
from reconciler.cli.target import check_options, opened, prints_of, profile_of, remembering
from reconciler.control.approvals import another_plan
from reconciler.control.exclusion import exclusive
from reconciler.control.given_again import given_again
from reconciler.control.guards import check_guards
from reconciler.control.history import recorded
from reconciler.control.manifests import SecretsMissing, desired_state, with_what_is_sent
from reconciler.control.overlap import forget, remember
from reconciler.control.passes import Converge, Destroy, carry_out, prepare, still_so
from reconciler.control.plan_files import is_plan_file
from reconciler.control.policies import refused_by_policy
from reconciler.control.requested import check_requested
from reconciler.control.saved import approved_state, prepare_approved, read_plan_file
from reconciler.control.secrets import NO_VALUES, Purpose, Values
from reconciler.model.errors import PlanMismatch, Refused, UsageError
from reconciler.model.exit_codes import ExitCode
from reconciler.model.outcome import Outcome
from reconciler.model.result import Result
from reconciler.model.stop import Stop

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable
    from contextlib import AbstractContextManager

    from reconciler.cli.console import Console
    from reconciler.control.account import Account
    from reconciler.control.approvals import Conditions
    from reconciler.control.passes import Prepared, Strategy


def apply(options: argparse.Namespace, console: Console) -> Result:
    """`reconciler apply`, of manifests or of a saved plan."""
    saved = [path for path in options.paths if is_plan_file(path)]
    if not saved:
        return _change(options, console, Converge(), Values(Purpose.SEND, os.environ))
    if len(saved) > 1:
        raise UsageError("one saved plan is applied at a time")
    refuse_what_plans_carry(options)
    check_options(options)
    approved = read_plan_file(saved[0])
    asked = pass_options(options, approved.manifests)
    if refused := refused_by_policy(approved):  # what was asked when it was made need not be named again
        return Result("apply", plan=approved, error=refused)
    another = another_plan(approved, options.expect_digest)
    if another is not None:
        raise another
    repeated = [path for path in options.paths if path != saved[0]]
    given = given_again(approved, saved[0], given_by(options), repeated)
    scope = (approved.scope.prefix, tuple(name for name, _ in approved.desired))
    with (
        remembering(options, console) as store,
        opened(options, console, store) as account,
        _exclusive(options, console, account, scope[0]),
    ):
        state = approved_state(
            approved,
            account,
            asked.policies,
            prints_of(store),
            given,
            strict=options.strict,
            values=Values(Purpose.SEND, os.environ),
        )
        preparing = prepare_approved(approved, state, account, asked)
        conditions = replace(conditions_of(options), digest=None)  # it was the file's, which covers the plan
        return _run(options, console, account, scope, preparing, conditions=conditions, approved=True)


def destroy(options: argparse.Namespace, console: Console) -> Result:
    """`reconciler destroy`."""
    return _change(options, console, Destroy(), NO_VALUES)


def _change(options: argparse.Namespace, console: Console, strategy: Strategy, values: Values) -> Result:
    check_options(options)
    refuse_plans(options)
    asked = pass_options(options, options.paths)
    with remembering(options, console) as store:
        desired, found = desired_state(
            options.paths,
            profile_of(options),
            asked.policies,
            prints_of(store),
            reading=asked.asked.reading,
            given=given_by(options),
            strict=options.strict,
            values=values,
        )
        check_requested(asked, desired)
        scope = (desired.scope.prefix, tuple(entry.name for entry in desired.containers))
        with opened(options, console, store) as account, _exclusive(options, console, account, scope[0]):
            preparing = prepare(desired, found, account, asked, strategy)
            conditions, approved = conditions_of(options), options.auto_approve
            return _run(options, console, account, scope, preparing, conditions=conditions, approved=approved)


def _exclusive(
    options: argparse.Namespace, console: Console, account: Account, prefix: str | None
) -> AbstractContextManager[None]:
    command = f"reconciler {options.command}"
    return exclusive(account.target, prefix, command, timeout=options.lock_timeout, warn=console.warn)


def _run(
    options: argparse.Namespace,
    console: Console,
    account: Account,
    scope: tuple[str | None, tuple[str, ...]],
    preparing: Awaitable[Prepared],
    *,
    conditions: Conditions,
    approved: bool,
) -> Result:
    """Everything that contacts the account, as one run of its history."""
    with recorded(account, options.command, scope) as attempt:
        prepared = attempt.prepared = run_until_signal(preparing)
        try:
            check_guards(prepared, account, conditions, skip_blocked=options.skip_blocked)
            prepared = attempt.prepared = with_what_is_sent(prepared, Values(Purpose.SEND, os.environ))
            if not prepared.idle:
                prepared = attempt.prepared = _shown(prepared, account, options, console, approved=approved)
        except SecretsMissing as error:
            result = Result(options.command, plan=prepared.plan, diagnostics=error.diagnostics)
        except (Refused, PlanMismatch) as error:
            result = Result(options.command, plan=prepared.plan, error=error, touched=prepared.live.touched)
        else:
            outcome = _go_ahead(prepared, account, options, console)
            result = Result(
                options.command, plan=prepared.plan, outcome=outcome, touched=prepared.live.touched
            )
        attempt.result = result
        if options.command == "destroy" and result.exit_code is ExitCode.DONE:
            forget(account, prepared.plan)
        return result


def _shown(
    prepared: Prepared, account: Account, options: argparse.Namespace, console: Console, *, approved: bool
) -> Prepared:
    """Shows a plan, and asks whoever has not approved it yet.

    Raises:
        Refused: it is not approved.
        AccountChanged: the account moved on before it was.
    """
    if not approved and not console.interactive:
        raise Refused("there is no terminal to ask on; nothing was changed", hint="use --auto-approve")
    console.show_plan(prepared.plan)
    if approved:
        return prepared
    if not console.ask("Carry this out? Only 'yes' is taken for yes: "):
        raise Refused("not approved; nothing was changed")
    return run_until_signal(still_so(prepared, account, speed_of(options)))


def _go_ahead(prepared: Prepared, account: Account, options: argparse.Namespace, console: Console) -> Outcome:
    """Carries an approved plan out; one without anything to do is remembered as well."""
    if options.command == "apply":
        remember(account, prepared.desired.scope)
    if prepared.idle:
        return Outcome()
    stop = Stop()
    work = carry_out(prepared, account, speed_of(options), stop, console.progress)
    outcome = run_until_second_signal(work, stop, console.err)
    ignore_signals()  # what was done is noted, and told
    return outcome

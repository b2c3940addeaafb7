"""The commands: each turns options into one `Result`. What they print on the way goes to stderr.

This module is imported once a command is known; what it imports loads neither the HTTP client nor YAML.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli.interrupts import run_until_second_signal, run_until_signal
from reconciler.cli.target import check_options, opened, profile_of
from reconciler.control.account import Speed
from reconciler.control.exclusion import exclusive
from reconciler.control.manifests import check, desired_state
from reconciler.control.passes import Compare, Converge, Destroy, Options, carry_out, prepare
from reconciler.control.saved import is_plan_file, prepare_approved, read_plan_file, write_plan_file
from reconciler.model.errors import Refused, UsageError
from reconciler.model.outcome import Outcome
from reconciler.model.plan import BusyGuard
from reconciler.model.result import QUIET_CAUSES, Result
from reconciler.model.stop import Stop
from reconciler.planning.drift import drift_of
from reconciler.render.escape import safe
from reconciler.render.outcome_text import progress_line

if TYPE_CHECKING:
    import argparse
    from contextlib import AbstractContextManager

    from reconciler.cli.console import Console
    from reconciler.control.account import Account
    from reconciler.control.passes import Prepared, Strategy
    from reconciler.model.events import Event


def validate(options: argparse.Namespace, console: Console) -> Result:
    """`reconciler validate`."""
    del console
    _refuse_plans(options)
    _, found = check(options.paths, profile_of(options))
    return Result("validate", diagnostics=found)


def plan(options: argparse.Namespace, console: Console) -> Result:
    """`reconciler plan`."""
    del console
    made = _prepare(options, Converge()).plan
    if options.output:
        write_plan_file(made, options.output)
    return Result("plan", plan=made, signal=options.detailed_exitcode and not made.converged)


def drift(options: argparse.Namespace, console: Console) -> Result:
    """`reconciler drift`."""
    del console
    made = _prepare(options, Compare()).plan
    items = drift_of(made)
    quiet = {cause for cause in QUIET_CAUSES if cause.value not in options.fail_on}
    signal = any(item.cause not in quiet for item in items)
    return Result("drift", items=items, diagnostics=made.diagnostics, signal=signal)


def apply(options: argparse.Namespace, console: Console) -> Result:
    """`reconciler apply`, of manifests or of a saved plan."""
    saved = [path for path in options.paths if is_plan_file(path)]
    if not saved:
        return _change(options, console, Converge())
    if len(options.paths) > 1:
        raise UsageError("a saved plan is applied alone: it names its manifests itself")
    if options.name:
        raise UsageError("--name cannot narrow a saved plan")
    if options.busy_window is not None or options.allow_busy:
        raise UsageError("a saved plan says itself what may happen to containers in use")
    check_options(options)
    approved = read_plan_file(saved[0])
    scope = (approved.scope.prefix, tuple(name for name, _ in approved.desired))
    with opened(options) as account, _exclusive(options, console, account, scope):
        prepared = run_until_signal(prepare_approved(approved, account, _options(options)))
        return _carry_out(prepared, account, options, console, approved=True)


def destroy(options: argparse.Namespace, console: Console) -> Result:
    """`reconciler destroy`."""
    return _change(options, console, Destroy())


def show(options: argparse.Namespace, console: Console) -> Result:
    """`reconciler show`."""
    del console
    return Result("show", plan=read_plan_file(options.plan))


COMMANDS = {
    "validate": validate,
    "plan": plan,
    "drift": drift,
    "apply": apply,
    "destroy": destroy,
    "show": show,
}


def _options(options: argparse.Namespace) -> Options:
    return Options(tuple(options.name), getattr(options, "adopt", False), _speed(options), _busy(options))


def _busy(options: argparse.Namespace) -> BusyGuard | None:
    if options.busy_window is None:
        return None
    return BusyGuard(options.busy_window, allowed=getattr(options, "allow_busy", False))


def _speed(options: argparse.Namespace) -> Speed:
    return Speed(options.parallelism, options.rpm)


def _refuse_plans(options: argparse.Namespace) -> None:
    for path in options.paths:
        if is_plan_file(path):
            raise UsageError(f"{path} is a saved plan", hint="`show` renders it, `apply` carries it out")


def _prepare(options: argparse.Namespace, strategy: Strategy) -> Prepared:
    check_options(options)
    _refuse_plans(options)
    desired, found = desired_state(options.paths, profile_of(options))
    with opened(options) as account:
        return run_until_signal(prepare(desired, found, account, _options(options), strategy))


def _change(options: argparse.Namespace, console: Console, strategy: Strategy) -> Result:
    check_options(options)
    _refuse_plans(options)
    desired, found = desired_state(options.paths, profile_of(options))
    scope = (desired.scope.prefix, tuple(entry.name for entry in desired.containers))
    with opened(options) as account, _exclusive(options, console, account, scope):
        prepared = run_until_signal(prepare(desired, found, account, _options(options), strategy))
        return _carry_out(prepared, account, options, console, approved=options.auto_approve)


def _exclusive(
    options: argparse.Namespace, console: Console, account: Account, scope: tuple[str | None, tuple[str, ...]]
) -> AbstractContextManager[None]:
    def warn(text: str) -> None:
        console.err(f"{console.paint_err('yellow', 'warning:')} {safe(text, 400)}")

    command = f"reconciler {options.command}"
    return exclusive(account.target, scope, command, timeout=options.lock_timeout, warn=warn)


def _carry_out(
    prepared: Prepared,
    account: Account,
    options: argparse.Namespace,
    console: Console,
    *,
    approved: bool,
) -> Result:
    plan = prepared.plan
    if plan.blocked:
        refused = Refused("a limit blocks this plan; nothing was changed")
        return Result(options.command, plan=plan, error=refused)
    if prepared.idle:
        return Result(options.command, plan=plan, outcome=Outcome())
    if not approved and not console.interactive:
        refused = Refused("there is no terminal to ask on; nothing was changed", hint="use --auto-approve")
        return Result(options.command, plan=plan, error=refused)
    console.show_plan(plan)
    if not approved and not console.ask("Carry this out? Only 'yes' is taken for yes: "):
        return Result(options.command, plan=plan, error=Refused("not approved; nothing was changed"))

    def listen(event: Event) -> None:
        line = progress_line(event, console.paint_err)
        if line is not None:
            console.err(line)

    stop = Stop()
    work = carry_out(prepared, account, _speed(options), stop, listen)
    outcome = run_until_second_signal(work, stop, console.err)
    return Result(options.command, plan=plan, outcome=outcome)

"""`apply` and `destroy`: the same locks, guards and history as the commands, without a prompt."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.control.access import Access, opened, remembering
from reconciler.control.approvals import Conditions
from reconciler.control.exclusion import exclusive
from reconciler.control.given_again import given_for
from reconciler.control.guards import check_guards
from reconciler.control.history import recorded
from reconciler.control.manifests import state_of, with_what_is_sent
from reconciler.control.overlap import forget, remember
from reconciler.control.passes import Converge, Destroy, carry_out, prepare
from reconciler.control.policies import refused_by_policy
from reconciler.control.requested import check_requested
from reconciler.control.saved import approved_state, prepare_approved
from reconciler.control.secrets import NO_VALUES, Purpose, Values
from reconciler.library.loading import from_here, loaded_of
from reconciler.library.planning import checked, ignore, prints_of
from reconciler.library.running import Listening, outside_of_loops, run_gracefully
from reconciler.model.errors import UsageError
from reconciler.model.exit_codes import ExitCode
from reconciler.model.outcome import Outcome
from reconciler.model.plan import Plan
from reconciler.model.result import Result
from reconciler.model.stop import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Coroutine, Mapping
    from typing import Any

    from reconciler.control.account import Account
    from reconciler.control.passes import Prepared
    from reconciler.ledger.store import Store
    from reconciler.library.loading import Manifests
    from reconciler.library.options import Options
    from reconciler.manifest import Loaded
    from reconciler.model.events import Event
    from reconciler.model.plan import Flag

Scope = tuple[str | None, tuple[str, ...]]
"""A prefix, and the declared names."""


class _Run(Struct, frozen=True):
    """One run that changes things, as its caller asked for it."""

    command: str
    access: Access
    conditions: Conditions
    skip_blocked: bool
    lock_timeout: float
    listen: Listening
    warn: Callable[[str], None]
    stop: Stop
    store: Store | None

    def __call__(
        self, scope: Scope, preparing: Callable[[Account], Coroutine[Any, Any, Prepared]]
    ) -> Outcome:
        """Plans, holds the plan against the guards, and carries it out."""
        with (
            opened(self.access, os.environ, warn=self.warn, listen=self.listen, store=self.store) as account,
            exclusive(account.target, scope[0], self.command, timeout=self.lock_timeout, warn=self.warn),
            recorded(account, self.command, scope) as attempt,
        ):
            prepared = attempt.prepared = asyncio.run(preparing(account))
            check_guards(prepared, account, self.conditions, skip_blocked=self.skip_blocked)
            prepared = attempt.prepared = with_what_is_sent(prepared, Values(Purpose.SEND, os.environ))
            outcome = self._carried_out(prepared, account)
            attempt.result = Result(self.command, plan=prepared.plan, outcome=outcome)
            if self.command == "destroy" and outcome.exit_code is ExitCode.DONE:
                forget(account, prepared.plan)
        self.listen.settle()
        return outcome

    def _carried_out(self, prepared: Prepared, account: Account) -> Outcome:
        if self.command == "apply":
            remember(account, prepared.desired.scope)
        if prepared.idle:
            return Outcome()
        work = carry_out(prepared, account, self.access.speed, self.stop, self.listen)
        return run_gracefully(work, self.stop)


def apply(
    what: Manifests | Loaded | Plan,
    access: Access | None = None,
    *,
    variables: Mapping[str, str] | None = None,
    options: Options | None = None,
    expect_digest: str | None = None,
    require_approval: Collection[Flag] = (),
    approve: Collection[Flag] = (),
    skip_blocked: bool = False,
    lock_timeout: float = 0.0,
    listen: Callable[[Event], None] | None = None,
    warn: Callable[[str], None] | None = None,
    stop: Stop | None = None,
) -> Outcome:
    """Makes the account equal to manifests. The call is the approval: nobody is asked.

    A plan is an approval, too: its manifests are loaded and planned again, and only what it holds is done.

    Args:
        what: files and folders, what `load` gave, or a plan.
        access: the account; None for the one that the environment names.
        variables: text for variables; what `load` gave has its own, a plan wants again what it was made with.
        options: what is selected, and what may happen to it; a plan brings its own.
        expect_digest: refuse any other plan than that of this digest.
        require_approval: refuse a plan with these flags, but for those in `approve`.
        approve: see there.
        skip_blocked: leave what is protected as it is, instead of refusing the plan.
        lock_timeout: seconds to wait for another run on this scope.
        listen: told of every event as it happens. When it raises, nothing more is begun, what is in flight is
            finished, and its error is raised.
        warn: told of what is wrong with this machine's ledger or locks.
        stop: request it, from `listen` or another thread, and nothing more is begun.

    Returns:
        What became of each change. A change that failed is no error here: look at `outcome.exit_code`.

    Raises:
        InvalidManifests: there are errors in the manifests; nothing was contacted.
        Refused: a guard forbids it; nothing was changed.
        PlanMismatch: a plan does not cover what would be done, or has another digest; nothing was changed.
        LockHeld: another run is on this scope.
        ApiError: the account could not be read whole; nothing was changed.
    """
    conditions = Conditions(expect_digest, frozenset(require_approval), frozenset(approve))
    stop = stop or Stop()

    def work() -> Outcome:
        where, asked = checked(access, options)
        heard = Listening(listen, stop)
        tell = warn or ignore
        if isinstance(what, Plan) and options is not None:
            raise UsageError("a plan says itself what is selected and allowed")
        with remembering(where, os.environ, warn=tell) as store:
            run = _Run("apply", where, conditions, skip_blocked, lock_timeout, heard, tell, stop, store)
            if isinstance(what, Plan):
                return _approved(run, what, variables, asked)
            return _declared(run, loaded_of(what, variables, asked), asked)

    return outside_of_loops(work, stop)


def destroy(
    manifests: Manifests | Loaded,
    access: Access | None = None,
    *,
    variables: Mapping[str, str] | None = None,
    options: Options | None = None,
    skip_blocked: bool = False,
    lock_timeout: float = 0.0,
    listen: Callable[[Event], None] | None = None,
    warn: Callable[[str], None] | None = None,
    stop: Stop | None = None,
) -> Outcome:
    """Deletes the declared containers, and under prune undeclared ones in scope. See `apply`."""
    stop = stop or Stop()

    def work() -> Outcome:
        where, asked = checked(access, options)
        heard = Listening(listen, stop)
        tell = warn or ignore
        with remembering(where, os.environ, warn=tell) as store:
            run = _Run("destroy", where, Conditions(), skip_blocked, lock_timeout, heard, tell, stop, store)
            return _declared(run, loaded_of(manifests, variables, asked), asked)

    return outside_of_loops(work, stop)


def _declared(run: _Run, loaded: Loaded, options: Options) -> Outcome:
    values = NO_VALUES if run.command == "destroy" else Values(Purpose.SEND, os.environ)
    asked = options.of_pass(run.access.speed, loaded.reading, exclusive=True)
    profile, prints = run.access.profile(os.environ), prints_of(run.store)
    desired, found = state_of(loaded, profile, asked.policies, prints, strict=options.strict, values=values)
    check_requested(asked, desired)
    strategy = Destroy() if run.command == "destroy" else Converge()
    scope = (desired.scope.prefix, tuple(entry.name for entry in desired.containers))
    return run(scope, lambda account: prepare(desired, found, account, asked, strategy))


def _approved(run: _Run, approved: Plan, variables: Mapping[str, str] | None, options: Options) -> Outcome:
    if refused := refused_by_policy(approved):
        raise refused
    asked = options.of_pass(run.access.speed, approved.asked.reading, exclusive=True)
    given = given_for(approved, from_here(variables))

    async def preparing(account: Account) -> Prepared:
        values = Values(Purpose.SEND, os.environ)
        state = approved_state(approved, account, asked.policies, prints_of(run.store), given, values=values)
        return await prepare_approved(approved, state, account, asked)

    scope = (approved.scope.prefix, tuple(name for name, _ in approved.desired))
    return run(scope, preparing)

"""One pass: a desired state against an account. Planning gets a `Reader`, so it cannot change anything."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from reconciler import __version__
from reconciler.control.account import Speed
from reconciler.control.allowances import without_allowed
from reconciler.control.clock import now, wall
from reconciler.control.policies import NO_POLICIES, Policies, of_plan
from reconciler.model.asked import Asked
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.errors import PlanMismatch
from reconciler.model.events import ChangeNotStarted
from reconciler.model.listed import Sought
from reconciler.model.outcome import Outcome, step
from reconciler.model.steps import chains_of, created_name
from reconciler.model.touching import Refresh
from reconciler.planning.diff import Situation, destruction, diff, sweepable
from reconciler.planning.inputs import moved_inputs, other_stamps
from reconciler.planning.ownership import claim
from reconciler.planning.policy import Policy, Provenance
from reconciler.planning.reading import Needs, NoNeeds
from reconciler.planning.review import over
from reconciler.planning.takeover import takes_over

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from reconciler.control.account import Account
    from reconciler.model.events import Event
    from reconciler.model.live import LiveState
    from reconciler.model.plan import BusyGuard, Commit, Plan
    from reconciler.model.profile import Profile
    from reconciler.model.scope import Desired
    from reconciler.model.steps import Chain
    from reconciler.model.stop import Stop


IDLE_MINUTES = 20
"""After how many minutes a container dies where neither it nor the profile says so."""

LONG_ASKED = 10.0
"""Seconds that a question may stand before the account is looked at once more."""


class AccountChanged(PlanMismatch):
    """The containers are not those that the plan was made on; `details` say what moved."""

    code = "account-changed"


class Options(Struct, frozen=True):
    """What the command line asks of a pass; `names` are globs, empty for all.

    `busy` keeps containers that somebody is using; None does not ask. `asked` and `replacing` are as in a
    policy. `policies` judge the plan. `max_cost` is in US dollars per hour. `commit` is where the manifests
    came from, for those who read the plan. `exclusive` says that the lock of the scope is held, so that what
    interrupted runs left in the ledger is nobody else's. `refresh` says whether what is remembered of files
    is believed.
    """

    names: tuple[str, ...] = ()
    adopt: bool = False
    speed: Speed = field(default_factory=Speed)
    busy: BusyGuard | None = None
    asked: Asked = field(default_factory=Asked)
    replacing: frozenset[str] | None = None
    policies: Policies = NO_POLICIES
    max_cost: float | None = None
    commit: Commit | None = None
    exclusive: bool = False
    refresh: Refresh = Refresh.AUTO

    def policy(self, profile: Profile, *, limited: bool) -> Policy:
        """What is asked of the plan."""
        return Policy(
            profile, self.adopt, self.names, limited, self.busy, self.asked, replacing=self.replacing
        )


class Prepared(Struct, frozen=True):
    """A plan with everything that carrying it out needs; `made_at` is by the account's clock."""

    plan: Plan
    desired: Desired
    live: LiveState
    sweep: tuple[str, ...]
    requests: int
    made_at: float = 0.0

    @property
    def idle(self) -> bool:
        """There is nothing to carry out."""
        return not self.plan.pending and not self.sweep


class Strategy(Protocol):
    """What a pass is for."""

    limited: bool

    def needs(self, desired: Desired, policy: Policy) -> Needs | NoNeeds:
        """What must be read."""
        ...

    def plan(self, situation: Situation) -> Plan:
        """The plan."""
        ...


class Converge:
    """Make live equal to desired."""

    limited = True

    def needs(self, desired: Desired, policy: Policy) -> Needs:
        """Files of declared containers, where fields leave the question open."""
        return Needs(desired, policy)

    def plan(self, situation: Situation) -> Plan:
        """See `planning.diff`."""
        return diff(situation)


class Compare(Converge):
    """Tell what moved; limits are for those who write."""

    limited = False


class Destroy:
    """Delete what is declared; the command itself is the exemption from limits."""

    limited = False

    def needs(self, desired: Desired, policy: Policy) -> NoNeeds:
        """The container list is enough."""
        del policy
        return NoNeeds(desired)

    def plan(self, situation: Situation) -> Plan:
        """See `planning.diff.destruction`."""
        return destruction(situation)


async def prepare(
    desired: Desired, found: tuple[Diagnostic, ...], account: Account, options: Options, strategy: Strategy
) -> Prepared:
    """Observes an account and plans; changes nothing. `found` are the warnings of loading.

    Raises:
        ApiError: the account could not be observed whole.
    """
    from reconciler.observe.listings import Trust  # noqa: PLC0415 - loads the HTTP client
    from reconciler.observe.observe import observe  # noqa: PLC0415 - as above

    policy = options.policy(account.profile, limited=strategy.limited)
    async with account.reader(options.speed) as reader:
        needs = strategy.needs(desired, policy)
        parallelism, alone = options.speed.parallelism, options.exclusive
        live = await observe(
            reader,
            needs,
            account.ledger,
            parallelism=parallelism,
            settles=alone,
            list_lag=account.profile.list_lag,
            sought=sought_by(desired),
            trust=Trust(options.refresh, wall(), account.profile.expires_after.minutes or IDLE_MINUTES),
        )
        requests, per_minute = reader.requests, reader.per_minute
    plan = strategy.plan(Situation(desired, live, policy, Provenance(account.target, now(), __version__)))
    cost = replace(plan.cost, made=requests, per_minute=per_minute or plan.cost.per_minute)
    plan = replace(plan, cost=cost)
    if strategy.limited:
        found = (*found, *takes_over(plan, account.ledger.prefixes(), adopt=options.adopt))
    known = account.ledger.recall_made_with(other_stamps(plan.changes))
    found = (*found, *moved_inputs(plan.changes, desired, known))
    hints = without_allowed(plan.diagnostics, desired.allowances)
    found = (*hints, *over(plan, desired, account.profile, options.max_cost), *found)
    plan = replace(plan, diagnostics=tuple(sorted(found, key=Diagnostic.sort_key)), commit=options.commit)
    if violations := of_plan(options.policies, plan):
        found = (*plan.diagnostics, *violations)
        plan = replace(plan, diagnostics=tuple(sorted(found, key=Diagnostic.sort_key)))
    sweep = sweepable(desired, live, policy)
    return Prepared(plan, desired, live, sweep, requests, account.clock.monotonic())


def sought_by(desired: Desired) -> Sought:
    """The names that a set is about."""
    scope, names = desired.scope, tuple(entry.name for entry in desired.containers)
    return Sought(scope.prefix, names, scope.exclude, dead=scope.sweep)


async def still_so(prepared: Prepared, account: Account, speed: Speed) -> Prepared:
    """Looks at the account once more after a question that stood for long; a quick answer is free.

    One that changed is planned anew by a person, since what was approved was the plan on the screen.

    Raises:
        AccountChanged: the containers that this is about are not those of the plan; nothing was changed.
        ApiError: the list could not be read.
    """
    if account.clock.monotonic() - prepared.made_at <= LONG_ASKED:
        return prepared
    from reconciler.observe.observe import observe  # noqa: PLC0415 - loads the HTTP client

    async with account.reader(speed) as reader:
        needs = NoNeeds(prepared.desired)
        live = await observe(
            reader, needs, account.ledger, parallelism=speed.parallelism, sought=sought_by(prepared.desired)
        )
        requests = prepared.requests + reader.requests
    selects = Policy(account.profile, names=prepared.plan.names).selects
    moved = tuple(moved_since(prepared.desired, prepared.live, live, selects))
    if moved:
        raise AccountChanged(
            "the account changed while the question stood; nothing was changed",
            hint="plan again",
            details=moved,
        )
    return replace(prepared, requests=requests)


def moved_since(
    desired: Desired, before: LiveState, after: LiveState, selects: Callable[[str], bool]
) -> Iterator[str]:
    """Yields which live copies that a set claims came and went; one that died went.

    Dead rows alone are nobody's business: at most they were to be swept, which finds them gone.
    """
    old, new = (
        {
            (row.declared_name, row.id)
            for row in claim(desired, live).all_alive()
            if selects(row.declared_name)
        }
        for live in (before, after)
    )
    yield from (f"{name} ({identifier}) is gone" for name, identifier in sorted(old - new))
    yield from (f"{name} ({identifier}) is new" for name, identifier in sorted(new - old))


async def carry_out(
    prepared: Prepared, account: Account, speed: Speed, stop: Stop, listen: Callable[[Event], None]
) -> Outcome:
    """Executes a plan and folds its events; `listen` hears each as it happens.

    Cancelled after `stop` was requested, it returns what is known so far, changes never begun included.
    """
    from reconciler.execute.run import Work, execute  # noqa: PLC0415 - loads the HTTP client

    desired = prepared.desired
    chains = chains_of(prepared.plan.changes, desired.by_name())
    names = desired.containers if desired.scope.prefix is not None else ()
    owned = frozenset(created_name(entry) for entry in names)
    work = Work(
        chains, prepared.live, prepared.sweep, desired.replace, owned, account.ledger, account.profile
    )
    outcome, sent = Outcome(), 0
    try:
        async with account.writer(speed) as writer:
            try:
                async for event in execute(work, writer, account.clock, stop, parallelism=speed.parallelism):
                    outcome = step(outcome, event)
                    listen(event)
            finally:
                sent = writer.requests
    except asyncio.CancelledError:
        if not stop.requested:
            raise
        return replace(_cut_off(outcome, chains), requests=sent, interrupted=True)
    return outcome


def _cut_off(outcome: Outcome, chains: Iterable[Chain]) -> Outcome:
    """What a run had come to, with the changes that it never began: nobody was left to say so."""
    known = {id(change) for change in outcome.changes}
    changes = (link.change for chain in chains for link in chain.links)
    never = tuple(ChangeNotStarted(change, "interrupted") for change in changes if id(change) not in known)
    return replace(outcome, not_started=(*outcome.not_started, *never))

"""A plan: what would change and why, as an immutable value without a secret or a file's contents.

Every change carries an action and its reasons from closed sets. The reasons of a change say first what
is different and then, for a skip, what stands in the way: `(not-in-manifest, prune-off)`.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct, field

from reconciler.model.asked import Asked, selected
from reconciler.model.diagnostics import Diagnostic, Position
from reconciler.model.inputs import Inputs
from reconciler.model.scope import Scope
from reconciler.model.spec import ReplaceOrder


class Action(StrEnum):
    """What happens to one container."""

    CREATE = "create"
    REPLACE = "replace"
    SYNC = "sync"
    DELETE = "delete"
    KEEP = "keep"
    SKIP = "skip"


class Reason(StrEnum):
    """Why; a closed set."""

    ABSENT = "absent"
    EXPIRED = "expired"
    DUPLICATE = "duplicate"
    FIELD_CHANGED = "field-changed"
    STAMP_CHANGED = "stamp-changed"
    FILE_CHANGED = "file-changed"
    FILE_MISSING = "file-missing"
    FILE_EXTRA = "file-extra"
    IN_PLACE = "in-place"
    NOT_IN_MANIFEST = "not-in-manifest"
    REQUESTED = "requested"
    PROTECTED = "protected"
    BLOCKED_BY_LIMIT = "blocked-by-limit"
    BUSY = "busy"
    PRUNE_OFF = "prune-off"
    LEFT_EXPIRED = "left-expired"
    IGNORED = "ignored"
    FILTERED = "filtered"
    UNVERIFIABLE = "unverifiable"
    FOREIGN = "foreign"


REFUSALS = frozenset({Reason.BLOCKED_BY_LIMIT.value, Reason.PROTECTED.value})
"""The codes of the diagnostics that say why nothing of a plan is applied."""


class FileOperation(StrEnum):
    """What happens to one file."""

    UPLOAD = "upload"
    DELETE = "delete"
    KEEP = "keep"


class Flag(StrEnum):
    """What a reviewer must see: a change opens the network, or raises the price."""

    EGRESS = "egress"
    COST = "cost"


FieldValue = str | int | tuple[str, ...] | None
"""A field as a plan shows it; None where it is absent."""


class FieldChange(Struct, frozen=True, gc=False):
    """One field, by its dotted path in the manifest."""

    path: str
    before: FieldValue
    after: FieldValue


class FileChange(Struct, frozen=True, gc=False):
    """One file of a container, by its base name. `file_id` is the row that is deleted or kept."""

    operation: FileOperation
    path: str
    bytes: int | None
    sha256: str | None = None
    file_id: str | None = None


class BusyGuard(Struct, frozen=True):
    """What is asked about containers that somebody else is using.

    Used within `window` seconds, one is not replaced or deleted, unless `allowed`.
    """

    window: int
    allowed: bool = False


class Activity(Struct, frozen=True, gc=False):
    """Why a container counts as in use; unix seconds, both by the server's clock.

    `used_at` is when somebody else used it last, None where the server does not say; `observed_at` the
    `Date` of the list that showed it, None without one. With either missing nobody can rule use out.
    """

    used_at: int | None
    observed_at: int | None

    @property
    def age(self) -> int | None:
        """Seconds since it was used, None where nobody can tell."""
        if self.used_at is None or self.observed_at is None:
            return None
        return max(0, self.observed_at - self.used_at)


class Change(Struct, frozen=True, gc=False):
    """What happens to one container and why.

    `container_id` is the live copy that it is about, None for a create. `order` matters to a replace only.
    `activity` is there where that copy is in use and would go. A `busy` change without it is a surplus copy
    that stays only because the kept one does. `unseen` are the flags that its fields do not tell, because the
    server does not show what the old container had; all of them are `model.review.flags_of`.
    """

    name: str
    action: Action
    reasons: tuple[Reason, ...]
    container_id: str | None = None
    fields: tuple[FieldChange, ...] = ()
    files: tuple[FileChange, ...] = ()
    source: Position | None = None
    order: ReplaceOrder = ReplaceOrder.CREATE_FIRST
    activity: Activity | None = None
    unseen: tuple[Flag, ...] = ()

    @property
    def actions(self) -> tuple[str, ...]:
        """The action as plans write it: a replace is its two halves in their order."""
        if self.action is not Action.REPLACE:
            return (self.action.value,)
        halves = ("create", "delete")
        return halves if self.order is ReplaceOrder.CREATE_FIRST else halves[::-1]

    @property
    def pending(self) -> bool:
        """It would change something."""
        return self.action not in (Action.KEEP, Action.SKIP)

    @property
    def surplus(self) -> bool:
        """It deletes a copy beside the one that is kept."""
        return self.action is Action.DELETE and Reason.DUPLICATE in self.reasons

    @property
    def blocked(self) -> bool:
        """A limit forbids it, and with it the whole apply."""
        return Reason.BLOCKED_BY_LIMIT in self.reasons

    @property
    def protected(self) -> bool:
        """The manifests themselves forbid it, and with it the whole apply unless it is told to skip it."""
        return self.action is Action.SKIP and Reason.PROTECTED in self.reasons

    @property
    def withheld(self) -> bool:
        """It waits until nobody uses its container; the rest of the plan does not."""
        return self.action is Action.SKIP and Reason.BUSY in self.reasons and not self.blocked


class Target(Struct, frozen=True):
    """Which account a plan is for; never the key. `url` is `emulator:ID` for a built-in emulator."""

    url: str
    organization: str | None = None
    project: str | None = None


class Cost(Struct, frozen=True):
    """What applying costs: requests that apply sends, and US dollars per hour of the declared containers.

    The dollars count every declared container as active, less those that `destroy` deletes. `raised` is what
    the changes that are flagged for cost add to it, `prices_of` the month of the prices, None without any.
    `made` is how many requests the run sent that made the plan, `per_minute` how many the account is allowed,
    as far as somebody said; None where nobody did.
    """

    requests: int
    usd_per_hour: float
    raised: float = 0.0
    prices_of: str | None = None
    made: int | None = None
    per_minute: int | None = None

    @property
    def minutes(self) -> int | None:
        """Whole minutes that the requests of apply take at that rate, None where it is not known."""
        if self.per_minute is None or self.per_minute < 1:
            return None
        return -(-self.requests // self.per_minute)


class Commit(Struct, frozen=True):
    """The git commit that manifests lay in; `dirty`: they were other than it, None where nobody can tell."""

    id: str
    dirty: bool | None = None


class Plan(Struct, frozen=True):
    """See the module's docstring. `desired` is (declared name, digest of its desired state), sorted.

    `names` are the globs that narrowed it (empty: everything), `busy` what was asked about containers in
    use (None: nothing), `asked` what else was. `dead_rows` counts the expired and deleted rows of the scope,
    `others` the live containers of the account outside of it, None where nobody counted; neither are
    changes. `created_at` is RFC 3339 in UTC, `commit` where the manifests came from, None where there is no
    git; `inputs` is what their variables were set by.
    """

    target: Target
    scope: Scope
    changes: tuple[Change, ...]
    desired: tuple[tuple[str, str], ...]
    manifests: tuple[str, ...]
    names: tuple[str, ...]
    cost: Cost
    dead_rows: int
    diagnostics: tuple[Diagnostic, ...]
    created_at: str
    tool_version: str
    busy: BusyGuard | None = None
    commit: Commit | None = None
    asked: Asked = field(default_factory=Asked)
    others: int | None = None
    inputs: Inputs = field(default_factory=Inputs)

    @property
    def pending(self) -> tuple[Change, ...]:
        """The changes that would change something."""
        return tuple(change for change in self.changes if change.pending)

    @property
    def blocked(self) -> tuple[Change, ...]:
        """The changes that a limit forbids; with any of them nothing is applied."""
        return tuple(change for change in self.changes if change.blocked)

    @property
    def withheld(self) -> tuple[Change, ...]:
        """The changes that wait until nobody uses their containers; the others are applied."""
        return tuple(change for change in self.changes if change.withheld)

    @property
    def protected(self) -> tuple[Change, ...]:
        """The changes that the manifests forbid; the others are applied only where somebody says so."""
        return tuple(change for change in self.changes if change.protected)

    @property
    def spared(self) -> tuple[Change, ...]:
        """The changes that `--no-delete` withholds; the others are applied."""
        if not self.asked.no_delete:
            return ()
        return tuple(
            change
            for change in self.changes
            if Reason.FILTERED in change.reasons and selected(change.name, self.names, self.asked.exclude)
        )

    def meant(self, change: Change) -> Action:
        """What a change that is blocked, protected or withheld would do."""
        if Reason.DUPLICATE in change.reasons or Reason.NOT_IN_MANIFEST in change.reasons:
            return Action.DELETE
        differs = Reason.FIELD_CHANGED in change.reasons or Reason.STAMP_CHANGED in change.reasons
        return Action.REPLACE if differs or change.name in self.asked.replace else Action.DELETE

    @property
    def converged(self) -> bool:
        """Live is what is wanted: nothing would change, now or once what stands in the way is gone."""
        waiting = self.blocked or self.protected or self.withheld or self.spared
        return not self.pending and not waiting

    @property
    def summary(self) -> dict[Action, int]:
        """How many changes there are of each action, every action present."""
        counts = dict.fromkeys(Action, 0)
        for change in self.changes:
            counts[change.action] += 1
        return counts

"""The memory of scopes that were applied to a target: held against, added to, and let go."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from reconciler.control.clock import now
from reconciler.model.errors import Refused
from reconciler.model.history import SeenPrefix
from reconciler.model.plan import Action
from reconciler.planning.overlap import CODE, overlaps

if TYPE_CHECKING:
    from reconciler.control.account import Account
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.plan import Plan
    from reconciler.model.scope import Scope


class OverlappingScope(Refused):
    """Another set of manifests was applied to containers of this scope."""

    code: ClassVar[str] = CODE


def check_overlap(account: Account, scope: Scope) -> tuple[Diagnostic, ...]:
    """A warning for every scope that was applied to the account and overlaps with this one."""
    return overlaps(scope, account.ledger.prefixes()) if scope.prefix else ()


def refused_overlap(account: Account, scope: Scope) -> OverlappingScope | None:
    """The refusal to change anything, where there is such a scope."""
    found = check_overlap(account, scope)
    if not found:
        return None
    return OverlappingScope(
        "this scope overlaps with another one; nothing was changed",
        hint=found[0].hint,
        details=tuple(one.message for one in found),
    )


def remember(account: Account, scope: Scope) -> None:
    """Notes a scope that is being applied, with what it excludes now."""
    if scope.prefix:
        account.ledger.remember_prefix(SeenPrefix(scope.prefix, scope.exclude, now()))


def forget(account: Account, plan: Plan) -> None:
    """Forgets the scope of a `destroy` that was done, unless it left anything there."""
    if plan.scope.prefix and all(change.action is Action.DELETE for change in plan.changes):
        account.ledger.forget_prefix(plan.scope.prefix)

"""How many containers one apply may lose: an empty render must not delete everything. In prose first.

1. Deletes and replaces count: whoever works in a container loses it either way. Surplus copies and dead rows
   do not, nobody works with those, and neither does what is held back for another reason.
2. `scope.limits` bounds their sum, by count and, once ten or more containers are owned, by percentage. Never
   all of two or more are deleted, and never any by a set that declares nothing.
3. A limit is overridden by saying the number, never by a mere yes: `--allow-deletes 12` stands in for the
   limits where deletes are concerned, `--allow-replaces 40` for replaces. It is the most that may go: a plan
   with fewer is fine, since what was meant may have happened meanwhile, and one with more is refused even
   where the limits would let it pass, since it is not the plan that the number was said about.
4. A plan over a limit stays complete: what is blocked becomes a skip, and apply refuses the whole of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.model.diagnostics import Diagnostic, Severity
from reconciler.model.plan import Action, Change, Reason
from reconciler.model.scope import PERCENT_COUNTS_FROM
from reconciler.planning.holding import held

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.asked import Asked
    from reconciler.model.scope import Desired

CODE = Reason.BLOCKED_BY_LIMIT.value


class _Count(Struct, frozen=True):
    """How many containers a plan would lose in one way, and how many were explicitly allowed to."""

    action: Action
    number: int
    allowed: int | None

    @property
    def open(self) -> int:
        """How many are left to the limits."""
        return self.number if self.allowed is None else 0

    @property
    def option(self) -> str:
        """What to type so that they may go."""
        return f"--allow-{self.action.value}s {self.number}"


class _Violation(Struct, frozen=True):
    """A limit that stands in the way, and the kinds of changes that it blocks."""

    blocks: tuple[_Count, ...]
    message: str
    otherwise: str = ""

    def diagnostic(self) -> Diagnostic:
        """The violation in words, with what to type."""
        options = " ".join(count.option for count in self.blocks)
        return Diagnostic(
            Severity.WARNING, CODE, self.message, hint=f"if that is meant: {options}{self.otherwise}"
        )


def enforce(
    changes: tuple[Change, ...], desired: Desired, owned: int, asked: Asked
) -> tuple[tuple[Change, ...], tuple[Diagnostic, ...]]:
    """Turns the losses of a plan over a limit into skips, and says which limits and what to type.

    Args:
        changes: every change of the plan.
        desired: the set with its limits.
        owned: live containers that the set claims, surplus copies not counted.
        asked: what the command line allows.
    """
    deletes = _count(changes, Action.DELETE, asked.allow_deletes)
    replaces = _count(changes, Action.REPLACE, asked.allow_replaces)
    found = tuple(_violations(desired, owned, deletes, replaces))
    blocked = {count.action for violation in found for count in violation.blocks}
    judged = tuple(
        held(change, Reason.BLOCKED_BY_LIMIT) if change.action in blocked and not change.surplus else change
        for change in changes
    )
    return judged, tuple(violation.diagnostic() for violation in found)


def _count(changes: tuple[Change, ...], action: Action, allowed: int | None) -> _Count:
    return _Count(action, sum(one.action is action and not one.surplus for one in changes), allowed)


def _violations(desired: Desired, owned: int, deletes: _Count, replaces: _Count) -> Iterator[_Violation]:
    """Every limit that stands in the way, so that raising one does not only uncover the next."""
    yield from _all_gone(desired, owned, deletes)
    limits = desired.scope.limits
    counted = tuple(count for count in (deletes, replaces) if count.open)
    lost = sum(count.open for count in counted)
    if limits.max_deletes is not None and lost > limits.max_deletes:
        yield _Violation(
            counted,
            f"this plan would delete or replace {lost} containers; the limit is {limits.max_deletes}",
            f"; or set scope.limits.max_deletes to at least {lost}",
        )
    if owned >= PERCENT_COUNTS_FROM and lost * 100 > limits.max_delete_percent * owned:
        yield _Violation(
            counted,
            f"this plan would delete or replace {lost} of {owned} containers; "
            f"the limit is {limits.max_delete_percent} %",
            f"; or set scope.limits.max_delete_percent to at least {-(-lost * 100 // owned)}",
        )
    for count in (deletes, replaces):
        if count.allowed is not None and count.number > count.allowed:
            message = f"this plan would {count.action.value} {count.number} containers; "
            yield _Violation((count,), f"{message}--allow-{count.action.value}s says {count.allowed}")


def _all_gone(desired: Desired, owned: int, deletes: _Count) -> Iterator[_Violation]:
    """What no number in the manifests can allow: it is how an empty render looks."""
    destroy = "; or use `reconciler destroy`"
    if deletes.open and not desired.containers:
        gone = f"all {owned}" if deletes.number == owned else f"{deletes.number} of {owned}"
        message = f"the manifests declare no container, and this plan would delete {gone} that exist"
        yield _Violation((deletes,), message, destroy)
    elif deletes.open == owned and owned > 1:
        message = f"this plan would delete all {owned} containers of the scope"
        yield _Violation((deletes,), message, destroy)

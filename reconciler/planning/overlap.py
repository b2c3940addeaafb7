"""Which scopes get in each other's way, in prose first.

Two sets of manifests whose prefixes cover the same names each take the other's containers for their own:
under prune, either one deletes what the other one made. Nothing in the API tells whose a container is, so the
ledger remembers the prefixes that were applied to a target, and a scope is held against them:

1. The same prefix is the same scope: the set itself, at an earlier time.
2. Two scopes overlap when one prefix begins with the other; no name can begin with both otherwise.
3. They do not when the wider scope excludes the narrower one: when the narrower prefix begins with a
   sub-prefix that the wider one carves out. A sub-prefix that carves out only a part of the narrower scope is
   not enough, and what the narrower scope excludes says nothing about the wider one.
4. A set without a prefix claims only what it declares. It is neither remembered nor held against anything.
"""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic, Severity

if TYPE_CHECKING:
    from reconciler.model.history import SeenPrefix
    from reconciler.model.scope import Scope

CODE = "overlapping-scope"


def overlaps(scope: Scope, seen: tuple[SeenPrefix, ...]) -> tuple[Diagnostic, ...]:
    """A warning for every remembered scope that this one overlaps with, in their order."""
    mine = scope.prefix
    if mine is None:
        return ()
    return tuple(
        _finding(mine, other.prefix)
        for other in seen
        if _overlap(mine, scope.exclude, other.prefix) or _overlap(other.prefix, other.exclude, mine)
    )


def _overlap(wider: str, exclude: tuple[str, ...], narrower: str) -> bool:
    """Tells whether a scope reaches into another one, whose prefix is longer."""
    return (
        narrower != wider
        and narrower.startswith(wider)
        and not any(narrower.startswith(carved) for carved in exclude)
    )


def _finding(mine: str, other: str) -> Diagnostic:
    wider, narrower = sorted((mine, other), key=len)
    again = "" if wider == mine else " and apply that set again"
    return Diagnostic(
        Severity.WARNING,
        CODE,
        f"the scope {mine}* overlaps with {other}*, which was applied to this target: "
        f"{narrower}* belongs to both",
        hint=f"add {narrower!r} to the `exclude` of {wider}*{again}; or, if {other}* is gone for good, "
        f"`reconciler ledger clear --prefix {quote(other)}`",
    )

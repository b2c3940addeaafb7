"""Containers that were created before there was a key: another value of their secrets shows nowhere.

Their stamps tell everything but values, so they are kept until something else replaces them. This is a
warning of the plan, outside of its digest: it is about what is live, and changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic, Severity
from reconciler.model.plan import Action, Reason
from reconciler.model.stamp import KEY_VARIABLE, Verdict, compare_stamp
from reconciler.model.write_only import SECRETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.model.diagnostics import Position
    from reconciler.model.live import LiveState
    from reconciler.model.plan import Change
    from reconciler.model.scope import Desired

INVISIBLE = "rotation-invisible"


def made_without_key(changes: Iterable[Change], desired: Desired, live: LiveState) -> Iterator[Diagnostic]:
    """A warning for each entry of a manifest, however many replicas of it are kept so."""
    kept = {change.container_id: change.name for change in changes if _hides_values(change)}
    if not kept:
        return
    entries = desired.by_name()
    found: defaultdict[Position, list[str]] = defaultdict(list)
    for row in live.containers:
        if row.id not in kept:
            continue
        entry = entries[kept[row.id]]
        if compare_stamp(entry.inputs, row.stamp) is Verdict.VALUES_UNKNOWN:
            at = next(secret.position for secret in entry.inputs.secrets if secret.keyed is not None)
            found[at].append(entry.name)
    for at, names in found.items():
        yield _warning(sorted(names), at)


def _hides_values(change: Change) -> bool:
    return (
        change.action not in (Action.REPLACE, Action.DELETE)
        and Reason.UNVERIFIABLE in change.reasons
        and any(field.path == SECRETS for field in change.fields)
    )


def _warning(names: list[str], at: Position) -> Diagnostic:
    if len(names) == 1:
        who, until, hint = f"{names[0]} was", "it is", f"--replace {names[0]} once"
    else:
        who, until, hint = f"{names[0]} and {len(names) - 1} more were", "they are", "--replace each once"
    what = f"another value of the secrets goes unnoticed until {until} replaced"
    return Diagnostic(Severity.WARNING, INVISIBLE, f"{who} created without {KEY_VARIABLE}: {what}", at, hint)

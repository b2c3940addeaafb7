"""Which write-only input moved, where the ledger remembers what a container was created with.

A stamp tells only that something is another. This is a note beside the plan, outside of its digest: what is
done does not depend on a ledger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic, Severity
from reconciler.model.plan import Reason
from reconciler.model.stamp import traces, unmarked_traces

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from reconciler.model.plan import Change
    from reconciler.model.scope import Desired
    from reconciler.model.write_only import WriteOnly

_CODE = Reason.STAMP_CHANGED.value
MOST = 5
"""WriteOnly that a note names."""


def other_stamps(changes: Iterable[Change]) -> tuple[str, ...]:
    """The containers whose stamp is another than the declared one."""
    return tuple(
        change.container_id
        for change in changes
        if Reason.STAMP_CHANGED in change.reasons and change.container_id is not None
    )


def moved_inputs(
    changes: Iterable[Change], desired: Desired, made_with: Mapping[str, Mapping[str, str]]
) -> tuple[Diagnostic, ...]:
    """A note for each container of which it is known what it was created with."""
    if not made_with:
        return ()
    entries = desired.by_name()
    found = []
    for change in changes:
        before = made_with.get(change.container_id or "")
        if before is None or Reason.STAMP_CHANGED not in change.reasons or change.name not in entries:
            continue
        entry = entries[change.name]
        told = list(_moved(before, entry.inputs))
        if told:
            more = f", and {len(told) - MOST} more" if len(told) > MOST else ""
            message = f"{change.name}: since it was created, {', '.join(told[:MOST])}{more}"
            at = dict(entry.positions).get("name", change.source)
            found.append(Diagnostic(Severity.NOTE, _CODE, message, at))
    return tuple(found)


def _moved(before: Mapping[str, str], inputs: WriteOnly) -> Iterator[str]:
    """Of a secret whose value left no trace, before or now, nobody knows whether it is another."""
    after, unmarked = traces(inputs), unmarked_traces(inputs)
    for label in sorted(before.keys() | after.keys()):
        if label not in after:
            yield f"{label} was taken away"
        elif label not in before:
            yield f"{label} was added"
        elif before[label] != after[label] and unmarked.get(label) not in (before[label], after[label]):
            yield f"{label} changed"

"""A plan for people: what is blocked first, then what destroys, then the rest, and the count last."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Severity, errors_in
from reconciler.model.digest import plan_digest
from reconciler.model.plan import REFUSALS, Action, Change, FileOperation, Plan, Reason
from reconciler.model.review import COST_REFUSALS
from reconciler.model.write_only import WRITE_ONLY
from reconciler.render.busy_text import busy_footnotes, busy_line
from reconciler.render.cost_text import cost_lines
from reconciler.render.diagnostics_text import diagnostic_lines
from reconciler.render.escape import safe
from reconciler.render.inputs_text import inputs_lines
from reconciler.render.paint import Paint
from reconciler.render.review_text import review_footnote, review_lines
from reconciler.render.target_text import target_text

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.plan import FieldChange, FieldValue, FileChange

_SYMBOLS = {
    Action.DELETE: ("-", "red"),
    Action.REPLACE: ("-/+", "red"),
    Action.SYNC: ("~", "yellow"),
    Action.CREATE: ("+", "green"),
    Action.SKIP: ("!", "yellow"),
    Action.KEEP: ("=", "dim"),
}
_ORDER = tuple(_SYMBOLS)
_KIB = 1024
_LARGEST = 2**80
MOST_ITEMS = 20
"""Items of one list that a line shows; what a list newly allows has lines of its own."""

_REFUSALS = REFUSALS | COST_REFUSALS


def plan_lines(plan: Plan, paint: Paint | None = None) -> Iterator[str]:
    """Yields the lines of a plan, the count last."""
    paint = paint or Paint()
    yield from diagnostic_lines(refusals(plan), paint)
    spared = {id(change) for change in plan.spared}
    listed = sorted(
        (change for change in plan.changes if _shown(change) or id(change) in spared), key=_destructive_first
    )
    kept = {change.name: change for change in plan.changes if Reason.DUPLICATE not in change.reasons}
    for change in listed:
        yield from _change_lines(change, _verb(plan, change, spared), kept, paint)
    if listed:
        yield ""
    yield from _footnotes(plan)
    yield summary_line(plan)


def refusals(plan: Plan) -> tuple[Diagnostic, ...]:
    """The diagnostics that say why nothing of the plan is applied; they are part of its text."""
    return tuple(found for found in plan.diagnostics if _refuses(found))


def warnings(plan: Plan) -> tuple[Diagnostic, ...]:
    """The other diagnostics, which are worth knowing before a plan is approved."""
    return tuple(found for found in plan.diagnostics if not _refuses(found))


def _refuses(found: Diagnostic) -> bool:
    return found.severity is Severity.ERROR or found.code in _REFUSALS


def summary_line(plan: Plan) -> str:
    """The last line: what there is to do in numbers, or that there is nothing."""
    if plan.converged:
        return "No changes."
    count = plan.summary
    line = (
        f"Plan: {count[Action.CREATE]} to create, {count[Action.REPLACE]} to replace, "
        f"{count[Action.SYNC]} to sync, {count[Action.DELETE]} to delete, {count[Action.KEEP]} unchanged"
    )
    waiting = (
        ("blocked", plan.blocked),
        ("protected", plan.protected),
        ("withheld", (*plan.withheld, *plan.spared)),
    )
    return ", ".join([line, *(f"{len(changes)} {what}" for what, changes in waiting if changes)]) + "."


def size_text(size: int | None) -> str:
    """Bytes for people: exact below 1 KiB."""
    if size is None:
        return "unknown size"
    if size < _KIB:
        return f"{size} B"
    if size > _LARGEST:
        return "more than any disk holds"
    for unit in ("KiB", "MiB"):
        size_in_unit = size / _KIB
        if size_in_unit < _KIB:
            return f"{size_in_unit:.1f} {unit}"
        size = size // _KIB
    return f"{size / _KIB:.1f} GiB"


def _shown(change: Change) -> bool:
    """Unchanged containers are only counted, unless there is something to know about them."""
    if Reason.FILTERED in change.reasons:
        return False
    return change.action is not Action.KEEP or bool(change.fields or change.files)


def _destructive_first(change: Change) -> tuple[bool, bool, int, str]:
    return (not change.blocked, not change.protected, _ORDER.index(change.action), change.name)


def _change_lines(change: Change, verb: str, kept: Mapping[str, Change], paint: Paint) -> Iterator[str]:
    symbol, colour = _SYMBOLS[change.action]
    if change.actions == ("create", "delete"):
        symbol = "+/-"
    reasons = ", ".join(
        dict.fromkeys(reason.value for reason in change.reasons)
    )  # once, also of a forged plan
    about = f"  {paint('dim', safe(change.container_id, 60))}" if change.container_id else ""
    head = f"{symbol:>3} {verb} {safe(change.name)}"
    yield f"{paint(colour, head)} ({reasons}){about}"
    if Reason.DUPLICATE in change.reasons and change.name in kept:
        yield f"      {_beside(kept[change.name])}"
    busy = busy_line(change)
    if busy is not None:
        yield f"      ! {busy}"
    yield from (f"      {line}" for line in review_lines(change))
    for field in change.fields:
        yield f"      {_field_text(change, field)}"
    if Reason.STAMP_CHANGED in change.reasons and not any(
        field.path in WRITE_ONLY for field in change.fields
    ):
        yield "      ~ skills and domain secrets: not shown → none  (forces replacement)"
    operations: defaultdict[str, set[FileOperation]] = defaultdict(set)
    for file in change.files:
        operations[file.path].add(file.operation)
    for file in change.files:
        text = _file_text(file, operations[file.path])
        if text is not None:
            yield f"      {text}"
    if change.action is Action.REPLACE:
        yield f"      - {_lost(change)}"


def _lost(change: Change) -> str:
    """Nobody lists the files of a container that is replaced anyway: listing them would keep it alive."""
    if any(file.operation is FileOperation.UPLOAD for file in change.files):
        return "files of the old container that are not declared are lost"
    return "files of the old container are lost: none is declared"


def _beside(kept: Change) -> str:
    fate = "is replaced" if kept.action is Action.REPLACE else "stays"
    return f"beside {safe(kept.container_id or '', 60)}, which {fate}"


def _verb(plan: Plan, change: Change, spared: Container[int]) -> str:
    if change.blocked:
        return f"blocked: {plan.meant(change).value}"
    if change.protected:
        return f"protected: {plan.meant(change).value}"
    if change.withheld or id(change) in spared:
        return f"withheld: {plan.meant(change).value}"
    return change.action.value


def _field_text(change: Change, field: FieldChange) -> str:
    path = safe(field.path)
    if change.action is Action.CREATE:
        return f"+ {path}: {_value(field.after)}"
    if Reason.UNVERIFIABLE in change.reasons and field.before is None:
        return f"? {path}: {_value(field.after)} is declared, the server does not show it"
    if field.path in WRITE_ONLY and field.before is None:
        return f"~ {path}: not shown → {_value(field.after)}  (forces replacement)"
    fate = "ignored" if Reason.IGNORED in change.reasons else "forces replacement"
    return f"~ {path}: {_value(field.before)} → {_value(field.after)}  ({fate})"


def _value(value: FieldValue) -> str:
    if isinstance(value, tuple):
        more = [f"and {len(value) - MOST_ITEMS} more"] if len(value) > MOST_ITEMS else []
        return "[" + ", ".join([*map(safe, value[:MOST_ITEMS]), *more]) + "]"
    return "unset" if value is None else safe(str(value))


def _file_text(file: FileChange, beside: Container[FileOperation]) -> str | None:
    """One file; `beside` are the operations on its name, its own included."""
    name = f"{safe(file.path)} ({size_text(file.bytes)})"
    match file.operation:
        case FileOperation.UPLOAD:
            origin = "" if file.file_id is None else f", copied from {safe(file.file_id, 60)}"
            return f"{'~' if FileOperation.DELETE in beside else '+'} {name}{origin}"
        case FileOperation.DELETE if FileOperation.UPLOAD in beside:
            return None
        case FileOperation.DELETE if FileOperation.KEEP in beside:
            return f"- {name}, another row of this name stays"
        case FileOperation.DELETE:
            return f"- {name}"
        case FileOperation.KEEP if FileOperation.DELETE in beside:
            return None
        case FileOperation.KEEP:
            return f"? {name} is not declared, kept"


def _footnotes(plan: Plan) -> Iterator[str]:
    spared = len(plan.spared)
    filtered = sum(Reason.FILTERED in change.reasons for change in plan.changes) - spared
    if filtered:
        yield f"{_containers(filtered)} {_left_out(plan)}."
    if spared:
        yield f"{spared} change{'' if spared == 1 else 's'} withheld by --no-delete."
    by_size = sum(
        Reason.UNVERIFIABLE in change.reasons and change.action is Action.KEEP and not change.fields
        for change in plan.changes
    )
    if by_size:
        yield f"{_containers(by_size)} with files compared by size only (unverifiable)."
    stray = sum(Reason.PRUNE_OFF in change.reasons for change in plan.changes)
    if stray:
        yield f"{_containers(stray)} of the scope not declared, and left alone (scope.prune deletes them)."
    foreign = sum(_adoptable(change) for change in plan.changes)
    if foreign:
        yield f"{_containers(foreign)} not made by this set, and left alone (--adopt takes them over)."
    if plan.dead_rows:
        rows = f"{plan.dead_rows} expired or deleted {'row' if plan.dead_rows == 1 else 'rows'}"
        yield f"{rows}{_sweeping(plan)}."
    if plan.others:
        yield f"{plan.others} other{'' if plan.others == 1 else 's'} in this account: not ours."
    yield from busy_footnotes(plan)
    sends = plan.pending or plan.cost.requests
    yield from cost_lines(
        plan, applicable=bool(sends) and not errors_in(plan.diagnostics) and not plan.blocked
    )
    if plan.protected and not plan.blocked:
        yield "Apply refuses the whole plan, unless --skip-blocked leaves what is protected as it is."
    if errors_in(plan.diagnostics):
        yield "Apply refuses the whole plan as long as a policy forbids it."
    elif plan.blocked:
        yield "Apply refuses the whole plan as long as a part of it is blocked."
    elif sends:
        yield from review_footnote(plan)
        yield f"Target: {target_text(plan.target)}; scope: {_scope(plan)}."
    yield from _identity(plan)


def _identity(plan: Plan) -> Iterator[str]:
    """Where the manifests came from, and by what a reviewer names the plan: `apply --expect-digest`."""
    if plan.blocked or not plan.pending:
        return
    if plan.commit is not None:
        states = {True: ", with changes that are not committed", False: "", None: ", changes unknown"}
        yield f"Commit: {safe(plan.commit.id, 64)}{states[plan.commit.dirty]}"
    yield from inputs_lines(plan.inputs)
    yield f"Digest: {plan_digest(plan)}"


def _left_out(plan: Plan) -> str:
    if not plan.asked.exclude:
        return "not selected by --name"
    return "left out by --name and --exclude" if plan.names else "left out by --exclude"


def _scope(plan: Plan) -> str:
    return f"{safe(plan.scope.prefix)}*" if plan.scope.prefix else "the declared names"


def _adoptable(change: Change) -> bool:
    """Copies beside the kept one are not: without a prefix they are only ever reported."""
    return Reason.FOREIGN in change.reasons and Reason.DUPLICATE not in change.reasons


def _sweeping(plan: Plan) -> str:
    if plan.scope.prefix is None:
        return ""
    if not plan.scope.sweep:
        return " (scope.sweep deletes them)"
    if plan.asked.no_delete:
        return " (--no-delete leaves them)"
    if plan.asked.exclude:
        return " (apply sweeps those that are selected)"
    if plan.names:
        return " (apply sweeps those that --name selects)"
    left = any(Reason.LEFT_EXPIRED in change.reasons for change in plan.changes)
    return " (swept by apply, but for those that are left expired)" if left else " (swept by apply)"


def _containers(count: int) -> str:
    return f"{count} container{'' if count == 1 else 's'}"

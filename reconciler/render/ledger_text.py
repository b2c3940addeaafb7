"""What a ledger holds, and what was forgotten of it, for people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reconciler.model.names import parse_live_name
from reconciler.model.touching import OwnTouch
from reconciler.render.escape import safe
from reconciler.render.plan_text import size_text
from reconciler.render.target_text import target_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.model.history import LedgerReport, SeenPrefix, TargetReport
    from reconciler.render.paint import Paint

_OF_FILES = {
    OwnTouch.UNKNOWN: "whether listing files is activity there is not known yet",
    OwnTouch.NO: "listing files is no activity there",
    OwnTouch.YES: "listing files is activity there",
}

LISTED = 20
"""How many of one kind are listed; JSON has them all."""


def ledger_lines(report: LedgerReport, paint: Paint) -> Iterator[str]:
    """Yields the lines of `ledger show`."""
    path = safe(report.path, 400)
    if report.size is None:
        yield f"{path}: there is no ledger."
        return
    yield f"{path}: {size_text(report.size)}, version {report.version}"
    for target in report.targets:
        yield ""
        yield paint("bold", target_text(target.target))
        yield from (f"  {line}" for line in _target_lines(target))
    if report.local_files:
        yield ""
        yield f"{_several(report.local_files, 'local file')} with known digests"
    elif not report.targets:
        yield "Nothing is remembered."


def forgotten_lines(report: LedgerReport) -> Iterator[str]:
    """Yields the lines of `ledger clear`."""
    path = safe(report.path, 400)
    if report.size is None:
        yield f"{path}: there is no ledger."
    elif report.damaged:
        yield f"{path} was damaged and is deleted."
    elif not report.targets and not report.local_files:
        yield f"{path}: nothing to forget."
    else:
        if report.local_files:
            yield f"Forgotten: the digests of {_several(report.local_files, 'local file')}."
        yield from (f"Forgotten of {target_text(each.target)}: {_counts(each)}." for each in report.targets)


def _target_lines(target: TargetReport) -> Iterator[str]:
    yield f"lag seen: {target.lag_seen:g} s"
    yield from _listed(
        "open intents", (f"{safe(_declared(intent.name))}{_since(intent.date)}" for intent in target.intents)
    )
    yield from _listed(
        "births not yet listed",
        (
            f"{safe(_declared(birth.name))} ({safe(birth.id, 60)}){_since(birth.date)}"
            for birth in target.births
        ),
    )
    yield from _listed("scopes", map(_scope, target.prefixes))
    yield f"{_several(target.tombstones, 'tombstone')}, {_several(target.touches, 'touch', 'touches')}"
    yield f"{_several(target.observations, 'listing')} of files, {_several(target.digests, 'digest')}"
    yield _OF_FILES[target.conduct.own_touch]
    if target.conduct.distrusted:
        yield "its last_active_at was seen not to move with an upload, so files are listed every time"
    yield _several(target.runs, "run")


def _declared(name: str) -> str:
    return parse_live_name(name).declared


def _listed(what: str, items: Iterable[str]) -> Iterator[str]:
    lines = list(items)
    yield f"{what}: {'none' if not lines else len(lines)}"
    yield from (f"  {line}" for line in lines[:LISTED])
    if len(lines) > LISTED:
        yield f"  … and {len(lines) - LISTED} more"


def _scope(seen: SeenPrefix) -> str:
    without = [f"{safe(each)}*" for each in seen.exclude[:LISTED]]
    if len(seen.exclude) > LISTED:
        without.append(f"{len(seen.exclude) - LISTED} more")
    excluded = f" without {', '.join(without)}" if without else ""
    return f"{safe(seen.prefix)}*{excluded}, applied {safe(seen.seen_at)}"


def _counts(target: TargetReport) -> str:
    counts = (
        (len(target.prefixes), "scope", "scopes"),
        (len(target.intents), "open intent", "open intents"),
        (len(target.births), "birth", "births"),
        (target.tombstones, "tombstone", "tombstones"),
        (target.touches, "touch", "touches"),
        (target.observations, "listing of files", "listings of files"),
        (target.digests, "digest", "digests"),
        (target.runs, "run", "runs"),
    )
    return ", ".join(_several(*each) for each in counts if each[0]) or "its lag"


def _several(count: int, one: str, more: str | None = None) -> str:
    return f"{count} {one if count == 1 else more or f'{one}s'}"


def _since(date: int | None) -> str:
    """A time of the server; a ledger may hold any number."""
    if date is None:
        return ""
    try:
        return f", {datetime.fromtimestamp(date, UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (OverflowError, ValueError, OSError):
        return f", {date}"

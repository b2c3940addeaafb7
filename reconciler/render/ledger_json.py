"""The history and the ledger as plain values; their shape is part of `schemas/result.v1.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.model.names import parse_live_name

if TYPE_CHECKING:
    from reconciler.model.history import LedgerReport, PastRun, TargetReport
    from reconciler.model.plan import Target


def run_values(past: PastRun) -> dict[str, Any]:
    """A run of the history."""
    run = past.run
    return {
        "target": _target(past.target),
        "started_at": run.started_at,
        "seconds": run.seconds,
        "command": run.command,
        "scope": run.scope,
        "exit_code": run.exit_code,
        "applied": run.applied,
        "failed": run.failed,
        "undone": run.undone,
        "requests": run.requests,
        "digest": run.digest or None,
        "tool_version": run.tool_version,
    }


def ledger_values(report: LedgerReport) -> dict[str, Any]:
    """A ledger."""
    return {
        "path": report.path,
        "size": report.size,
        "version": report.version,
        "local_files": report.local_files,
        "targets": [_target_report(target) for target in report.targets],
    }


def _target_report(report: TargetReport) -> dict[str, Any]:
    return {
        "target": _target(report.target),
        "lag_seen": report.lag_seen,
        "intents": [
            {"name": parse_live_name(intent.name).declared, "date": intent.date} for intent in report.intents
        ],
        "births": [
            {"id": birth.id, "name": parse_live_name(birth.name).declared, "date": birth.date}
            for birth in report.births
        ],
        "prefixes": [
            {"prefix": seen.prefix, "exclude": list(seen.exclude), "seen_at": seen.seen_at}
            for seen in report.prefixes
        ],
        "tombstones": report.tombstones,
        "touches": report.touches,
        "observations": report.observations,
        "own_touch": report.conduct.own_touch.value,
        "distrusted": report.conduct.distrusted,
        "digests": report.digests,
        "runs": report.runs,
    }


def _target(target: Target) -> dict[str, Any]:
    return {"url": target.url, "organization": target.organization, "project": target.project}

"""Forgetting on purpose: everything, or one scope. A file that is no ledger is never deleted."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from reconciler.ledger.file import reason, take_away
from reconciler.ledger.report import DamagedLedger, existing, report_of
from reconciler.ledger.schema import NOTES, OF_THIS_MACHINE
from reconciler.model.errors import LocalFileError
from reconciler.model.history import LedgerReport, TargetReport

if TYPE_CHECKING:
    from reconciler.ledger.store import Place


def clear(place: Place) -> LedgerReport:
    """Forgets everything, and deletes a ledger that is damaged.

    A sound file stays, emptied in one transaction: a run that has it open goes on with it.

    Returns:
        What was forgotten; without a version where it could not be read.

    Raises:
        LocalFileError: it is no ledger, or out of reach; nothing was forgotten.
    """
    import sqlite3  # noqa: PLC0415 - other commands never come here

    try:
        with existing(place, writable=True) as db:
            if db is None:
                return LedgerReport(str(place.path))
            db.execute("BEGIN IMMEDIATE")
            forgotten = report_of(place, db)
            for table in (*NOTES, *OF_THIS_MACHINE, "target"):
                db.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
            db.execute("COMMIT")
            with suppress(sqlite3.Error):  # somebody reads it just now: it stays as large as it is
                db.execute("VACUUM")
            return forgotten
    except DamagedLedger as error:
        return _delete(place, error)


def clear_prefix(place: Place, prefix: str) -> LedgerReport:
    """Forgets a scope on every target, and nothing else.

    Returns:
        The targets that remembered it, with that scope alone.

    Raises:
        LocalFileError: it is no ledger, damaged, or out of reach; nothing was forgotten.
    """
    with existing(place, writable=True) as db:
        if db is None:
            return LedgerReport(str(place.path))
        db.execute("BEGIN IMMEDIATE")
        forgotten = _only(report_of(place, db), prefix)
        db.execute("DELETE FROM prefix WHERE prefix = ?", (prefix,))
        db.execute("COMMIT")
        return forgotten


def _only(report: LedgerReport, prefix: str) -> LedgerReport:
    targets = tuple(
        TargetReport(each.target, prefixes=tuple(seen for seen in each.prefixes if seen.prefix == prefix))
        for each in report.targets
        if any(seen.prefix == prefix for seen in each.prefixes)
    )
    return replace(report, targets=targets)


def _delete(place: Place, error: DamagedLedger) -> LedgerReport:
    try:
        size = place.path.stat().st_size
        take_away(place.path)
    except OSError as failure:
        raise LocalFileError(f"cannot delete the damaged ledger {place.path}: {reason(failure)}") from error
    return LedgerReport(str(place.path), size)

"""Reading a ledger's file for people, across all targets. It changes nothing, and makes no file."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from reconciler.ledger import rows
from reconciler.ledger.file import damaged, open_existing, ours, reason
from reconciler.ledger.observations import conduct_of
from reconciler.ledger.schema import VERSION, ForeignFile, MalformedFile, NewerFile, check
from reconciler.model.errors import LocalFileError
from reconciler.model.history import LedgerReport, PastRun, TargetReport

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from reconciler.ledger.store import Place
    from reconciler.model.plan import Target


class DamagedLedger(LocalFileError):
    """A file that is ours and cannot be read as a ledger."""

    code = "damaged-ledger"


def read_report(place: Place) -> LedgerReport:
    """What a ledger holds; of a file that is not there or empty, nothing.

    Raises:
        LocalFileError: it cannot be read, or is no ledger; `DamagedLedger` where it is one that broke.
    """
    with existing(place, writable=False) as db:
        return LedgerReport(str(place.path)) if db is None else report_of(place, db)


def read_runs(place: Place, limit: int) -> tuple[PastRun, ...]:
    """The last runs of all targets, the one that ended last first.

    Raises:
        LocalFileError: see `read_report`.
    """
    query = (
        f"SELECT url, organization, project, {rows.RUN_COLUMNS} FROM run "  # noqa: S608 - our own names
        "JOIN target ON target.id = run.target ORDER BY run.id DESC LIMIT ?"
    )
    with existing(place, writable=False) as db:
        found = [] if db is None else db.execute(query, (limit,)).fetchall()
        return tuple(PastRun(rows.target_of(*row[:3]), rows.run_of(row[3:])) for row in found)


def report_of(place: Place, db: sqlite3.Connection) -> LedgerReport:
    """What an open ledger holds."""
    reports = tuple(_target(db, number, target) for number, target in rows.targets(db))
    (files,) = db.execute("SELECT count(*) FROM local_file").fetchone()
    return LedgerReport(str(place.path), place.path.stat().st_size, VERSION, reports, files)


@contextmanager
def existing(place: Place, *, writable: bool) -> Iterator[sqlite3.Connection | None]:
    """Opens a ledger that is there, None where it is not or is empty, and turns what goes wrong into errors.

    Raises:
        LocalFileError: see `read_report`.
    """
    import sqlite3  # noqa: PLC0415 - other commands never come here

    path = place.path
    try:
        if not path.exists():
            yield None
            return
        db = open_existing(path, writable=writable, busy_seconds=place.busy_seconds)
        try:
            yield db if check(db) else None
        finally:
            db.close()
    except ForeignFile as error:
        raise LocalFileError(f"{path} is a database and no ledger") from error
    except NewerFile as error:
        raise LocalFileError(f"the ledger {path} was made by a newer version") from error
    except (sqlite3.Error, MalformedFile, OSError, ValueError, TypeError) as error:
        raise _unreadable(place, error) from error


def _unreadable(place: Place, error: Exception) -> LocalFileError:
    path = place.path
    if not (damaged(error) or isinstance(error, ValueError | TypeError)):
        return LocalFileError(f"the ledger {path} is out of reach: {reason(error)}")
    if ours(path, own=place.own):
        return DamagedLedger(f"the ledger {path} is damaged", hint="`reconciler ledger clear` takes it away")
    return LocalFileError(f"{path} is no ledger")


def _target(db: sqlite3.Connection, number: int, target: Target) -> TargetReport:
    return TargetReport(
        target=target,
        lag_seen=rows.lag_seen(db, number),
        intents=rows.intents(db, number),
        births=rows.births(db, number),
        prefixes=rows.prefixes(db, number),
        tombstones=rows.count(db, "tombstone", number),
        touches=rows.count(db, "touch", number),
        observations=rows.count(db, "observation", number),
        conduct=conduct_of(db, number),
        digests=rows.count(db, "digest", number),
        runs=rows.count(db, "run", number),
    )

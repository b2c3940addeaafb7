"""Ledgers with something in them, and everything that can be in the place of one."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING

from reconciler.ledger.ledger import Ledger
from reconciler.ledger.schema import APPLICATION_ID, VERSION
from reconciler.ledger.store import Place
from reconciler.model.history import Run, SeenPrefix
from reconciler.model.memory import Birth, Intent, Memory, Touch
from reconciler.model.plan import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TARGET = Target("https://api.openai.com/v1", "org-a", "proj-a")
OTHER = Target("https://api.openai.com/v1", "org-a")
SEEN = SeenPrefix("ci-", ("ci-other-", "ci-x-"), "2026-11-22T03:00:00Z")
RUN = Run("2026-11-22T03:00:00Z", 1.5, "apply", "ci-", 6, 3, 2, 1, 12, "sha256:00", "0.1.0")
NO_TIME = 0.05
"""Seconds to wait for a file that stays locked."""

FULL = Memory(
    intents=(Intent("ci-a", 100), Intent("ci-b", None)),
    births=(Birth("cntr_1", "ci-c", 101), Birth("cntr_2", "ci-d", None)),
    tombstones=MappingProxyType({"cntr_3": 102, "cntr_4": None}),
    touches=MappingProxyType({"cntr_1": Touch(101, None), "cntr_5": Touch(103, 90)}),
    lag_seen=4.5,
)
"""What `fill` leaves behind."""


@contextmanager
def remembering(
    path: Path,
    warnings: list[str] | None = None,
    target: Target = TARGET,
    *,
    own: bool = False,
    busy_seconds: float = 2.0,
) -> Iterator[Ledger]:
    """A ledger at a path; without `warnings` there must be none."""
    told: list[str] = [] if warnings is None else warnings
    with closing(Ledger.at(Place(path, own, busy_seconds), target, told.append)) as ledger:
        yield ledger
    assert warnings is not None or not told, told


def fill(ledger: Ledger) -> None:
    """Notes something of every kind."""
    ledger.intend("ci-a", 100)
    ledger.intend("ci-b", None)
    ledger.born("cntr_1", "ci-c", 101)
    ledger.born("cntr_2", "ci-d", None)
    ledger.buried("cntr_3", 102)
    ledger.buried("cntr_4", None)
    ledger.touched({"cntr_5": Touch(103, 90)})
    ledger.lag_seen(4.5)
    ledger.remember_prefix(SEEN)
    ledger.record(RUN)


def filled(path: Path) -> Path:
    """A file that holds all of that."""
    with remembering(path) as ledger:
        fill(ledger)
    return path


def changed(path: Path, *statements: str) -> Path:
    """A file after some SQL."""
    with closing(sqlite3.connect(path)) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()
    return path


def _overwritten(path: Path, offset: int, data: bytes) -> Path:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)
    return path


def _corrupt_pages(path: Path) -> Path:
    size = filled(path).stat().st_size
    return _overwritten(path, 4096, b"\xa5" * (size - 4096))


def _text(path: Path) -> Path:
    path.write_text("somebody's notes\n" * 100)
    return path


TORN: dict[str, Callable[[Path], Path]] = {
    "corrupt pages": _corrupt_pages,
    "a file cut off": lambda path: _cut(filled(path), 5000),
    "no tables behind its id": lambda path: _cut(filled(path), 100),
    "half of its tables": lambda path: changed(filled(path), "DROP TABLE birth", "DROP TABLE run"),
    "another table": lambda path: changed(filled(path), "CREATE TABLE more (x)"),
    "a trigger": lambda path: changed(
        filled(path), "CREATE TRIGGER t AFTER INSERT ON intent BEGIN DELETE FROM intent; END"
    ),
}
"""Ledgers that broke; each still bears our id."""

ODD: dict[str, Callable[[Path], Path]] = {
    "a name that is no text": lambda path: changed(
        filled(path), "UPDATE intent SET name = x'00ff' WHERE name = 'ci-a'"
    ),
    "a time that is no number": lambda path: changed(filled(path), "UPDATE birth SET date = 'soon'"),
    "a lag without end": lambda path: changed(filled(path), "UPDATE target SET lag_seen = 9e999"),
    "text that is no UTF-8": lambda path: changed(
        filled(path), "UPDATE birth SET name = CAST(x'ff' AS TEXT)"
    ),
}
"""Ledgers in which SQLite finds nothing wrong, and that hold about `TARGET` what nobody wrote."""

DAMAGED = {**TORN, **ODD}

UNKNOWN: dict[str, Callable[[Path], Path]] = {
    "a text file": _text,
    "a corrupt header": lambda path: _overwritten(filled(path), 0, b"\xa5" * 100),
}
"""Files that may be anybody's; at a place of our own they are taken for damaged ledgers."""

FOREIGN: dict[str, Callable[[Path], Path]] = {
    "another database": lambda path: changed(path, "CREATE TABLE photo (x)"),
    "an empty database with a version": lambda path: changed(path, "PRAGMA user_version = 1"),
    "an empty database with an id": lambda path: changed(path, "PRAGMA application_id = 7"),
    "a newer version": lambda path: changed(filled(path), f"PRAGMA user_version = {VERSION + 1}"),
}
"""Files that are left alone wherever they are."""

EMPTY: dict[str, Callable[[Path], Path]] = {
    "no file": lambda path: path,
    "an empty file": lambda path: _cut(_text(path), 0),
    "a ledger without a table": lambda path: changed(path, f"PRAGMA application_id = {APPLICATION_ID}"),
}
"""What becomes a ledger without a word."""


def _cut(path: Path, size: int) -> Path:
    with path.open("r+b") as file:
        file.truncate(size)
    return path


def python(script: str, *arguments: str) -> subprocess.Popen[str]:
    """Starts a script that imports what the tests import."""
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )


def output(script: str, *arguments: str) -> str:
    """What a script prints."""
    with python(script, *arguments) as process:
        return process.communicate(timeout=60)[0]


AS_NOBODY = """
import os
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
"""
"""In a script: whoever runs it, permissions bind from here on."""

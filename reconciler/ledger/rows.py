"""From rows to values. SQLite lets any column hold anything: what is odd here was not written by us.

Everything in this module raises TypeError or ValueError where a value is of no kind that we write, which is
how a flipped bit shows that SQLite itself cannot see.
"""

from __future__ import annotations

import json
import math
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from reconciler.model.history import Run, SeenPrefix
from reconciler.model.listed import Cursor, Dead, Horizon, NameFilter
from reconciler.model.memory import Birth, Intent, Memory, Sending, Touch
from reconciler.model.plan import Target

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

RUN_COLUMNS = ", ".join(Run.__struct_fields__)


def memory(db: sqlite3.Connection, target: int) -> Memory:
    """Everything that helps to observe and to change a target."""
    touches = {
        text(each): Touch(number(ours), maybe(theirs), maybe(before), _numbers(also))
        for each, ours, theirs, before, also in _of(db, "id, ours, theirs, before, also FROM touch", target)
    }
    tombstones = {text(each): maybe(date) for each, date in _of(db, "id, date FROM tombstone", target)}
    return Memory(
        intents=intents(db, target),
        births=births(db, target),
        sendings=sendings(db, target),
        doomed=frozenset(text(each) for each, _ in _of(db, "id, 0 FROM doomed", target)),
        tombstones=MappingProxyType(tombstones),
        touches=MappingProxyType(touches),
        lag_seen=lag_seen(db, target),
    )


def intents(db: sqlite3.Connection, target: int) -> tuple[Intent, ...]:
    """The creates of unknown fate, by name."""
    found = _of(db, "name, date, known FROM intent", target)
    return tuple(Intent(text(name), maybe(date), _texts(known)) for name, date, known in found)


def births(db: sqlite3.Connection, target: int) -> tuple[Birth, ...]:
    """The containers that no list has shown yet, by id."""
    found = _of(db, "id, name, date FROM birth", target)
    return tuple(Birth(text(each), text(name), maybe(date)) for each, name, date in found)


def sendings(db: sqlite3.Connection, target: int) -> tuple[Sending, ...]:
    """The uploads of unknown fate, by container and path."""
    found = _of(db, "id, path, date FROM sending", target)
    return tuple(Sending(text(each), text(path), maybe(date)) for each, path, date in found)


def prefixes(db: sqlite3.Connection, target: int) -> tuple[SeenPrefix, ...]:
    """The scopes that were applied, by prefix."""
    found = _of(db, "prefix, exclude, seen_at FROM prefix", target)
    return tuple(SeenPrefix(text(prefix), _texts(exclude), text(seen)) for prefix, exclude, seen in found)


def page_ends(db: sqlite3.Connection, target: int, name: str) -> tuple[Cursor, ...]:
    """Where the pages of a container list ended, in its order; `name` is what it was filtered by."""
    query = "SELECT id, created_at FROM page_end WHERE target = ? AND name = ? ORDER BY place"
    found = db.execute(query, (target, name)).fetchall()
    return tuple(Cursor(text(each), number(created_at)) for each, created_at in found)


def name_filter(db: sqlite3.Connection, target: int) -> NameFilter | None:
    """What the filter by name was last seen to do."""
    found = db.execute("SELECT works, date FROM name_filter WHERE target = ?", (target,)).fetchone()
    return NameFilter(bool(number(found[0])), maybe(found[1])) if found else None


def horizon(db: sqlite3.Connection, target: int, scope: str) -> Horizon | None:
    """The row before which everything of a scope is dead, with what is."""
    query = "SELECT id, created_at, date, dead FROM horizon WHERE target = ? AND scope = ?"
    found = db.execute(query, (target, scope)).fetchone()
    if not found:
        return None
    dead = tuple(map(_dead, _list(found[3])))
    return Horizon(Cursor(text(found[0]), number(found[1])), number(found[2]), dead)


def _dead(value: object) -> Dead:
    if not isinstance(value, list):
        raise TypeError(f"expected a row, found {value!r:.80}")
    each, name, created_at, status = value
    return Dead(text(each), text(name), number(created_at), text(status))


def made_with(db: sqlite3.Connection, target: int, wanted: Iterable[str]) -> dict[str, dict[str, str]]:
    """What containers were created with, by id, of those that are remembered."""
    query = "SELECT traces FROM made_with WHERE target = ? AND id = ?"
    found = ((each, db.execute(query, (target, each)).fetchone()) for each in wanted)
    return {each: _texts_by_text(row[0]) for each, row in found if row is not None}


def lag_seen(db: sqlite3.Connection, target: int) -> float:
    """The longest time that a list was seen to lack a row, in seconds."""
    row = db.execute("SELECT lag_seen FROM target WHERE id = ?", (target,)).fetchone()
    return _amount(row[0]) if row else 0.0


def count(db: sqlite3.Connection, table: str, target: int) -> int:
    """How many rows of a table belong to a target."""
    query = f"SELECT count(*) FROM {table} WHERE target = ?"  # noqa: S608 - a name of our own
    return int(db.execute(query, (target,)).fetchone()[0])


def targets(db: sqlite3.Connection) -> Iterator[tuple[int, Target]]:
    """Every target with its number, by what it is."""
    query = "SELECT id, url, organization, project FROM target ORDER BY url, organization, project"
    for key, *names in db.execute(query).fetchall():
        yield number(key), target_of(*names)


def target_of(url: object, organization: object, project: object) -> Target:
    """A target of the three columns that it is kept in."""
    return Target(text(url), text(organization) or None, text(project) or None)


def run_of(values: tuple[object, ...]) -> Run:
    """A run of `RUN_COLUMNS`."""
    started_at, seconds, command, scope, code, applied, failed, undone, requests, digest, version = values
    return Run(
        started_at=text(started_at),
        seconds=_amount(seconds),
        command=text(command),
        scope=text(scope),
        exit_code=None if code is None else number(code),
        applied=number(applied),
        failed=number(failed),
        undone=number(undone),
        requests=number(requests),
        digest=text(digest),
        tool_version=text(version),
    )


def _of(db: sqlite3.Connection, columns: str, target: int) -> list[Any]:
    return db.execute(f"SELECT {columns} WHERE target = ? ORDER BY 1, 2", (target,)).fetchall()


def text(value: object) -> str:
    """Checks a value that must be text."""
    if not isinstance(value, str):
        raise TypeError(f"expected text, found {value!r:.80}")
    return value


def number(value: object) -> int:
    """Checks a value that must be a whole number."""
    if not isinstance(value, int):
        raise TypeError(f"expected a whole number, found {value!r:.80}")
    return value


def maybe(value: object) -> int | None:
    """Checks a value that must be a whole number or nothing."""
    return None if value is None else number(value)


def _amount(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"expected an amount, found {value!r:.80}")
    return float(value)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(text, _list(value)))


def _texts_by_text(value: object) -> dict[str, str]:
    try:
        found = json.loads(text(value))
    except RecursionError as error:
        raise ValueError("a mapping nested too deep") from error
    if not isinstance(found, dict):
        raise TypeError(f"expected a mapping, found {found!r:.80}")
    return {key: text(each) for key, each in found.items()}


def _numbers(value: object) -> tuple[int, ...]:
    return () if value == "[]" else tuple(map(number, _list(value)))


def _list(value: object) -> list[object]:
    try:
        found = json.loads(text(value))
    except RecursionError as error:
        raise ValueError("a list nested too deep") from error
    if not isinstance(found, list):
        raise TypeError(f"expected a list, found {value!r:.80}")
    return found

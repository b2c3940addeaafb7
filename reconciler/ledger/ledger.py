"""What is remembered of one target between runs: lose it and the next run is slower, never different.

The live API is the only state. What stands here closes the gaps that the API leaves for some seconds: its
list lags behind creates and deletes, and a killed run cannot tell anybody what it was about to send.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from reconciler.ledger import listed, rows
from reconciler.ledger.digests import Digests
from reconciler.ledger.observations import Observations
from reconciler.ledger.store import Part, Store
from reconciler.model.history import Run, SeenPrefix
from reconciler.model.memory import Memory, Touch

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from reconciler.ledger.store import Place
    from reconciler.model.listed import Cursor, Horizon, NameFilter
    from reconciler.model.plan import Target

KEPT_ALSO = 16
"""Times of earlier operations kept with the last one on a container."""


class Ledger:
    """The memory of one target; without a file it remembers nothing, and takes every note all the same.

    `digests` is what it knows of the contents of files, `observations` of listings of them.
    """

    def __init__(self, part: Part | None = None) -> None:
        self._part = part or Part(None)
        self.digests = Digests(self._part)
        self.observations = Observations(self._part)

    @classmethod
    def at(cls, place: Place, target: Target, warn: Callable[[str], None]) -> Ledger:
        """Opens the ledger at a place. Nothing ever raises on account of the file; `warn` is told, once."""
        return cls(Part(Store(place, warn), target))

    def close(self) -> None:
        """Closes the file."""
        self._part.close()

    @property
    def knows_target(self) -> bool:
        """Anything was ever noted about the target."""
        return self._part.read(lambda _, target: target != 0, otherwise=False)

    @property
    def lag(self) -> float:
        """The longest time that a list was seen to lack a row, in seconds; `recall` has it too."""
        return self._part.read(rows.lag_seen, 0.0)

    def recall(self) -> Memory:
        """Everything that helps to observe and to change the target."""
        return self._part.read(rows.memory, Memory())

    def intend(self, name: str, date: int | None, known: Iterable[str] = ()) -> None:
        """Notes that a create of this live name is about to be sent, at the server's time `date`.

        `known` are ids of that name which are there already.
        """
        values = (name, date, json.dumps(sorted(known)))
        self._part.all("INSERT OR REPLACE INTO intent VALUES (?, ?, ?, ?)", [values])

    def settled(self, names: Iterable[str]) -> None:
        """Forgets intents: what became of them is known."""
        self._part.all("DELETE FROM intent WHERE target = ? AND name = ?", [(name,) for name in names])

    def born(self, container_id: str, name: str, date: int | None) -> None:
        """Notes a container that we made; its intent is settled by that, and creating it was our touch."""

        def work(db: sqlite3.Connection, target: int) -> None:
            db.execute("DELETE FROM intent WHERE target = ? AND name = ?", (target, name))
            db.execute("INSERT OR REPLACE INTO birth VALUES (?, ?, ?, ?)", (target, container_id, name, date))
            if date is not None:
                touch = (target, container_id, date, None, None, "[]")
                db.execute("INSERT OR REPLACE INTO touch VALUES (?, ?, ?, ?, ?, ?)", touch)

        self._part.write(work)

    def made_with(self, container_id: str, traces: Mapping[str, str], date: int | None) -> None:
        """Notes what a container was created with that the API never shows back; see `model.stamp.traces`."""
        if traces:
            values = (container_id, date, json.dumps(dict(traces), sort_keys=True))
            self._part.all("INSERT OR REPLACE INTO made_with VALUES (?, ?, ?, ?)", [values])

    def recall_made_with(self, container_ids: Iterable[str]) -> dict[str, dict[str, str]]:
        """What these containers were created with, as far as it is remembered."""
        wanted = tuple(container_ids)
        nothing: dict[str, dict[str, str]] = {}
        return self._part.read(partial(rows.made_with, wanted=wanted), nothing) if wanted else nothing

    def forget_births(self, container_ids: Iterable[str]) -> None:
        """Forgets births: a list shows the containers now, or they are gone."""
        self._part.all("DELETE FROM birth WHERE target = ? AND id = ?", [(each,) for each in container_ids])

    def buried(self, container_id: str, date: int | None) -> None:
        """Notes that a read confirmed a container gone; lists may show it for a while."""
        self._part.all("INSERT OR REPLACE INTO tombstone VALUES (?, ?, ?)", [(container_id, date)])
        self._part.all("DELETE FROM made_with WHERE target = ? AND id = ?", [(container_id,)])
        self.forget_births((container_id,))
        self.spared((container_id,))

    def doomed(self, container_id: str) -> None:
        """Notes that the deletion of a container is about to be sent."""
        self._part.all("INSERT OR REPLACE INTO doomed VALUES (?, ?)", [(container_id,)])

    def spared(self, container_ids: Iterable[str]) -> None:
        """Forgets deletions: what became of them is known."""
        self._part.all("DELETE FROM doomed WHERE target = ? AND id = ?", [(each,) for each in container_ids])

    def sending(self, container_id: str, path: str, date: int | None) -> None:
        """Notes that an upload to a container is about to be sent, at the server's time `date`."""
        self._part.all("INSERT OR REPLACE INTO sending VALUES (?, ?, ?, ?)", [(container_id, path, date)])

    def sent(self, uploads: Iterable[tuple[str, str]]) -> None:
        """Forgets uploads, by container and path: what became of them is known."""
        self._part.all("DELETE FROM sending WHERE target = ? AND id = ? AND path = ?", list(uploads))

    def touched(self, touches: Mapping[str, Touch]) -> None:
        """Notes our last operations on containers."""
        values = [
            (each, touch.ours, touch.theirs, touch.before, json.dumps(touch.also[-KEPT_ALSO:]))
            for each, touch in touches.items()
        ]
        self._part.all("INSERT OR REPLACE INTO touch VALUES (?, ?, ?, ?, ?, ?)", values)

    def lag_seen(self, seconds: float) -> None:
        """Notes for how long a list lacked a row that existed; only the longest is kept."""
        if seconds > 0:
            query = "UPDATE target SET lag_seen = max(lag_seen, ?) WHERE id = ?"
            self._part.write(lambda db, target: db.execute(query, (seconds, target)))

    def prefixes(self) -> tuple[SeenPrefix, ...]:
        """The scopes that were applied to the target, sorted by prefix."""
        return self._part.read(rows.prefixes, ())

    def remember_prefix(self, seen: SeenPrefix) -> None:
        """Notes a scope that is being applied."""
        values = (seen.prefix, json.dumps(seen.exclude), seen.seen_at)
        self._part.all("INSERT OR REPLACE INTO prefix VALUES (?, ?, ?, ?)", [values])

    def forget_prefix(self, prefix: str) -> None:
        """Forgets a scope: nothing of it is left."""
        self._part.all("DELETE FROM prefix WHERE target = ? AND prefix = ?", [(prefix,)])

    def page_ends(self, name: str = "") -> tuple[Cursor, ...]:
        """Where the pages of the last container list ended; `name` is what it was filtered by."""
        nothing: tuple[Cursor, ...] = ()
        return self._part.read(lambda db, target: rows.page_ends(db, target, name), nothing)

    def remember_ends(self, ends: Sequence[Cursor], name: str = "") -> None:
        """Notes them, instead of what was noted before."""
        self._part.write(lambda db, target: listed.keep(db, target, name, ends))

    def horizon(self, scope: str) -> Horizon | None:
        """The row before which everything that concerns a scope is dead, None where nobody knows."""
        return self._part.read(lambda db, target: rows.horizon(db, target, scope), None)

    def remember_horizon(self, scope: str, seen: Horizon | None) -> None:
        """Notes it; None forgets it."""
        self._part.write(lambda db, target: listed.keep_horizon(db, target, scope, seen))

    def name_filter(self) -> NameFilter | None:
        """What the filter of the container list by name was last seen to do, None where nobody knows."""
        return self._part.read(rows.name_filter, None)

    def remember_filter(self, seen: NameFilter | None) -> None:
        """Notes it; None forgets it."""
        if seen is None:
            self._part.all("DELETE FROM name_filter WHERE target = ?", [()])
        else:
            self._part.all("INSERT OR REPLACE INTO name_filter VALUES (?, ?, ?)", [(seen.works, seen.date)])

    def record(self, run: Run, number: int | None = None) -> int | None:
        """Adds a run to the history, or what became of the one that was noted under a number.

        Returns:
            The run's number, None where it could not be noted.
        """
        marks = ", ".join("?" for _ in Run.__struct_fields__)
        query = f"INSERT OR REPLACE INTO run (id, target, {rows.RUN_COLUMNS}) VALUES (?, ?, {marks})"  # noqa: S608 - our own names
        values = tuple(getattr(run, name) for name in Run.__struct_fields__)
        noted: list[int | None] = [number]

        def work(db: sqlite3.Connection, target: int) -> None:
            noted[0] = db.execute(query, (number, target, *values)).lastrowid

        self._part.write(work)
        return noted[0]

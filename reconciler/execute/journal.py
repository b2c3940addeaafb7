"""What a run notes while it goes: for the next run in the ledger, for its own looks at the list here.

Before a create is sent its intent is written down, so that a run that is killed, or whose reply never comes,
leaves a trace of what may exist. Afterwards the container's id is: a list may lack it for some seconds.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reconciler.model.memory import LONGEST_LAG_SEEN, Touch, lag_for
from reconciler.model.steps import SKEW_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.api.reader import Reader
    from reconciler.execute.chain import ChainState
    from reconciler.ledger.ledger import Ledger
    from reconciler.model.live import LiveContainer, LiveState
    from reconciler.model.profile import Profile
    from reconciler.model.steps import CreateContainer


@dataclass(frozen=True, slots=True)
class Created:
    """A container of this run: `sent` and `answered` are the server's times around the create.

    `complete` says that its change is done and verified.
    """

    id: str
    created_at: int
    step: CreateContainer
    sent: int | None
    answered: int | None
    complete: bool = False


class Journal:
    """Notes of one run. `created` holds what it made by id, `known` every id that is not news."""

    def __init__(self, ledger: Ledger, reader: Reader, before: LiveState, profile: Profile) -> None:
        memory = ledger.recall()
        self.profile = profile
        self.created: dict[str, Created] = {}
        self.floor = 0 if before.date is None else before.date - SKEW_SECONDS
        self._ledger = ledger
        self._reader = reader
        self._date_before = before.date
        self._before = frozenset(row.id for row in before.containers) | frozenset(memory.tombstones)
        self._used = {row.id: row.used_at for row in before.containers}
        self._of_name: defaultdict[str, list[str]] = defaultdict(list)
        for row in before.containers:
            self._of_name[row.name].append(row.id)
        self._sent: dict[str, int | None] = {}
        self._lag_seen: float = memory.lag_seen
        self._last_look: tuple[int, frozenset[str]] = (0, frozenset())

    @property
    def date(self) -> int | None:
        """The server's time as far as it is known, in unix seconds."""
        return self._reader.date or self._date_before

    @property
    def known(self) -> frozenset[str]:
        """Ids that were there before, or that this run made."""
        return self._before | frozenset(self.created)

    @property
    def before(self) -> frozenset[str]:
        """Ids that were there before."""
        return self._before

    @property
    def lag(self) -> float:
        """Seconds that the list may lag behind, by what is known so far."""
        return lag_for(self._lag_seen)

    def intend(self, step: CreateContainer) -> None:
        """A create is about to be sent."""
        self._sent[step.name] = self.date
        self._ledger.intend(step.name, self.date, self._of_name.get(step.name, ()))

    def refused(self, step: CreateContainer) -> None:
        """A create certainly was not carried out."""
        self._ledger.settled((step.name,))

    def made(self, step: CreateContainer, state: ChainState) -> None:
        """A create was carried out; `state` holds what it made."""
        made = state.container
        if made not in self.created:
            sent, answered = self._sent.get(step.name), self.date
            self.created[made] = Created(made, state.created_at or 0, step, sent, answered)
            self._ledger.born(made, step.name, answered)

    def completed(self, container_id: str | None) -> None:
        """A change is done; whatever was done in its container was our touch."""
        if container_id is None:
            return
        if container_id in self.created:
            self.created[container_id] = replace(self.created[container_id], complete=True)
        if self.date is not None:
            touch = Touch(self.date, self._used.get(container_id))
            self._ledger.touched({container_id: touch})

    def buried(self, container_id: str) -> None:
        """A read confirmed a container gone."""
        self._ledger.buried(container_id, self.date)

    def looked(self, rows: Iterable[LiveContainer]) -> None:
        """Learns from a list how far it lags: by rows that an earlier look should have shown, and did not.

        A row of ours that is missing proves nothing, somebody may have deleted it.
        """
        date = self.date
        if date is None or not self.floor:
            return
        shown = {row.id: self._since(row) for row in rows if row.created_at >= self.floor}
        looked, then = self._last_look
        self._last_look = (date, frozenset(shown))
        late = [looked - since for each, since in shown.items() if each not in then | self._before]
        late = [age for age in late if age <= LONGEST_LAG_SEEN]
        if looked and late and max(late) > self._lag_seen:
            self._lag_seen = max(late)
            self._ledger.lag_seen(self._lag_seen)

    def _since(self, row: LiveContainer) -> int:
        """When a row was there at the latest."""
        made = self.created.get(row.id)
        return row.created_at if made is None or made.answered is None else made.answered

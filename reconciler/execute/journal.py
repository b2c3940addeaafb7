"""What a run notes while it goes: for the next run in the ledger, for its own looks at the list here.

Before a create is sent its intent is written down, so that a run that is killed, or whose reply never comes,
leaves a trace of what may exist. Afterwards the container's id is: a list may lack it for some seconds.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from reconciler.model.memory import LONGEST_LAG_SEEN, ContentDigest, Touch, lag_for
from reconciler.model.stamp import traces
from reconciler.model.steps import SKEW_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.api.reader import Reader
    from reconciler.execute.chain import ChainState
    from reconciler.ledger.ledger import Ledger
    from reconciler.model.live import LiveContainer, LiveState
    from reconciler.model.profile import Profile
    from reconciler.model.steps import Chain, CreateContainer, VerifyUploads


class Created(Struct, frozen=True):
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
    """Notes of one run. `created` holds what it made by id, `before` every id that was there before it.

    All times are the server's. `profile` says what omitted fields mean.
    """

    def __init__(self, ledger: Ledger, reader: Reader, before: LiveState, profile: Profile) -> None:
        memory = ledger.recall()
        self.profile = profile
        self.created: dict[str, Created] = {}
        self.looks = 0
        self.before = frozenset(row.id for row in before.containers) | frozenset(memory.tombstones)
        self._ledger = ledger
        self._reader = reader
        self._date_before = before.date
        self._rows = {row.id: row for row in before.containers}
        self._touches = {row.id: memory.touches.get(row.id) for row in before.containers}
        self._of_name: defaultdict[str, list[str]] = defaultdict(list)
        for row in before.containers:
            self._of_name[row.name].append(row.id)
        self._sent: dict[str, int | None] = {}
        self._did: defaultdict[str, set[int]] = defaultdict(set)
        self._sending: dict[tuple[str, str], int | None] = {}
        self._lag_seen: float = max(memory.lag_seen, profile.list_lag / 2)
        self._last_look: tuple[int, frozenset[str]] = (0, frozenset())

    @property
    def date(self) -> int | None:
        """The server's time as far as it is known, in unix seconds."""
        return self._reader.date or self._date_before

    @property
    def floor(self) -> int:
        """No row of this run can have an older `created_at`; 0 where nobody knows.

        A gateway's clock may be ahead of the one that `created_at` is from: our own creates show by how much.
        """
        if self._date_before is None:
            return 0
        ahead = (made.answered - made.created_at for made in self.created.values() if made.answered)
        return self._date_before - SKEW_SECONDS - max(0, *ahead, 0)

    @property
    def known(self) -> frozenset[str]:
        """Ids that were there before, or that this run made."""
        return self.before | frozenset(self.created)

    @property
    def lag(self) -> float:
        """Seconds that the list may lag behind, by what is known so far."""
        return lag_for(self._lag_seen)

    def begin(self, chains: Sequence[Chain]) -> None:
        """Containers are about to be worked on: what was seen in them is not what will be there."""
        ids = {chain.container_id for chain in chains}
        ids |= {link.change.container_id for chain in chains for link in chain.links}
        self._ledger.observations.forget(each for each in ids if each is not None)

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
            self._ledger.made_with(made, traces(step.inputs), answered)

    def sending(self, container_id: str, path: str) -> None:
        """An upload is about to be sent."""
        self._sending[container_id, path] = self.date
        self._ledger.sending(container_id, path, self.date)

    def sent(self, container_id: str, path: str) -> None:
        """What became of an upload is known."""
        self._ledger.sent([(container_id, path)])

    def verified(self, step: VerifyUploads, state: ChainState) -> None:
        """Uploads are listed as they were sent: what is in them need never be asked.

        One whose row was found by its name and size may be somebody else's, and a size that the server hides
        was not verified.
        """
        listed = {row.id: row for row in state.rows}
        learned = []
        for path in step.paths:
            row, sent = listed[state.uploaded[path]], state.sent[path]
            if path in state.answered and row.spec.bytes is not None and sent.sha256 is not None:
                date = self._sending.get((state.container, path))
                learned.append(
                    ContentDigest(state.container, row.id, row.spec.bytes, sent.sha256, date, self.date or 0)
                )
        self._ledger.sent((state.container, path) for path in step.paths)
        self._ledger.digests.learn(learned)

    def doomed(self, container_id: str) -> None:
        """A delete is about to be sent."""
        self._ledger.doomed(container_id)

    def buried(self, container_id: str) -> None:
        """A read confirmed a container gone."""
        self._ledger.buried(container_id, self.date)

    def did(self, container_id: str | None) -> None:
        """Something was just done in a container."""
        if container_id is not None and self.date is not None:
            self._did[container_id].add(self.date)

    def left(self, container_id: str | None, *, complete: bool) -> None:
        """Nothing more is done in a container; whatever was done there was our touch."""
        if container_id in self.created:
            self.created[container_id] = replace(self.created[container_id], complete=complete)
        times = sorted(self._did.pop(container_id or "", ()))
        if container_id is None or not times:
            return
        row, earlier = self._rows.get(container_id), self._touches.get(container_id)
        also = (*earlier.also, earlier.ours, *times[:-1]) if earlier else tuple(times[:-1])
        touch = Touch(times[-1], row.used_at if row else None, earlier.before if earlier else None, also)
        self._ledger.touched({container_id: touch})

    def overdue(self, rows: Iterable[LiveContainer]) -> Created | None:
        """A container of ours that a list should show by now, and does not; None where there is none."""
        shown = {row.id for row in rows}
        date = self.date
        if date is None:
            return None
        old = (made for made in self.created.values() if (made.answered or date) <= date - self.lag)
        return next((made for made in old if made.id not in shown), None)

    def until_shown(self, rows: Iterable[LiveContainer], share: float) -> float:
        """Seconds until a share of the lag has passed since the last create; 0 where a list lacks none.

        A container that failed counts for none: it may have been removed again.
        """
        made = [made for made in self.created.values() if made.complete]
        shown = {row.id for row in rows}
        if all(each.id in shown for each in made):
            return 0.0
        wait = share * self.lag
        answered = [each.answered for each in made if each.answered is not None]
        return wait if self.date is None or not answered else max(answered) + wait - self.date

    def late(self, made: Created) -> bool:
        """Learns that a list lacks a container that exists; False where there is nothing more to learn."""
        before = self.lag
        if self.date is not None and made.answered is not None:
            self._learn(self.date - made.answered)
        return self.lag > before

    def looked(self, rows: Iterable[LiveContainer]) -> None:
        """Learns from rows of our names that an earlier look should have shown, and did not."""
        date = self.date
        self.looks += 1
        if date is None or not self.floor:
            return
        shown = {row.id: row for row in rows if row.created_at >= self.floor and row.name in self._sent}
        looked, then = self._last_look
        self._last_look = (date, frozenset(shown))
        if looked:
            for each, row in shown.items():
                if each not in then and each not in self.before:
                    self._learn(looked - self._since(row))

    def _since(self, row: LiveContainer) -> int:
        """When a row was there at the latest."""
        made = self.created.get(row.id)
        return row.created_at if made is None or made.answered is None else made.answered

    def _learn(self, lag: float) -> None:
        if self._lag_seen < lag <= LONGEST_LAG_SEEN:
            self._lag_seen = lag
            self._ledger.lag_seen(lag)

"""The files of containers: remembered where nobody can have touched them since, listed else.

The rule is `model.touching`. What is learned in a pass is noted at its end, also of one that failed half-way:
every listing that is kept was complete.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from reconciler.api.errors import ContainerExpired, NotFound
from reconciler.api.parallel import each
from reconciler.model.live import Origin, Seen
from reconciler.model.touching import (
    Now,
    Observation,
    OwnTouch,
    Refresh,
    contents_hold,
    learned,
    moves,
    observed,
    untouched,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.api.reader import Reader
    from reconciler.ledger.ledger import Ledger
    from reconciler.model.live import LiveContainer, LiveFile, LiveState
    from reconciler.observe.touches import Touches

Key = tuple[str, str]
"""A container and a file: nobody says that ids of files are unique beyond theirs."""

_MINUTE = 60


class Trust(Struct, frozen=True):
    """How far what is remembered is believed.

    `local` is this machine's time in unix seconds, for servers that send no `Date`; without it nothing is
    believed there. `idle_minutes` is after how many minutes containers die that do not say it themselves.
    """

    refresh: Refresh = Refresh.AUTO
    local: float | None = None
    idle_minutes: int = 20


class InPlace(NamedTuple):
    """What is in a file that keeps its name, as of `at`: nobody knows what came after that second."""

    bytes: int | None
    digest: str
    at: int | None


class Listings(Struct, dict=True):
    """One pass at the moment `now` of the list: what was remembered (`held`), and what is to be (`fresh`).

    `in_place` are digests of files that keep the names they were uploaded under: they hold only as long as
    nobody touched the container.
    """

    ledger: Ledger
    touches: Touches
    guard: float
    trust: Trust
    held: dict[str, Observation] = field(default_factory=dict)
    fresh: dict[str, Observation] = field(default_factory=dict)
    in_place: dict[Key, InPlace] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.now = Now(self.guard, self.trust.local)
        self.conduct = self._before = self.ledger.observations.conduct()
        self._listed: dict[str, tuple[LiveContainer, tuple[LiveFile, ...]]] = {}

    @property
    def touched(self) -> int:
        """How many containers this pass touched; listing files is none where it is known not to be."""
        listed = set() if self.conduct.own_touch is OwnTouch.NO else self.touches.listed
        return len(listed | set(self.touches.read))

    async def read(
        self,
        reader: Reader,
        live: LiveState,
        wanted: Iterable[LiveContainer],
        ahead: Mapping[str, LiveContainer],
        parallelism: int,
    ) -> LiveState:
        """The same state with the files of the containers that are wanted.

        Args:
            reader: the account.
            live: what was seen of it so far.
            wanted: its rows whose files are wanted.
            ahead: rows with their files by id, as far as they were listed already.
            parallelism: requests at once.

        Raises:
            ApiError: files could not be listed.
        """
        rows = {row.id: row for row in wanted}
        self._recall(rows)
        found = {row.id: remembered for row in rows.values() if (remembered := self._remembered(row))}
        found |= {row.id: _with_files(row, ahead[row.id]) for row in rows.values() if row.id in ahead}

        async def one(row: LiveContainer) -> None:
            found[row.id] = await self.list_files(reader, row)

        missing = [row for row in rows.values() if row.id not in found]
        await each(missing, one, parallelism=parallelism)
        return replace(live, containers=tuple(found.get(row.id, row) for row in live.containers))

    def downloaded(self, container_id: str, file: LiveFile, digest: str, at: int | None) -> None:
        """Notes what is in a file that keeps its name, by a download that was answered `at`."""
        self.in_place[container_id, file.id] = InPlace(file.spec.bytes, digest, at)

    def note(self) -> None:
        """Has everything remembered that was learned."""
        kept = {**{each: self.held[each] for each in self.touches.read if each in self.held}, **self.fresh}
        lost = [row for row in self._listed if row not in kept]
        self.ledger.observations.forget(lost)
        self.ledger.observations.keep(self._as_left(observation) for observation in kept.values())
        if not self._moves():
            self.conduct = replace(self.conduct, distrusted=True)
        if self.conduct != self._before:
            self.ledger.observations.learn(self.conduct)

    def _recall(self, rows: dict[str, LiveContainer]) -> None:
        self.held = {each.id: each for each in self.ledger.observations.of(rows)}
        pairs = ((rows[each.id], each) for each in self.held.values())
        self.conduct = learned(self.conduct, pairs, self.now)
        if self.trust.refresh is Refresh.FULL:
            return
        for observation in self.held.values():
            known = [(file, file.spec.sha256) for file in observation.files if file.spec.sha256 is not None]
            if not known:
                continue
            row = rows[observation.id]
            if contents_hold(row, observation, self.conduct, self.now) or self._untouched(row):
                for file, digest in known:
                    self.in_place[row.id, file.id] = InPlace(file.spec.bytes, digest, row.seen.date)

    def _untouched(self, row: LiveContainer) -> bool:
        after = row.spec.expires_after
        minutes = (
            after.minutes if after is not None and after.minutes is not None else self.trust.idle_minutes
        )
        return untouched(row, self.held.get(row.id), self.conduct, self.now, minutes * _MINUTE)

    def _remembered(self, row: LiveContainer) -> LiveContainer | None:
        if self.trust.refresh is Refresh.FULL or not self._untouched(row):
            return None
        held = self.held[row.id]
        return replace(
            row, files=tuple(map(_undigested, held.files)), files_seen=Seen(Origin.LEDGER, held.date)
        )

    async def list_files(self, reader: Reader, row: LiveContainer) -> LiveContainer:
        """Lists the files of one container; one that died since it was listed comes back dead.

        A 404 alone proves nothing, a gateway may not serve that endpoint at all: the container is asked.
        """
        dates: list[int | None] = []

        def answered(date: int | None) -> None:
            dates.append(date)
            self.touches.did_list(row, date)

        try:
            listing = await reader.files(row.id, answered=answered)
        except (NotFound, ContainerExpired):
            if await reader.gone(row.id):
                return replace(row, status="expired")
            self.touches.did_read(row.id, reader.date)
            raise
        ours = dates[0] if len(set(dates)) == 1 else None  # between two pages others may have come
        self._listed[row.id] = (row, listing.rows)
        observation = observed(row, listing.rows, ours, self.held.get(row.id), self.now)
        if observation is not None:
            self.fresh[row.id] = observation
        return replace(row, files=listing.rows, files_seen=Seen(Origin.LIST, listing.date))

    def _as_left(self, observation: Observation) -> Observation:
        """With what we did there after the listing, and the digests that hold only with it."""
        if observation.id in self.touches.read:
            observation = replace(observation, ours=self.touches.read[observation.id], again=True)
        files = tuple(self._with_digest(observation, file) for file in observation.files)
        return replace(observation, files=files)

    def _with_digest(self, observation: Observation, file: LiveFile) -> LiveFile:
        """A file with the digest that may be believed as long as nobody comes after us; else without one.

        Our own operation hides in A who came before it. So what is known as of an earlier second is not known
        any more once the A of our operation is believed (`touching.contents_hold`).
        """
        known = self.in_place.get((observation.id, file.id))
        if known is None or known.bytes != file.spec.bytes:
            return _undigested(file)
        if self._hides(observation) and known.at != observation.ours:
            return _undigested(file)
        return replace(file, spec=replace(file.spec, sha256=known.digest))

    def _hides(self, observation: Observation) -> bool:
        """Tells whether the A of our own operation may be believed instead of the one before it."""
        listing_is_seen = self.conduct.own_touch is not OwnTouch.NO and observation.date is not None
        return observation.again or (listing_is_seen and observation.ours is not None)

    def _moves(self) -> bool:
        """Tells whether nothing that was listed speaks against trusting the server."""
        sent: dict[str, list[int]] = {}
        for known in self.ledger.digests.of(self._listed):
            if known.sent is not None:
                sent.setdefault(known.container_id, []).append(known.sent)
        return all(moves(row, files, sent.get(row.id, ()), self.now) for row, files in self._listed.values())


def _with_files(row: LiveContainer, listed: LiveContainer) -> LiveContainer:
    """A row with the files of an earlier one of the same container; it may have been found dead then."""
    return replace(listed if listed.dead else row, files=listed.files, files_seen=listed.files_seen)


def _undigested(file: LiveFile) -> LiveFile:
    """Without a digest, which holds only for those in `in_place`."""
    return file if file.spec.sha256 is None else replace(file, spec=replace(file.spec, sha256=None))

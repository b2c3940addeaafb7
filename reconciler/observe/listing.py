"""The container list with as few requests as the server's filter by name allows (ALGORITHMS 7).

Everything is listed, unless one of these holds, which both cost fewer requests and change no plan:

- **A scope with a prefix**, in an account of more than one page: where the filter is proven to match by
  prefix or substring, the answer to `name=<prefix>` is the scope, whatever else the account holds. A proof is
  wanted of every answer anew; the ledger only remembers whether it is worth asking.
- **A set without a prefix** of fewer names than the account has pages: one name is asked for by all of it but
  its last character, so that the answer proves that the filter narrows, and the others as they are. Such a
  filter also finds live names with a stamp, which an exact match would miss. All of them must be alive: what
  is about to be created is compared with its neighbours, and those are not asked for.

What is asked of fewer names on the command line (`--name`) never narrows: limits are shares of the scope, and
what is left out is shown. Without `Date` everything is listed, because the account must be known by its ids
then. The live containers of others are only counted, and remain uncounted where they are not listed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from reconciler.api.name_filter import goes_on, narrows
from reconciler.api.pager import Listing
from reconciler.api.parallel import each
from reconciler.api.reader import ASCENDING, ignored
from reconciler.model.listed import NameFilter
from reconciler.model.live import Origin
from reconciler.observe import horizon

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reconciler.api.pager import Page
    from reconciler.api.reader import Reader
    from reconciler.ledger.ledger import Ledger
    from reconciler.model.listed import Horizon, Sought
    from reconciler.model.live import LiveContainer

LATER = 7 * 24 * 3600
"""Seconds after which a filter that was of no use is tried again."""


async def list_containers(
    reader: Reader,
    ledger: Ledger,
    sought: Sought,
    concerns: Callable[[str], bool],
    *,
    parallelism: int,
    heard: Callable[[Page[LiveContainer]], None] = ignored,
) -> tuple[Listing[LiveContainer], bool]:
    """Lists at least every container whose name is sought; dead ones may be told from memory (`horizon`).

    Args:
        reader: the account.
        ledger: what is remembered of it.
        sought: the names that this is about.
        concerns: tells of a declared name whether it is one of them.
        parallelism: requests at once.
        heard: is given every page as it comes; what becomes of its rows shows only in the list.

    Returns:
        The list, and whether it is that of the whole account.

    Raises:
        ApiError: it could not be had whole.
    """
    lister = _Lister(reader, ledger, sought, concerns, parallelism, heard)
    known = ledger.name_filter()
    narrow = None
    if known is None or known.works:
        narrow = await lister.narrow(proven=known is not None)
    if narrow is not None:
        lister.learn(known, works=True, date=narrow.date)
        return narrow, False
    whole = await lister.everything()
    if known is not None and not known.works and (whole.date or 0) - (known.date or 0) > LATER:
        ledger.remember_filter(None)
    if any(goes_on(question, row.name) for question in lister.asked for row in whole.rows):
        lister.learn(known, works=False, date=whole.date)
    return whole, True


class _Lister(Struct, dict=True):
    """One listing; `asked` are the questions that the filter had no proven answer to."""

    reader: Reader
    ledger: Ledger
    sought: Sought
    concerns: Callable[[str], bool]
    parallelism: int
    heard: Callable[[Page[LiveContainer]], None]

    def __post_init__(self) -> None:
        self.asked: list[str] = []
        self._first: Page[LiveContainer] | None = None

    def learn(self, known: NameFilter | None, *, works: bool, date: int | None) -> None:
        """Remembers what the filter does, where that is news."""
        if known is None or known.works is not works:
            self.ledger.remember_filter(NameFilter(works, date))

    async def narrow(self, *, proven: bool) -> Listing[LiveContainer] | None:
        """Lists what is sought alone, None where that is not worth it or does not work."""
        sought, ends = self.sought, self.ledger.page_ends()
        if not ends and not proven and self._horizon("") is None:  # otherwise there was more than a page
            self._first = await self._page()
            if self._first.has_more is not True:
                return None
        if sought.prefix is not None:
            return await self._ask(sought.prefix, proven=proven)
        if not sought.names or len(sought.names) > max(1, len(ends)):
            return None
        return await self._of_names(sought.names)

    async def everything(self) -> Listing[LiveContainer]:
        """Lists the whole account."""
        return await self._list("", self._first)

    async def _of_names(self, names: Sequence[str]) -> Listing[LiveContainer] | None:
        """Asks for each of these names; None where an answer has more than a page, or a name is not alive."""
        longest = max(names, key=len)
        rows: dict[str, LiveContainer] = {}
        dates: list[int | None] = []

        async def one(question: str) -> None:
            page = await self._page(question)
            lacking = any(question.casefold() not in row.name.casefold() for _, row in page.rows)
            dates.append(None if lacking or page.has_more is not False else page.date)
            rows.update(page.rows)

        await one(longest[:-1])
        if not narrows(longest[:-1], (row.name for row in rows.values())):
            self.asked.append(longest[:-1])
            return None
        if None not in dates:
            await each((name for name in names if name != longest), one, parallelism=self.parallelism)
        alive = {row.declared_name for row in rows.values() if not row.dead}
        known = [date for date in dates if date is not None]
        if len(known) < len(dates) or not alive.issuperset(names):
            return None
        return Listing(tuple(sorted(rows.values(), key=lambda row: row.created_at)), min(known))

    async def _ask(self, question: str, *, proven: bool) -> Listing[LiveContainer] | None:
        """Lists by a name; None where the answer does not prove that it holds every name that begins so."""
        first = None
        if not proven:
            first = await self._page(question)
            if not narrows(question, (row.name for _, row in first.rows)):
                self.asked.append(question)
                return None
        listing = await self._list(question, first)
        shown = (row.name for row in listing.rows if row.seen.origin is Origin.LIST)
        if listing.date is None or not narrows(question, shown):
            self.asked.append(question)
            return None
        return listing

    async def _list(self, name: str, first: Page[LiveContainer] | None) -> Listing[LiveContainer]:
        """Lists by a name, or everything, but for the pages of the dead with which the list begins."""
        known = self._horizon(name)
        listing = await self._read(name, first, known)
        if known and listing.floor and self._doubtful(known, listing):
            listing = await self._read(name, first, None)
        known = known if listing.floor else None
        moved = self._moved(name, known, listing)
        ends = horizon.behind(listing.ends, moved.floor) if moved else listing.ends
        if ends != self.ledger.page_ends(name):
            self.ledger.remember_ends(ends, name)
        if known is None:
            return listing
        return replace(listing, rows=(*horizon.dead_rows(known, listing.rows), *listing.rows))

    async def _read(
        self, name: str, first: Page[LiveContainer] | None, known: Horizon | None
    ) -> Listing[LiveContainer]:
        floor = known.floor if known else None
        ends = self.ledger.page_ends(name)
        return await self.reader.containers(
            name=name or None,
            ends=horizon.behind(ends, floor) if floor else ends,
            floor=floor,
            first=first,
            parallelism=self.parallelism,
            heard=self.heard,
        )

    async def _page(self, name: str | None = None) -> Page[LiveContainer]:
        """A first page."""
        page = await self.reader.container_page(name=name, order=ASCENDING)
        self.heard(page)
        return page

    def _horizon(self, name: str) -> Horizon | None:
        if self.sought.dead or (self.sought.prefix is None and not self.sought.names):
            return None
        return self.ledger.horizon(self._key(name))

    def _doubtful(self, known: Horizon, listing: Listing[LiveContainer]) -> bool:
        """Whether what is remembered of the dead is too old, or something depends on it."""
        old = listing.date is None or not 0 <= listing.date - known.date < horizon.DAY
        return old or horizon.decides(known, listing.rows, self.sought.names)

    def _moved(self, name: str, known: Horizon | None, listing: Listing[LiveContainer]) -> Horizon | None:
        """Remembers how far the dead reach now."""
        before = self.ledger.horizon(self._key(name))
        moved = None
        if not self.sought.dead:
            moved = horizon.moved(known, listing, self.sought.names, self.concerns)
        if moved != before:
            self.ledger.remember_horizon(self._key(name), moved)
        return moved

    def _key(self, name: str) -> str:
        return horizon.horizon_key(self.reader.viewer, self.sought, name)

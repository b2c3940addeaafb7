"""Containers and files whose lists lag; everything else about them is the truth."""

from collections.abc import Callable, Mapping
from typing import Any

from reconciler.emulator.settings import NameFilter, PathMode
from reconciler.emulator.store.containers import Containers
from reconciler.emulator.store.database import Database
from reconciler.emulator.store.files import Files
from reconciler.emulator.store.lag import Durations, Lag, Row, merge
from reconciler.emulator.store.rows import Blob, Container, File, Page

Fetch = Callable[[Page], tuple[list[Row], bool]]

_MATCHES: dict[NameFilter, Callable[[str, str], bool]] = {
    "exact": lambda shown, wanted: shown == wanted,
    "prefix": lambda shown, wanted: shown.startswith(wanted),
    "substring": lambda shown, wanted: wanted in shown,
    "any-case": lambda shown, wanted: wanted.lower() in shown.lower(),
    "ignored": lambda shown, wanted: True,  # noqa: ARG005 - one of four filters
}


class LaggingContainers(Containers):
    """The container rows of a data file, as one server shows them."""

    def __init__(self, database: Database, now: Callable[[], float], durations: Durations) -> None:
        super().__init__(database)
        self.lag: Lag[Container] = Lag(now, durations, of_files=False)

    def position(self, container_id: str) -> tuple[int, int] | None:
        """Where a row stands in a list; one that was deleted keeps its place as long as it is listed."""
        ghost = self.lag.ghost(container_id)
        return super().position(container_id) if ghost is None else (ghost.created_at, ghost.seq)

    def page(self, page: Page, name: str | None, name_filter: NameFilter) -> tuple[list[Container], bool]:
        """One page of the list, and whether more follow."""
        if not self.lag.active:
            return super().page(page, name, name_filter)
        fits = _MATCHES[name_filter]
        ghosts = [row for row in self.lag.ghosts() if name is None or fits(row.name or "", name)]
        return _page(
            self.lag,
            page,
            ghosts,
            lambda wider: super(LaggingContainers, self).page(wider, name, name_filter),
        )

    def insert(self, values: Mapping[str, Any]) -> Container:
        """Insert a row behind all others, also behind those that are only listed."""
        row = super().insert(values)
        seq = self.lag.next_seq(row.seq)
        return row if seq == row.seq else self.update(row.seq, {"seq": seq})

    def clear(self) -> None:
        """Remove every row, from lists too."""
        super().clear()
        self.lag.clear()


class LaggingFiles(Files):
    """The file rows of a data file, as one server shows them."""

    def __init__(
        self, database: Database, mode: PathMode, now: Callable[[], float], durations: Durations
    ) -> None:
        super().__init__(database, mode)
        self.lag: Lag[File] = Lag(now, durations, of_files=True)

    def position(self, container: Container, file_id: str) -> tuple[int, int] | None:
        """Where a row stands in a list; one that was deleted keeps its place as long as it is listed."""
        ghost = self.lag.ghost(file_id)
        if ghost is None or ghost.container != container.seq:
            return super().position(container, file_id)
        return (ghost.created_at, ghost.seq)

    def page(self, container: Container, page: Page) -> tuple[list[File], bool]:
        """One page of a container's list, and whether more follow."""
        if not self.lag.active:
            return super().page(container, page)
        ghosts = [row for row in self.lag.ghosts() if row.container == container.seq]
        return _page(self.lag, page, ghosts, lambda wider: super(LaggingFiles, self).page(container, wider))

    def insert(self, container: Container, *, path: str, blob: Blob, created_at: int, **columns: Any) -> File:
        """Add a row behind all others, also behind those that are only listed."""
        row = super().insert(container, path=path, blob=blob, created_at=created_at, **columns)
        seq = self.lag.next_seq(row.seq)
        if seq != row.seq:
            self._database.run("UPDATE file SET seq = ? WHERE seq = ?", [seq, row.seq])
        return row._replace(seq=seq)


def _page(lag: Lag[Row], page: Page, ghosts: list[Row], fetch: Fetch[Row]) -> tuple[list[Row], bool]:
    """A page without what is hidden and with the ghosts.

    As many more rows are read as may be hidden, so that where more follow, enough remain to fill the page and
    no ghost beyond them gets in before its turn.
    """
    hidden = lag.hidden()
    rows, more = fetch(page._replace(limit=page.limit + len(hidden)))
    merged = merge(rows, ghosts, descending=page.descending, after=page.after)
    shown = [row for row in merged if row.id not in hidden]
    return shown[: page.limit], more or len(shown) > page.limit

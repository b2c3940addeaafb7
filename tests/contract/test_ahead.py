"""Files listed while the list of containers is still being read: sooner, and otherwise nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.emulated import Client
from support.ledgers import remembering

from reconciler.api.errors import BadRequest, ServerError
from reconciler.ledger.ledger import Ledger
from reconciler.model.live import NotRead
from reconciler.model.memory import Memory
from reconciler.observe.observe import observe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from support.servers import Server

    from reconciler.model.live import LiveContainer, LiveFile, LiveState

LIST = "GET /containers"
FILES = "GET /containers/{container_id}/files"
MANY = 450
"""Five pages."""

PARALLELISM = 4


class Some:
    """Needs the files of all live rows but of these names; something may happen when it is asked first."""

    def __init__(self, *spared: str, first: Callable[[], object] | None = None) -> None:
        self._spared = spared
        self._first = first

    def concerns(self, declared: str) -> bool:
        """Everything is."""
        del declared
        return True

    def lists(self, row: LiveContainer) -> bool:
        """Every live row but some."""
        if self._first is not None:
            first, self._first = self._first, None
            first()
        return not row.dead and row.name not in self._spared

    def contents(self, live: LiveState) -> Iterator[tuple[LiveContainer, LiveFile]]:
        """None."""
        del live
        return iter(())


def plant(server: Server, count: int = MANY) -> list[str]:
    """Puts so many containers there, each with a file of its own; their ids, the oldest first."""
    now = int(server.control("GET", "/clock")["now"])
    rows = [
        {
            "name": f"box-{number:03}",
            "status": "running",
            "created_at": now - 600 + number,
            "last_active_at": now - 60,
            "files": [{"path": f"/mnt/data/{number}", "content": "x"}],
        }
        for number in range(count)
    ]
    return [row["id"] for row in server.control("POST", "/containers", {"containers": rows})["data"]]


def seen(server: Server, needs: Some, ledger: Ledger | None = None) -> LiveState:
    """What is observed."""
    return Client(server).run(lambda w: observe(w, needs, ledger or Ledger(), parallelism=PARALLELISM))


def asked(server: Server) -> list[tuple[str, int]]:
    """The endpoints that were asked, in the order of their answers, each with the status."""
    log: list[dict[str, Any]] = server.control("GET", "/log")["entries"]
    return [(f"{each['method']} {each['template']}", each["status"]) for each in log]


def files(live: LiveState) -> dict[str, list[str]]:
    """The names of files by name of the container."""
    return {
        row.name: [file.spec.path for file in row.files]
        for row in live.containers
        if not isinstance(row.files, NotRead)
    }


WHOLE = {f"box-{number:03}": [str(number)] for number in range(MANY)}


def test_files_are_asked_for_before_the_last_page_is_here(server: Server) -> None:
    plant(server)
    server.forget_requests()
    assert files(seen(server, Some())) == WHOLE
    log = [endpoint for endpoint, _ in asked(server)]
    last = max(place for place, endpoint in enumerate(log) if endpoint == LIST)
    assert FILES in log[:last], "nothing was listed ahead"
    assert server.counts() == {LIST: log.count(LIST), FILES: MANY}
    assert log.count(LIST) <= 7, "no more pages than without"


def test_with_a_ledger_that_knows_the_account_nothing_is_listed_ahead(server: Server, tmp_path: Path) -> None:
    plant(server)
    with remembering(tmp_path / "ledger.db") as ledger:
        ledger.doomed("cntr_another")  # enough to have something to look at before files are listed
        server.forget_requests()
        assert files(seen(server, Some(), ledger)) == WHOLE
    log = [endpoint for endpoint, _ in asked(server)]
    assert log.index(FILES) > max(place for place, endpoint in enumerate(log) if endpoint == LIST)


def test_a_first_run_leaves_a_ledger_that_spares_the_second_everything(
    server: Server, tmp_path: Path
) -> None:
    plant(server)
    with remembering(tmp_path / "ledger.db") as ledger:
        assert not ledger.knows_target
        assert files(seen(server, Some(), ledger)) == WHOLE
        assert ledger.knows_target
        assert len(ledger.recall().touches) == MANY
        assert ledger.recall() != Memory()
        server.advance(60)
        seen(
            server, Some(), ledger
        )  # its own touch moved what the list shows, which settles what is remembered
        server.advance(60)
        server.forget_requests()
        assert files(seen(server, Some(), ledger)) == WHOLE
    assert server.counts().get(FILES, 0) in (0, MANY)


def test_only_what_is_needed_is_listed(server: Server) -> None:
    plant(server)
    server.forget_requests()
    spared = {f"box-{number:03}" for number in range(0, MANY, 2)}
    assert files(seen(server, Some(*spared))) == {name: WHOLE[name] for name in WHOLE.keys() - spared}
    assert server.counts()[FILES] == MANY - len(spared)


def test_a_container_that_goes_meanwhile_is_dead_or_gone_and_stops_nothing(server: Server) -> None:
    ids = plant(server)
    gone = {ids[3], ids[MANY // 2], ids[-3]}

    def go() -> None:
        for each in gone:
            server.control("POST", f"/containers/{each}", {"status": "expired"})

    live = seen(server, Some(first=go))
    assert {row.id for row in live.containers if not row.dead} == set(ids) - gone
    assert len(files(live)) == MANY - len(gone)


def test_rows_of_a_page_that_the_list_does_not_have_are_not_in_it(server: Server) -> None:
    """A gateway mixes another answer in: the list is read again, page by page, and is what counts."""
    ids = plant(server, 250)
    server.fault(kind="repeat", endpoint=LIST, times=1)
    live = seen(server, Some())
    assert [row.id for row in live.containers] == ids
    assert files(live) == {f"box-{number:03}": [str(number)] for number in range(250)}


@pytest.mark.parametrize("endpoint", [LIST, FILES])
def test_an_error_ends_both_and_what_was_touched_is_remembered(
    server: Server, tmp_path: Path, endpoint: str
) -> None:
    plant(server)
    server.fault(kind="status", status=500, endpoint=endpoint, times=None, skip=3)
    with remembering(tmp_path / "ledger.db") as ledger:
        with pytest.raises(ServerError):
            seen(server, Some(), ledger)
        touched = len(ledger.recall().touches)
    answered = asked(server).count((FILES, 200))
    assert touched > 0
    assert answered - PARALLELISM <= touched <= answered, "all but those that were on their way"


def test_a_refused_list_is_the_error_and_not_a_group_of_them(server: Server) -> None:
    plant(server)
    server.fault(kind="status", status=422, endpoint=LIST, times=None, skip=2)
    with pytest.raises(BadRequest):
        seen(server, Some())

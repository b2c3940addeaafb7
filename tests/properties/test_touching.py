"""Whoever touches a container is seen, with any ledger: a plan is that of one who asks for everything.

On servers whose listing of files moves `last_active_at` that holds for changes at least a second after our
own listing; the second itself is a window, which a test here shows to be there.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from support.builders import declared_file, desired, entry
from support.emulated import NOW, TARGET, UNLIMITED, account_of, applied, remembering
from support.servers import API_KEY, serving
from support.worlds import MODES, World, worlds

from reconciler.control.account import Speed
from reconciler.control.passes import Options, Prepared, prepare
from reconciler.ledger.ledger import Ledger
from reconciler.ledger.store import Place
from reconciler.model.plan_json import plan_values
from reconciler.model.touching import OwnTouch, Refresh

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.servers import Server
    from support.worlds import Row

    from reconciler.model.scope import Desired

NAMES = ("ci-a", "ci-b", "ci-c", "ci-d")
WANTED = desired(*(entry(name, declared_file("one", name.encode())) for name in NAMES))
FILES = "GET /containers/{container_id}/files"
AS_SOMEBODY = {"Authorization": f"Bearer {API_KEY}"}

steps = st.lists(
    st.tuples(st.sampled_from(["plan", "plan", "upload", "delete"]), st.integers(0, 3), st.integers(4, 60)),
    min_size=2,
    max_size=10,
)
"""What happens, to which container, and how many quarters of a second after what was before."""


def planned(
    server: Server, wanted: Desired, folder: Path | None, refresh: Refresh = Refresh.AUTO
) -> Prepared:
    """A plan, with the ledger in a folder or without any."""
    options = Options(speed=Speed(4), refresh=refresh)
    if folder is None:
        return asyncio.run(prepare(wanted, (), account_of(server), options, UNLIMITED))
    with remembering(server, folder) as account:
        return asyncio.run(prepare(wanted, (), account, options, UNLIMITED))


def stand_still(server: Server) -> None:
    """Empties a server and makes it `NOW` there."""
    server.control("POST", "/reset")
    server.control("POST", "/clock", {"now": NOW, "freeze": True})


def right(server: Server) -> bool:
    """Everything is as it is declared, by the server's own word."""
    rows = {row["name"]: [file["size"] for file in row["files"]] for row in server.containers()}
    return rows == {name: [len(name)] for name in NAMES}


def upload(server: Server, name: str) -> None:
    """Somebody adds another file of the declared name."""
    url = f"{server.base_url}/containers/{row_of(server, name)['id']}/files"
    answer = server.http.post(url, files={"file": ("one", b"of somebody else")}, headers=AS_SOMEBODY)
    assert answer.is_success


def delete(server: Server, name: str) -> None:
    """Somebody deletes the file that was added last."""
    row = row_of(server, name)
    if row["files"]:
        url = f"{server.base_url}/containers/{row['id']}/files/{row['files'][-1]['id']}"
        assert server.http.delete(url, headers=AS_SOMEBODY).is_success


def row_of(server: Server, name: str) -> Row:
    """A container."""
    return next(row for row in server.containers() if row["name"] == name)


@pytest.fixture(scope="module", params=[True, False], ids=["touching", "not touching"])
def own(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server whose listing of files counts as activity, and one where it does not."""
    with serving(touch_on_file_list=request.param) as server:
        yield server


@given(happening=steps)
def test_a_change_a_second_after_our_own_touch_is_never_missed(
    own: Server, happening: list[tuple[str, int, int]]
) -> None:
    stand_still(own)
    with TemporaryDirectory() as folder:
        with remembering(own, Path(folder)) as account:
            assert applied(own, WANTED, account=account).failures == []
        for what, number, quarters in happening:
            own.advance(quarters / 4)
            if what == "plan":
                own.forget_requests()
                assert planned(own, WANTED, Path(folder)).plan.converged is right(own)
                event(f"{own.counts().get(FILES, 0)} listings")
            else:
                {"upload": upload, "delete": delete}[what](own, NAMES[number])
        own.advance(1)
        assert planned(own, WANTED, Path(folder)).plan.converged is right(own)


def test_quiet_plans_touch_nothing(own: Server, tmp_path: Path) -> None:
    stand_still(own)
    with remembering(own, tmp_path) as account:
        applied(own, WANTED, account=account)
    listings, touched = [], []
    for _ in range(4):
        own.advance(30)
        own.forget_requests()
        touched.append(planned(own, WANTED, tmp_path).live.touched)
        listings.append(own.counts().get(FILES, 0))
    assert listings == [4, 0, 0, 0]
    assert touched == [4, 0, 0, 0]
    with remembering(own, tmp_path) as account:
        conduct = account.ledger.observations.conduct()
    assert conduct.own_touch is not OwnTouch.UNKNOWN
    assert not conduct.distrusted


def test_a_second_apply_lists_no_files_either(own: Server, tmp_path: Path) -> None:
    stand_still(own)
    for expected in (4, 4, 0):
        own.advance(30)
        own.forget_requests()
        with remembering(own, tmp_path) as account:
            assert applied(own, WANTED, account=account).failures == []
        assert own.counts().get(FILES, 0) == expected


def test_a_ledger_that_cannot_be_written_is_still_believed(own: Server, tmp_path: Path) -> None:
    stand_still(own)
    with remembering(own, tmp_path) as account:
        applied(own, WANTED, account=account)
    for _ in range(2):  # what its listings do is known by now
        own.advance(30)
        planned(own, WANTED, tmp_path)
    options, listings = Options(speed=Speed(4)), []
    warnings: list[str] = []
    with closing(sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for change in (None, upload, None):
            own.advance(30)
            if change:
                change(own, "ci-b")
            own.advance(30)
            own.forget_requests()
            ledger = Ledger.at(Place(tmp_path / "ledger.db", busy_seconds=0.01), TARGET, warnings.append)
            with closing(ledger):
                prepared = asyncio.run(prepare(WANTED, (), account_of(own, ledger), options, UNLIMITED))
            assert prepared.plan.converged is right(own)
            listings.append(own.counts().get(FILES, 0))
    assert listings == [0, 1, 1], "what was seen since could not be noted"
    assert len(warnings) == 2
    assert all("locked" in warning for warning in warnings)


def test_the_window_that_remains_where_listing_touches(own: Server, tmp_path: Path) -> None:
    """A change in the second of our own listing looks like the listing, until somebody touches it again."""
    stand_still(own)
    with remembering(own, tmp_path) as account:
        applied(own, WANTED, account=account)
    for _ in range(2):  # what its listings do is known by now
        own.advance(30)
        planned(own, WANTED, tmp_path)
    own.advance(30)
    upload(own, "ci-d")
    delete(own, "ci-d")
    own.advance(30)
    own.forget_requests()
    assert planned(own, WANTED, tmp_path).plan.converged
    assert own.counts()[FILES] == 1
    own.advance(0.5)
    upload(own, "ci-d")
    with remembering(own, tmp_path) as account:
        touching_known = account.ledger.observations.conduct().own_touch is OwnTouch.YES
    own.advance(30)
    assert planned(own, WANTED, tmp_path).plan.converged is touching_known, (
        "missed only where listing touches"
    )
    assert not right(own)
    assert not planned(own, WANTED, tmp_path, Refresh.FULL).plan.converged
    own.advance(30)
    assert not planned(own, WANTED, tmp_path).plan.converged


def said(prepared: Prepared) -> tuple[Any, Any]:
    """What a plan says."""
    values = plan_values(prepared.plan)
    return values["changes"], values["digest"]


@pytest.fixture(scope="module")
def server_of_mode() -> Iterator[Callable[[str], Server]]:
    """A server of each path mode, whose listing of files is no activity."""
    with ExitStack() as stack:
        servers = {
            mode: stack.enter_context(serving(path_mode=mode, touch_on_file_list=False)) for mode in MODES
        }
        yield lambda mode: servers[mode]


@given(
    world=worlds(),
    change=st.sampled_from(["nothing", "upload", "files"]),
    wait=st.sampled_from([12, 40, 1300]),
)
@settings(max_examples=20)
def test_cold_warm_and_deleted_ledgers_give_the_same_plan(
    server_of_mode: Callable[[str], Server], world: World, change: str, wait: int
) -> None:
    server = server_of_mode(world.mode)
    stand_still(server)
    world.plant(server)
    with TemporaryDirectory() as name:
        folder = Path(name)
        for _ in range(3):
            warm = said(planned(server, world.desired, folder))
            assert warm == said(planned(server, world.desired, None))
            server.advance(15)
        _behind_our_back(server, change)
        server.advance(wait)
        warm = said(planned(server, world.desired, folder))
        assert warm == said(planned(server, world.desired, None))
        (folder / "ledger.db").unlink()
        assert warm == said(planned(server, world.desired, folder))


def _behind_our_back(server: Server, change: str) -> None:
    """Somebody does something in every container that is alive."""
    for row in server.containers():
        if row["status"] not in ("running", "active") or change == "nothing":
            continue
        url = f"{server.base_url}/containers/{row['id']}/files"
        if change == "upload":
            server.http.post(url, files={"file": ("a.txt", b"two")}, headers=AS_SOMEBODY)
        else:
            for file in row["files"]:
                server.http.delete(f"{url}/{file['id']}", headers=AS_SOMEBODY)

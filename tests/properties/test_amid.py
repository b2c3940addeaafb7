"""What somebody does while a plan is made is seen by the next one, between whichever requests it falls.

Our own operations hide in `last_active_at` who came before them. Where names stay as they are, another
content shows by nothing else.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st
from support.builders import declared_file, desired, entry
from support.emulated import NOW, UNLIMITED, applied, remembering
from support.servers import API_KEY, serving
from support.worlds import MODES

from reconciler.api.reader import Reader
from reconciler.control.account import Speed
from reconciler.control.passes import Options, prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.servers import Server


HELD = {"one": b"1st", "two": b"2nd"}
NAMES = ("ci-a", "ci-b", "ci-c")
WANTED = desired(*(entry(name, *(declared_file(*file) for file in HELD.items())) for name in NAMES))
SOMEBODY = {"Authorization": f"Bearer {API_KEY}"}


@pytest.fixture(scope="module")
def server_of() -> Iterator[Callable[[str, bool], Server]]:
    """Servers by the path mode and by whether listing files is activity; emptied when asked for."""
    servers: dict[tuple[str, bool], Server] = {}
    with ExitStack() as stack:

        def get(mode: str, touching: bool) -> Server:  # noqa: FBT001 - a key
            key = (mode, touching)
            if key not in servers:
                servers[key] = stack.enter_context(serving(path_mode=mode, touch_on_file_list=touching))
            servers[key].control("POST", "/reset")
            servers[key].control("POST", "/clock", {"now": NOW, "freeze": True})
            return servers[key]

        yield get


def converged(server: Server, folder: Path) -> bool:
    """Plans, one request after the other; tells whether there is nothing to do."""
    with remembering(server, folder) as account:
        prepared = asyncio.run(prepare(WANTED, (), account, Options(speed=Speed(1)), UNLIMITED))
    return prepared.plan.converged


def right(server: Server) -> bool:
    """Everything is as it is declared, by the server's own word."""
    rows = [{(file["size"], file["sha256"]) for file in row["files"]} for row in server.containers()]
    declared = {(file.spec.bytes, file.spec.sha256) for file in WANTED.containers[0].files or ()}
    return all(row == declared for row in rows)


def use(server: Server, name: str) -> None:
    """Somebody looks at a container."""
    assert server.http.get(url(server, name), headers=SOMEBODY).is_success


def change(server: Server, name: str, file: str) -> None:
    """Somebody sends another content of the same size under a declared name."""
    answer = server.http.post(f"{url(server, name)}/files", files={"file": (file, b"???")}, headers=SOMEBODY)
    assert answer.is_success


def url(server: Server, name: str) -> str:
    """Where a container is."""
    found = next(row["id"] for row in server.containers() if row["name"] == name)
    return f"{server.base_url}/containers/{found}"


@contextmanager
def before_request(number: int, happens: Callable[[], None]) -> Iterator[None]:
    """Has something happen before the listing of files or the download of that number."""
    count = 0

    def counting(call: Callable[..., Any]) -> Callable[..., Any]:
        async def counted(*arguments: Any, **options: Any) -> Any:
            nonlocal count
            count += 1
            if count == number:
                happens()
            return await call(*arguments, **options)

        return counted

    with pytest.MonkeyPatch.context() as patch:
        for name in ("files", "content_digest"):
            patch.setattr(Reader, name, counting(getattr(Reader, name)))
        yield


@given(
    mode=st.sampled_from(MODES),
    touching=st.booleans(),
    quiet=st.integers(0, 4),
    used=st.booleans(),
    number=st.integers(1, 9),
    what=st.tuples(st.sampled_from(NAMES), st.sampled_from(sorted(HELD))),
    waits=st.tuples(st.integers(4, 20), st.integers(4, 20)),
)
@example(
    mode="plain-update", touching=False, quiet=0, used=False, number=5, what=("ci-a", "one"), waits=(6, 10)
)
@example(
    mode="plain-update", touching=True, quiet=4, used=True, number=1, what=("ci-a", "one"), waits=(6, 10)
)
def test_a_change_between_two_requests_of_a_plan_is_seen_by_the_next(
    server_of: Callable[[str, bool], Server],
    mode: str,
    *,
    touching: bool,
    quiet: int,
    used: bool,
    number: int,
    what: tuple[str, str],
    waits: tuple[int, int],
) -> None:
    server = server_of(mode, touching)
    with TemporaryDirectory() as name:
        folder = Path(name)
        with remembering(server, folder) as account:
            assert applied(server, WANTED, account=account).failures == []
        for _ in range(quiet):
            server.advance(30)
            assert converged(server, folder)
        server.advance(30)
        if used:
            use(server, what[0])
            server.advance(30)
            assert converged(server, folder)
            server.advance(30)

        def happens() -> None:
            server.advance(waits[0] / 4)
            change(server, *what)
            server.advance(waits[1] / 4)

        with before_request(number, happens):
            converged(server, folder)
        event("seen" if right(server) else "changed amid the plan")
        for _ in range(3):
            server.advance(30)
            assert converged(server, folder) is right(server)

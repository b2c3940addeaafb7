"""Files that the server copies from its Files API: named by it, compared as declared, never doubled."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace
from support.builders import HERE, desired, entry, scope
from support.clocks import SharedClock
from support.emulated import account_of, applied, carried_out, planned
from support.servers import API_KEY, serving

from reconciler.model.live import base_name
from reconciler.model.plan import Action, Reason
from reconciler.model.profile import LITELLM
from reconciler.model.spec import Compare, DesiredFile, FileSpec, StoredFile
from reconciler.planning.capabilities import unsupported
from reconciler.render.plan_text import plan_lines

if TYPE_CHECKING:
    from support.servers import Server

    from reconciler.model.scope import Desired

DATA = b"seeds"
FILES = "POST /containers/{container_id}/files"


def stored(server: Server, name: str = "seed.bin", data: bytes = DATA) -> str:
    """Uploads to the Files API, as somebody did once, and returns the id."""
    answer = server.http.post(
        f"{server.base_url}/files",
        headers={"Authorization": f"Bearer {API_KEY}"},
        data={"purpose": "user_data"},
        files={"file": (name, data)},
    )
    assert answer.is_success, answer.text
    return str(answer.json()["id"])


def declared(
    file_id: str, path: str = "seed.bin", size: int | None = None, digest: str | None = None
) -> DesiredFile:
    """An entry with `file_id`."""
    return DesiredFile(FileSpec(path, size, digest), StoredFile(file_id), HERE)


def live(server: Server) -> list[str]:
    """The base names of all files of the only container."""
    (row,) = server.running("ci-a")
    return sorted(base_name(file["path"]) for file in row["files"])


def one(*files: DesiredFile, **within: Any) -> Desired:
    """A set of one container."""
    return desired(entry("ci-a", *files), within=scope(**within))


@pytest.mark.parametrize("mode", ["mangled", "file-id", "plain-coexist"])
@pytest.mark.parametrize("digest", [None, sha256(DATA).hexdigest()])
@pytest.mark.parametrize("size", [None, len(DATA)])
def test_it_is_copied_once_and_then_nothing_is_left_to_do(
    mode: str, digest: str | None, size: int | None
) -> None:
    with serving(path_mode=mode) as server:
        wanted = one(declared(stored(server), size=size, digest=digest))
        prepared = planned(server, wanted)
        server.forget_requests()
        ran = carried_out(server, prepared)
        assert (ran.failures, live(server)) == ([], ["seed.bin"])
        assert server.requests() == prepared.plan.cost.requests == 4 + (digest is not None)
        (change,) = planned(server, wanted).plan.changes
        assert change.action is Action.KEEP
        assert (Reason.UNVERIFIABLE in change.reasons) == (digest is None)


@pytest.fixture
def server() -> Any:
    """An emulator."""
    with serving() as running:
        running.advance(100)
        yield running


def test_a_plan_names_the_file_that_is_copied(server: Server) -> None:
    file_id = stored(server)
    plan = planned(server, one(declared(file_id))).plan
    assert [(file.path, file.file_id) for file in plan.changes[0].files] == [("seed.bin", file_id)]
    assert f"      + seed.bin (unknown size), copied from {file_id}" in plan_lines(plan)


def test_another_name_is_a_failed_change_that_says_the_true_one(server: Server) -> None:
    ran = applied(server, one(declared(stored(server, "true.bin"))))
    (failed,) = ran.outcome.failed
    assert ran.failures == ["create ci-a: not-as-planned"]
    assert "'true.bin'" in failed.failure.message
    assert failed.failure.hint == "the server names copies: write path: true.bin"
    assert live(server) == []  # nothing is left that the next apply would add to


@pytest.mark.parametrize(
    ("size", "digest", "told"), [(9, None, "5 bytes instead of 9"), (None, "0" * 64, "instead of 0000")]
)
def test_other_contents_than_declared_are_a_failed_change(
    server: Server, size: int | None, digest: str | None, told: str
) -> None:
    ran = applied(server, one(declared(stored(server), size=size, digest=digest)))
    (failed,) = ran.outcome.failed
    assert told in failed.failure.message


def test_a_file_that_is_not_there_is_a_failed_change(server: Server) -> None:
    ran = applied(server, one(declared("file-none")), account=account_of(server, clock=SharedClock(server)))
    (failed,) = ran.outcome.failed
    assert "file-none" in failed.failure.message


def test_what_is_declared_otherwise_is_copied_anew(server: Server) -> None:
    old, new = stored(server), stored(server, data=b"other")
    applied(server, one(declared(old)))
    wanted = one(declared(new, size=5, digest=sha256(b"other").hexdigest()))
    prepared = planned(server, wanted)
    (change,) = prepared.plan.changes
    assert (change.action, Reason.FILE_CHANGED in change.reasons) == (Action.SYNC, True)
    server.forget_requests()
    ran = carried_out(server, prepared)
    assert (ran.failures, live(server), server.requests()) == ([], ["seed.bin"], prepared.plan.cost.requests)
    assert planned(server, wanted).plan.converged


def test_sizes_alone_are_compared_without_a_download(server: Server) -> None:
    applied(server, one(declared(stored(server))))
    server.forget_requests()
    (right,) = planned(server, one(declared("file-x", size=5), compare=Compare.SIZE)).plan.changes
    (wrong,) = planned(server, one(declared("file-x", size=6))).plan.changes
    assert (right.action, wrong.action) == (Action.KEEP, Action.SYNC)
    assert not [request for request in server.counts() if "content" in request]


@pytest.mark.parametrize(
    "loss",
    [
        {"kind": "drop", "when": "after"},
        {"kind": "drop", "when": "before"},
        {"kind": "status", "status": 500, "when": "after"},
        {"kind": "truncate", "size": 3},
    ],
    ids=str,
)
def test_a_lost_reply_doubles_nothing_and_loses_nothing(server: Server, loss: dict[str, Any]) -> None:
    file_id = stored(server)
    server.fault(endpoint=FILES, times=1, **loss)
    ran = applied(server, one(declared(file_id)), account=account_of(server, clock=SharedClock(server)))
    assert (ran.failures, live(server)) == ([], ["seed.bin"])


def test_a_gateway_that_takes_uploads_only_is_told_offline_at_the_entry() -> None:
    file = declared("file-x")
    wanted = one(file)
    (found,) = unsupported(replace(wanted), LITELLM)
    assert (found.code, found.position) == ("beyond-target", HERE)

"""What is in files is known from what was sent or read, and asked again only where it may be another."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from support.builders import declared_file, desired, entry, scope
from support.emulated import TARGET, account_of, applied, planned
from support.servers import API_KEY, serving
from support.worlds import MODES, NEVER_MEET

from reconciler.ledger.ledger import Ledger
from reconciler.ledger.store import Place
from reconciler.model.plan_json import plan_values
from reconciler.model.spec import Compare

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.servers import Server

    from reconciler.control.account import Account
    from reconciler.control.passes import Prepared

CONTENT = "GET /containers/{container_id}/files/{file_id}/content"
UPLOAD = "POST /containers/{container_id}/files"
WANTED = desired(
    entry("ci-a", declared_file("one", b"one"), declared_file("two", b"two")),
    entry("ci-b", declared_file("one", b"1st")),
)


@contextmanager
def warm(server: Server, folder: Path) -> Iterator[Account]:
    """The account with a ledger that stays."""
    ledger = Ledger.at(Place(folder / "ledger.db"), TARGET, pytest.fail)
    try:
        yield account_of(server, ledger)
    finally:
        ledger.close()


def downloads(server: Server) -> int:
    """Downloads since requests were last forgotten."""
    count = server.counts().get(CONTENT, 0)
    server.forget_requests()
    return count


def same(one: Prepared, other: Prepared) -> bool:
    """Two plans say the same."""
    left, right = plan_values(one.plan), plan_values(other.plan)
    return (left["changes"], left["digest"]) == (right["changes"], right["digest"])


def test_what_was_uploaded_is_never_downloaded(server: Server, tmp_path: Path) -> None:
    with warm(server, tmp_path) as account:
        assert applied(server, WANTED, account=account).failures == []
    with warm(server, tmp_path) as account:
        after = planned(server, WANTED, account=account)
        assert after.plan.converged
        assert downloads(server) == 0
    assert same(after, planned(server, WANTED))
    assert downloads(server) == 3, "without a ledger they are read"


def test_what_was_downloaded_once_is_known_from_then_on(server: Server, tmp_path: Path) -> None:
    applied(server, WANTED)
    changed = desired(entry("ci-a", declared_file("one", b"eno"), declared_file("two", b"two")))
    downloads(server)
    for expected in (2, 0):
        with warm(server, tmp_path) as account:
            plan = planned(server, changed, account=account)
            assert downloads(server) == expected
        assert same(plan, planned(server, changed))
        assert [change.action.value for change in plan.plan.pending] == ["sync"]
        downloads(server)


@pytest.mark.parametrize("mode", MODES)
def test_where_names_stay_as_they_are_an_upload_behind_our_back_is_seen(tmp_path: Path, mode: str) -> None:
    """Another upload of that name may keep the id, the size and the time of what it replaces."""
    with serving(path_mode=mode) as server:
        with warm(server, tmp_path) as account:
            assert applied(server, WANTED, account=account).failures == []
            planned(server, WANTED, account=account)
        assert downloads(server) == (0 if mode in NEVER_MEET else 3)
        row = next(row for row in server.containers() if row["name"] == "ci-b")
        answer = server.http.post(
            f"{server.base_url}/containers/{row['id']}/files",
            files={"file": ("one", b"2nd")},
            headers={"Authorization": f"Bearer {API_KEY}"},
        )
        assert answer.is_success
        with warm(server, tmp_path) as account:
            found = planned(server, WANTED, account=account)
        assert same(found, planned(server, WANTED))
        assert not found.plan.converged


def test_comparing_by_size_downloads_nothing_and_says_the_same_with_any_ledger(
    server: Server, tmp_path: Path
) -> None:
    by_size = replace(WANTED, scope=scope(compare=Compare.SIZE))
    changed = desired(entry("ci-a", declared_file("one", b"eno"), declared_file("two", b"two")))
    changed = replace(changed, scope=by_size.scope)
    with warm(server, tmp_path) as account:
        applied(server, by_size, account=account)
        known = planned(server, changed, account=account)
    assert downloads(server) == 0
    assert same(known, planned(server, changed))
    assert "unverifiable" in {reason.value for change in known.plan.changes for reason in change.reasons}
    assert downloads(server) == 0


def test_an_upload_whose_reply_was_lost_is_read_before_it_is_believed(server: Server, tmp_path: Path) -> None:
    """What was found by its name and size may be somebody else's."""
    server.fault(kind="drop", when="after", endpoint=UPLOAD)
    with warm(server, tmp_path) as account:
        assert applied(server, WANTED, account=account).failures == []
        downloads(server)
        assert planned(server, WANTED, account=account).plan.converged
    assert downloads(server) == 1


def test_an_error_that_is_answered_as_contents_is_not_remembered(server: Server, tmp_path: Path) -> None:
    applied(server, WANTED)
    server.fault(kind="status", status=200, endpoint=CONTENT, body='{"error": "no"}', times=1)
    with warm(server, tmp_path) as account:
        assert not planned(server, WANTED, account=account).plan.converged
        downloads(server)
        assert planned(server, WANTED, account=account).plan.converged
    assert downloads(server) == 1


def test_another_size_under_a_known_id_is_another_content(server: Server, tmp_path: Path) -> None:
    with warm(server, tmp_path) as account:
        applied(server, WANTED, account=account)
        longer = desired(entry("ci-b", declared_file("one", b"2nd!")))
        patched = {"data": [{**row_of(server, "ci-b"), "bytes": 4}], "has_more": False}
        server.fault(kind="patch", endpoint="GET /containers/{container_id}/files", fields=patched, times=1)
        downloads(server)
        planned(server, longer, account=account)
    assert downloads(server) == 1


def row_of(server: Server, name: str) -> dict[str, object]:
    """The row of the only file of a container, as the API shows it."""
    [file] = next(row["files"] for row in server.containers() if row["name"] == name)
    return {key: file[key] for key in ("id", "path", "source", "created_at", "bytes")}

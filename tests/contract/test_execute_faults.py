"""Carrying a plan out while things go wrong: what fails is listed, the others are done, nothing is lost."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace
from support.builders import HERE, allow, declared_file, desired, entry, scope, spec
from support.emulated import TARGET, account_of, applied, carried_out, planned
from support.servers import serving
from support.worlds import file_name

from reconciler.ledger.ledger import Ledger
from reconciler.ledger.store import Place
from reconciler.model.events import ChangeApplied, ChangeStarted, DoublesSeen, RowSwept
from reconciler.model.exit_codes import ExitCode
from reconciler.model.plan import Action, Reason
from reconciler.model.spec import DesiredFile, FileSpec, LocalFile, ReplaceOrder
from reconciler.model.stop import Stop

if TYPE_CHECKING:
    from support.servers import Server

    from reconciler.model.events import Event
    from reconciler.model.spec import DesiredContainer

LIST, CREATE = "GET /containers", "POST /containers"
UPLOAD = "POST /containers/{container_id}/files"
FILES = "GET /containers/{container_id}/files"
READ, DELETE = "GET /containers/{container_id}", "DELETE /containers/{container_id}"
OLD = 1_700_000_000
HEX = "0123456789abcdef" * 2 + "-"


def plant(server: Server, name: str, *files: dict[str, Any], **columns: Any) -> str:
    """Puts a container there that never expires; its id."""
    row = {"name": name, "status": "active", "created_at": OLD, "files": list(files), **columns}
    planted = server.control("POST", "/containers", {"containers": [row]})["data"][0]
    server.forget_requests()
    return str(planted["id"])


def file(name: str, content: str = "old", **columns: Any) -> dict[str, Any]:
    """A planted file."""
    return {"path": f"/mnt/data/{HEX}{name}", "content": content, "created_at": OLD, **columns}


def ids(server: Server, name: str) -> list[str]:
    """The ids of a name, oldest first."""
    return [row["id"] for row in server.containers() if row["name"] == name]


def contents(server: Server, name: str) -> list[tuple[str, str]]:
    """Names and digests of the files of the only container of a name."""
    [row] = [row for row in server.containers() if row["name"] == name]
    return sorted((file_name(one["path"]), one["sha256"]) for one in row["files"])


def digest(data: bytes) -> str:
    """What the control API shows of contents."""
    return sha256(data).hexdigest()


BIGGER = spec("ci-a", memory_limit="4g")


def test_one_failed_upload_fails_its_change_and_the_others_are_done(server: Server) -> None:
    plant(server, "ci-b", file("a.txt"))
    plant(server, "ci-gone")
    wanted = desired(
        *(entry(name, declared_file("a.txt", b"new")) for name in ("ci-a", "ci-b", "ci-c")),
        within=scope(prune=True),
    )
    server.fault(kind="status", status=400, endpoint=UPLOAD, skip=1)
    ran = carried_out(server, planned(server, wanted, parallelism=1), parallelism=1)
    assert ran.failures == ["sync ci-b: bad-request"]
    assert ran.applied == ["create ci-a", "create ci-c", "delete ci-gone"]
    assert ran.outcome.exit_code is ExitCode.PARTIAL
    assert ran.outcome.failed[0].done == ("CheckFiles",)
    assert "request req_" in ran.outcome.failed[0].failure.message
    assert contents(server, "ci-b") == [("a.txt", digest(b"old"))]
    assert applied(server, wanted).applied == ["sync ci-b"]
    assert contents(server, "ci-b") == [("a.txt", digest(b"new"))]


@pytest.mark.parametrize("endpoint", [CREATE, UPLOAD, FILES])
@pytest.mark.parametrize("fault", [{"kind": "drop"}, {"kind": "status", "status": 400}])
def test_a_failed_create_first_replace_leaves_the_old_container_alive(
    server: Server, endpoint: str, fault: dict[str, Any]
) -> None:
    old = plant(server, "ci-a", file("a.txt", "data"))
    wanted = desired(entry("ci-a", declared_file("a.txt", b"data"), fields=BIGGER))
    prepared = planned(server, wanted)
    assert [change.actions for change in prepared.plan.changes] == [("create", "delete")]
    server.fault(endpoint=endpoint, times=None, **fault)
    ran = carried_out(server, prepared)
    assert [failure.split(":")[0] for failure in ran.failures] == ["replace ci-a"]
    assert ids(server, "ci-a") == [old], "the new copy is removed, the old one stays"
    server.heal()
    assert applied(server, wanted).failures == []
    assert contents(server, "ci-a") == [("a.txt", digest(b"data"))]
    assert old not in ids(server, "ci-a")


def test_the_new_copy_of_a_failed_replace_stays_where_the_old_one_died_meanwhile(server: Server) -> None:
    old = plant(server, "ci-a")
    prepared = planned(server, desired(entry("ci-a", declared_file("a.txt"), fields=BIGGER)))
    server.control("POST", f"/containers/{old}", {"status": "deleted"})
    server.fault(endpoint=FILES, kind="status", status=400, times=None)
    [failed] = carried_out(server, prepared).outcome.failed
    assert "the old one stays" not in failed.failure.message
    assert [row["memory_limit"] for row in server.running("ci-a")] == ["4g"]


def test_delete_first_has_the_old_one_gone_before_the_new_one_is_made(server: Server) -> None:
    plant(server, "ci-a")
    wanted = desired(entry("ci-a", fields=BIGGER, order=ReplaceOrder.DELETE_FIRST))
    prepared = planned(server, wanted)
    server.forget_requests()
    assert carried_out(server, prepared).failures == []
    sent = [f"{one['method']} {one['template']}" for one in server.control("GET", "/log")["entries"]]
    assert sent == [DELETE, READ, CREATE, LIST]


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [(CREATE, "and none stands in its place"), (UPLOAD, "and the new one cntr_")],
)
def test_a_delete_first_replace_that_fails_says_what_is_left(
    server: Server, endpoint: str, said: str
) -> None:
    plant(server, "ci-a")
    first = ReplaceOrder.DELETE_FIRST
    wanted = desired(entry("ci-a", declared_file("a.txt"), fields=BIGGER, order=first))
    server.fault(kind="status", status=400, endpoint=endpoint, times=None)
    [failed] = applied(server, wanted).outcome.failed
    gone = "the old copy of ci-a was deleted first (lifecycle.replace: delete_first)"
    assert gone in failed.failure.message
    assert said in failed.failure.message
    server.heal()
    assert applied(server, wanted).failures == []


@pytest.mark.parametrize("order", list(ReplaceOrder))
def test_a_replace_that_the_quota_has_no_room_for_says_what_to_set(order: ReplaceOrder) -> None:
    with serving(memory_pool_gb=64) as pool:
        plant(pool, "ci-a", memory_limit="1g")
        plant(pool, "ci-full", memory_limit="16g")
        wanted = desired(entry("ci-a", fields=spec("ci-a", memory_limit="64g"), order=order))
        [failed] = applied(pool, wanted).outcome.failed
        assert failed.failure.code == "quota-exceeded"
        assert ("delete_first" in (failed.failure.hint or "")) == (order is ReplaceOrder.CREATE_FIRST)
        assert len(ids(pool, "ci-a")) == (order is ReplaceOrder.CREATE_FIRST)


def test_create_first_has_the_new_one_complete_before_the_old_one_goes(server: Server) -> None:
    plant(server, "ci-a")
    prepared = planned(server, desired(entry("ci-a", declared_file("a.txt"), fields=BIGGER)))
    server.forget_requests()
    assert carried_out(server, prepared).failures == []
    sent = [f"{one['method']} {one['template']}" for one in server.control("GET", "/log")["entries"]]
    assert sent == [CREATE, UPLOAD, FILES, DELETE, READ, LIST]


def test_a_failed_chain_deletes_no_surplus_copy(server: Server) -> None:
    copies = [plant(server, "ci-a", file("a.txt"), created_at=OLD + number) for number in range(3)]
    wanted = desired(entry("ci-a", declared_file("a.txt", b"new")))
    server.fault(kind="status", status=500, endpoint=UPLOAD, times=None)
    ran = applied(server, wanted)
    assert ran.failures == ["sync ci-a: server-error"]
    assert [(one.change.container_id, one.because) for one in ran.outcome.not_started] == [
        (copies[1], "sync of ci-a failed"),
        (copies[2], "sync of ci-a failed"),
    ]
    assert ids(server, "ci-a") == copies
    assert DELETE not in server.counts()
    server.heal()
    assert applied(server, wanted).applied == ["delete ci-a", "delete ci-a", "sync ci-a"]
    assert ids(server, "ci-a") == copies[:1]


@pytest.mark.parametrize("change", [{"status": "expired"}, {"name": "ci-b"}])
def test_surplus_copies_stay_when_the_kept_one_is_gone_after_all(
    server: Server, change: dict[str, str]
) -> None:
    kept = plant(server, "ci-a")
    surplus = plant(server, "ci-a", created_at=OLD + 1)
    prepared = planned(server, desired(entry("ci-a", unmanaged=True)))
    assert [one.action for one in prepared.plan.changes] == [Action.KEEP, Action.DELETE]
    server.control("POST", f"/containers/{kept}", change)
    ran = carried_out(server, prepared)
    assert ran.failures == ["delete ci-a: not-as-planned"]
    assert surplus in ids(server, "ci-a")
    assert DELETE not in server.counts()


def test_a_surplus_copy_is_deleted_only_after_the_kept_one_was_read(server: Server) -> None:
    plant(server, "ci-a")
    plant(server, "ci-a", created_at=OLD + 1)
    prepared = planned(server, desired(entry("ci-a", unmanaged=True)))
    server.forget_requests()
    assert carried_out(server, prepared).failures == []
    sent = [f"{one['method']} {one['template']}" for one in server.control("GET", "/log")["entries"]]
    assert sent == [READ, DELETE, READ]


def test_a_delete_answered_404_is_a_success(server: Server) -> None:
    plant(server, "ci-keep")
    gone = plant(server, "ci-gone")
    prepared = planned(server, desired(entry("ci-keep", unmanaged=True), within=scope(prune=True)))
    server.http.delete(f"{server.base_url}/containers/{gone}", headers={"Authorization": "Bearer x"})
    assert carried_out(server, prepared).applied == ["delete ci-gone"]


def test_a_delete_that_worked_and_answered_404_or_500_is_a_success(server: Server) -> None:
    plant(server, "ci-keep")
    wanted = desired(entry("ci-keep", unmanaged=True), within=scope(prune=True))
    for fault in ({"kind": "status", "status": 404}, {"kind": "status", "status": 500}, {"kind": "drop"}):
        plant(server, "ci-gone")
        server.fault(endpoint=DELETE, when="after", **fault)
        assert applied(server, wanted).applied == ["delete ci-gone"]
        assert ids(server, "ci-gone") == []


@pytest.mark.parametrize("status", [200, 404])
def test_a_delete_that_lies_is_a_failed_change(server: Server, status: int) -> None:
    plant(server, "ci-keep")
    lives = plant(server, "ci-gone")
    server.fault(kind="status", status=status, endpoint=DELETE, times=None, body={"deleted": True})
    ran = applied(server, desired(entry("ci-keep", unmanaged=True), within=scope(prune=True)))
    assert ran.failures == ["delete ci-gone: not-as-planned"]
    assert "still there" in ran.outcome.failed[0].failure.message
    assert ids(server, "ci-gone") == [lives]


def test_an_upload_that_lies_is_a_failed_change(server: Server) -> None:
    wanted = desired(entry("ci-a", declared_file("a.txt", b"data")))
    answer = {"id": "cfile_never", "path": "/mnt/data/a.txt", "bytes": 4, "source": "user", "created_at": 1}
    server.fault(kind="status", status=200, endpoint=UPLOAD, body=answer)
    ran = applied(server, wanted)
    assert ran.failures == ["create ci-a: not-as-planned"]
    assert "not listed" in ran.outcome.failed[0].failure.message
    assert applied(server, wanted).applied == ["sync ci-a"]


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ({"bytes": 9}, "9 bytes instead of 4"),
        ({"path": "/mnt/data/b.txt"}, "listed there as /mnt/data/b.txt"),
    ],
)
def test_an_upload_that_lands_as_something_else_is_a_failed_change(
    server: Server, shown: dict[str, Any], said: str
) -> None:
    prepared = planned(server, desired(entry("ci-a", declared_file("a.txt", b"data"))))
    row = {"id": "cfile_1", "path": "/mnt/data/a.txt", "bytes": 4, "source": "user", "created_at": 1}
    server.fault(kind="status", status=200, endpoint=UPLOAD, body=row)
    server.fault(kind="patch", endpoint=FILES, fields={"data": [{**row, **shown}]})
    ran = carried_out(server, prepared)
    assert ran.failures == ["create ci-a: not-as-planned"]
    assert said in ran.outcome.failed[0].failure.message


def test_the_closing_list_does_not_name_copies_that_were_there_before(server: Server) -> None:
    plant(server, "ci-a")
    odd = plant(server, "ci-a", status="provisioning", created_at=OLD + 1)
    ran = applied(server, desired(entry("ci-a", fields=BIGGER)))
    assert ran.applied == ["replace ci-a"]
    assert odd in ids(server, "ci-a")
    assert ran.outcome.doubled == ()


def test_a_size_that_the_server_hides_is_never_applied_in_silence(server: Server) -> None:
    server.fault(kind="null-bytes", endpoint=FILES, times=None)
    ran = applied(server, desired(entry("ci-a", declared_file("a.txt"), declared_file("b.txt"))))
    [event] = ran.outcome.applied
    assert event.unverifiable == ("files[a.txt].bytes", "files[b.txt].bytes")


@pytest.mark.parametrize(
    ("created", "before", "pages"), [(3, 0, 1), (2, 99, 2), (1, 99, 1), (1, 250, 1), (0, 3, 0)]
)
def test_the_closing_list_is_sent_once_with_the_pages_of_the_formula(
    server: Server, created: int, before: int, pages: int
) -> None:
    rows = [{"name": f"foreign-{number}", "status": "active", "created_at": OLD} for number in range(before)]
    server.control("POST", "/containers", {"containers": rows})
    if created == 2:  # a page full of new rows, and the first old one on the next
        created = 100
    wanted = desired(*(entry(f"ci-{number}", unmanaged=True) for number in range(created)))
    prepared = planned(server, wanted)
    server.forget_requests()
    ran = carried_out(server, prepared)
    assert ran.failures == []
    assert server.counts().get(LIST, 0) == pages
    assert server.requests() == prepared.plan.cost.requests
    assert sum(isinstance(event, DoublesSeen) for event in ran.events) == (created > 0)
    assert ran.outcome.doubled == ()


@pytest.mark.parametrize(("others", "lists"), [(97, 2), (98, 3), (199, 5)])
def test_every_page_of_a_list_of_files_is_in_the_price(server: Server, others: int, lists: int) -> None:
    paths = ["old", *(f"of-a-user-{number}" for number in range(others))]
    files = [{"path": f"/mnt/data/{number:032x}-{path}", "content": ""} for number, path in enumerate(paths)]
    row = {"name": "ci-a", "status": "running", "files": files}
    server.control("POST", "/containers", {"containers": [row]})
    prepared = planned(server, desired(entry("ci-a", declared_file("new"), declared_file("old"))))
    server.forget_requests()
    assert carried_out(server, prepared).failures == []
    assert server.requests() == prepared.plan.cost.requests == lists + 2 + 1


def test_a_create_of_more_files_than_a_page_holds_says_so(server: Server) -> None:
    prepared = planned(server, desired(entry("ci-a", *(declared_file(f"f{each}") for each in range(101)))))
    server.forget_requests()
    assert carried_out(server, prepared).failures == []
    assert server.requests() == prepared.plan.cost.requests == 1 + 101 + 2 + 1


def appearing(server: Server, **row: Any) -> Any:
    """A listener that puts a copy of ci-b there once ci-a is done."""

    def listen(event: Event) -> None:
        if isinstance(event, ChangeApplied) and event.change.name == "ci-a":
            double = {"name": "ci-b", "status": "active", "memory_limit": "1g", **row}
            server.control("POST", "/containers", {"containers": [double, {**double, "name": "other"}]})

    return listen


@pytest.mark.parametrize(
    "row",
    [
        {"memory_limit": "4g"},
        {"status": "provisioning"},
        {"created_at": OLD},
    ],
    ids=str,
)
def test_the_closing_list_names_a_copy_that_may_be_somebody_elses(
    server: Server, row: dict[str, Any]
) -> None:
    fields = spec("ci-b", memory_limit="1g")
    both = (entry("ci-a", unmanaged=True), entry("ci-b", unmanaged=True, fields=fields))
    prepared = planned(server, desired(*both))
    ran = carried_out(server, prepared, parallelism=1, listen=appearing(server, **row))
    assert ran.outcome.doubled == ("ci-b",)
    assert ran.outcome.removed == ()
    assert len(ids(server, "ci-b")) == 2
    assert ran.failures == []


def test_the_closing_list_names_a_copy_that_somebody_is_using(server: Server) -> None:
    prepared = planned(server, desired(entry("ci-a"), entry("ci-b", declared_file("a.txt"))))
    ran = carried_out(server, prepared, parallelism=1, listen=appearing(server, files=[file("b.txt")]))
    assert (ran.outcome.doubled, ran.outcome.removed) == (("ci-b",), ())


def test_the_closing_list_leaves_a_name_alone_whose_own_copy_failed(server: Server) -> None:
    prepared = planned(server, desired(entry("ci-a"), entry("ci-b", declared_file("a.txt"))))
    server.fault(kind="status", status=400, endpoint=UPLOAD, times=None)
    ran = carried_out(server, prepared, parallelism=1, listen=appearing(server))
    assert ran.failures == ["create ci-b: bad-request"]
    assert (ran.outcome.doubled, ran.outcome.removed) == (("ci-b",), ())


@pytest.mark.parametrize("files", [(), (declared_file("a.txt"),)])
@pytest.mark.parametrize("answer", ["first", "second"])
def test_of_what_a_gateway_doubled_the_younger_empty_copy_is_deleted(
    server: Server, answer: str, files: tuple[DesiredFile, ...]
) -> None:
    """One order for everybody, whatever a manifest says: of two runs only one may delete the other's copy."""
    wanted = desired(*(entry(f"ci-{number}", *files, unmanaged=not files) for number in range(3)))
    prepared = planned(server, wanted)
    server.fault(kind="double", endpoint=CREATE, answer=answer, times=3)
    ran = carried_out(server, prepared)
    kept = {event.change.name: event.container_id for event in ran.outcome.applied}
    for name, ours in kept.items():
        left = ids(server, name)
        assert ours in left
        assert (name in ran.outcome.doubled) == (len(left) == 2)
        if len(left) == 2:
            assert (
                ours
                != min((row["created_at"], row["id"]) for row in server.containers() if row["id"] in left)[1]
            )
    assert len(ran.outcome.removed) + len(ran.outcome.doubled) == 3
    assert applied(server, wanted).failures == []
    assert [len(ids(server, f"ci-{number}")) for number in range(3)] == [1, 1, 1]
    assert not planned(server, wanted).plan.pending


def test_without_a_prefix_no_double_is_deleted(server: Server) -> None:
    prepared = planned(server, desired(entry("ci-a", unmanaged=True), within=scope(prefix=None)))
    server.fault(kind="double", endpoint=CREATE, answer="first")
    ran = carried_out(server, prepared)
    assert (ran.outcome.doubled, ran.outcome.removed) == (("ci-a",), ())
    assert len(ids(server, "ci-a")) == 2


def test_a_container_that_was_made_under_another_name_is_deleted_again(server: Server) -> None:
    """Nobody would ever find it: each apply would leave one more."""
    server.fault(kind="patch", endpoint=CREATE, fields={"name": "CI-A"})
    with TemporaryDirectory() as folder:
        ledger = Ledger.at(Place(Path(folder) / "ledger.db"), TARGET, print)
        ran = applied(server, desired(entry("ci-a")), account=account_of(server, ledger))
        memory = ledger.recall()
        ledger.close()
    [failed] = ran.outcome.failed
    assert "was created as 'CI-A'" in failed.failure.message
    assert (memory.intents, memory.births) == ((), ()), "nothing is left to wait for"
    assert server.containers() == [] or {row["status"] for row in server.containers()} == {"deleted"}


def test_a_closing_list_that_cannot_be_read_fails_no_change(server: Server) -> None:
    prepared = planned(server, desired(entry("ci-a", unmanaged=True)))
    server.fault(kind="status", status=500, endpoint=LIST, times=None)
    ran = carried_out(server, prepared)
    assert ran.applied == ["create ci-a"]
    assert ran.outcome.exit_code is ExitCode.DONE
    assert ran.outcome.closing_failure is not None
    assert ran.outcome.closing_failure.code == "server-error"


def test_a_closing_list_without_an_end_is_left(server: Server) -> None:
    prepared = planned(server, desired(entry("ci-a", unmanaged=True)))
    server.fault(kind="endless", endpoint=LIST, times=None)
    server.forget_requests()
    assert carried_out(server, prepared).outcome.closing_failure is None
    assert server.counts()[LIST] == 2


def stopping_after(stop: Stop, changes: int) -> Any:
    """A listener that asks for the end when so many changes were begun."""
    begun = 0

    def listen(event: Event) -> None:
        nonlocal begun
        begun += isinstance(event, ChangeStarted)
        if begun == changes:
            stop.request()

    return listen


def test_stop_finishes_the_step_under_way_and_begins_nothing_more(server: Server) -> None:
    wanted = desired(*(entry(name, declared_file("a.txt")) for name in ("ci-a", "ci-b", "ci-c")))
    prepared = planned(server, wanted, parallelism=1)
    stop = Stop()
    server.forget_requests()
    ran = carried_out(server, prepared, parallelism=1, stop=stop, listen=stopping_after(stop, 2))
    assert ran.applied == ["create ci-a"]
    assert ran.failures == ["create ci-b: interrupted"]
    assert [one.change.name for one in ran.outcome.not_started] == ["ci-c"]
    assert ran.outcome.exit_code is ExitCode.INTERRUPTED
    assert LIST not in server.counts()
    assert server.requests() <= 4
    assert ids(server, "ci-c") == []
    assert applied(server, wanted).failures == []
    assert contents(server, "ci-b") == [("a.txt", digest(b"right"))]


def test_stop_before_anything_sends_nothing(server: Server) -> None:
    plant(server, "ci-dead", status="expired")
    wanted = desired(entry("ci-a", unmanaged=True), within=scope(sweep=True))
    prepared = planned(server, wanted)
    stop = Stop()
    stop.request()
    server.forget_requests()
    ran = carried_out(server, prepared, stop=stop)
    assert server.requests() == 0
    assert [one.because for one in ran.outcome.not_started] == ["interrupted"]
    assert not any(isinstance(event, RowSwept) for event in ran.events)


def on_disk(path: Path, data: bytes) -> DesiredFile:
    """A declared file that lies on disk, as it is now."""
    path.write_bytes(data)
    return DesiredFile(FileSpec(path.name, len(data), digest(data)), LocalFile(str(path)), HERE)


@pytest.mark.parametrize("now", [None, b"edited", b"edited and longer", b""])
def test_a_source_that_vanished_or_was_edited_since_the_plan_lands_nowhere(
    server: Server, tmp_path: Path, now: bytes | None
) -> None:
    path = tmp_path / "a.txt"
    plant(server, "ci-a", file("a.txt"))
    wanted = desired(entry("ci-a", on_disk(path, b"wanted")), entry("ci-b", declared_file("a.txt")))
    prepared = planned(server, wanted)
    path.unlink() if now is None else path.write_bytes(now)
    server.forget_requests()
    ran = carried_out(server, prepared)
    assert ran.failures == ["sync ci-a: local-file"]
    assert ran.outcome.failed[0].failure.hint == "apply again; a saved plan must be made anew"
    assert ran.applied == ["create ci-b"]
    assert contents(server, "ci-a") == [("a.txt", digest(b"old"))]


@pytest.mark.parametrize("mine", [file("a.txt", "mine"), {**file("a.txt", "x"), "path": "/mnt/data/a.txt"}])
def test_a_row_added_by_somebody_else_since_the_plan_is_a_failed_change(
    server: Server, mine: dict[str, Any]
) -> None:
    box = plant(server, "ci-a", file("a.txt"))
    prepared = planned(server, desired(entry("ci-a", declared_file("a.txt", b"new"))))
    server.control("POST", f"/containers/{box}/files", {"files": [mine]})
    ran = carried_out(server, prepared)
    assert ran.failures == ["sync ci-a: not-as-planned"]
    assert "somebody else" in ran.outcome.failed[0].failure.message
    assert UPLOAD not in server.counts()
    assert len(contents(server, "ci-a")) == 2


@pytest.mark.parametrize("other", [file("b.txt", "x"), file("a.txt", "x", source="assistant")])
def test_rows_that_do_not_matter_may_appear_since_the_plan(server: Server, other: dict[str, Any]) -> None:
    box = plant(server, "ci-a", file("a.txt"))
    prepared = planned(server, desired(entry("ci-a", declared_file("a.txt", b"new"))))
    server.control("POST", f"/containers/{box}/files", {"files": [other]})
    assert carried_out(server, prepared).applied == ["sync ci-a"]
    assert (file_name(other["path"]), digest(b"x")) in contents(server, "ci-a")


def test_a_container_that_died_since_the_plan_is_a_failed_change_and_made_anew(server: Server) -> None:
    box = plant(server, "ci-a", file("a.txt"))
    wanted = desired(entry("ci-a", declared_file("a.txt", b"new")))
    prepared = planned(server, wanted)
    server.control("POST", f"/containers/{box}", {"status": "expired"})
    assert carried_out(server, prepared).failures == ["sync ci-a: container-expired"]
    again = planned(server, wanted)
    assert [(one.action, one.reasons) for one in again.plan.changes] == [(Action.CREATE, (Reason.EXPIRED,))]


def test_what_was_deleted_by_somebody_else_since_the_plan_may_be_gone(server: Server) -> None:
    box = plant(server, "ci-a", file("a.txt"), file("extra.txt"))
    wanted = desired(entry("ci-a", declared_file("a.txt", b"new"), prune_files=True))
    prepared = planned(server, wanted)
    for row in server.containers()[0]["files"]:
        url = f"{server.base_url}/containers/{box}/files/{row['id']}"
        server.http.delete(url, headers={"Authorization": "Bearer x"})
    assert carried_out(server, prepared).failures == []
    assert contents(server, "ci-a") == [("a.txt", digest(b"new"))]


def test_an_undeclared_file_is_pruned_beside_a_row_of_the_same_name_that_is_never_deleted(
    server: Server,
) -> None:
    plant(server, "ci-a", file("extra.txt"), file("extra.txt", "tool's", source="tool"))
    wanted = desired(entry("ci-a", prune_files=True))
    assert applied(server, wanted).failures == []
    assert contents(server, "ci-a") == [("extra.txt", digest(b"tool's"))]


def test_dead_rows_are_swept_and_one_that_cannot_be_fails_nothing(server: Server) -> None:
    plant(server, "ci-a", status="expired")
    plant(server, "ci-b", status="deleted")
    foreign = plant(server, "other", status="expired")
    plant(server, "ci-keep")
    server.fault(kind="status", status=403, endpoint=DELETE)
    ran = applied(server, desired(entry("ci-keep", unmanaged=True), within=scope(sweep=True)), parallelism=1)
    assert [(one.failure.code if one.failure else None) for one in ran.outcome.swept] == [
        "permission-denied",
        None,
    ]
    assert ran.outcome.exit_code is ExitCode.DONE
    assert [row["id"] for row in server.containers() if row["name"] == "other"] == [foreign]
    assert len(server.containers()) == 3


def test_deletes_of_undeclared_names_come_after_every_chain(server: Server) -> None:
    plant(server, "ci-1")
    plant(server, "ci-9")
    wanted = desired(*(_create(name) for name in ("ci-2", "ci-3")), within=scope(prune=True))
    prepared = planned(server, wanted)
    server.forget_requests()
    assert carried_out(server, prepared, parallelism=8).failures == []
    sent = [one["method"] for one in server.control("GET", "/log")["entries"]]
    assert sent.index("DELETE") > max(number for number, method in enumerate(sent) if method == "POST")


def test_deletes_of_undeclared_names_come_first_where_defaults_say_so(server: Server) -> None:
    plant(server, "ci-9")
    wanted = replace(desired(_create("ci-2"), within=scope(prune=True)), replace=ReplaceOrder.DELETE_FIRST)
    prepared = planned(server, wanted)
    server.forget_requests()
    assert carried_out(server, prepared).failures == []
    sent = [one["method"] for one in server.control("GET", "/log")["entries"]]
    assert sent[:3] == ["DELETE", "GET", "POST"]


def _create(name: str) -> DesiredContainer:
    return entry(name, declared_file("a.txt"), fields=spec(name, network_policy=allow("a.example")))

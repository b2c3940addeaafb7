"""`list` and `resolve` as users and their scripts meet them: declared names, ids, and nothing touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.commands import Ran, reconciler
from support.emulated import NOW, freeze
from support.schemas import result_validator
from support.servers import serving

if TYPE_CHECKING:
    from pathlib import Path

    from support.servers import Server

MANIFEST = """\
version: 1
scope: {prefix: ci-}
containers:
  - name: ci-a
    memory_limit: 4g
    files: [{path: a.txt, content: a}]
  - name: ci-skilled
    skills: [{type: inline, name: cleaner, description: cleans, source: cleaner}]
  - {name: ci-workers, replicas: 6}
"""
LIST = "GET /containers"
STAMPED = "ci-skilled~a"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A manifest with a file, a container that has a stamp, and replicas."""
    (tmp_path / "ci.yaml").write_text(MANIFEST)
    (tmp_path / "cleaner").mkdir()
    (tmp_path / "cleaner" / "SKILL.md").write_text("Clean.\n")
    return tmp_path


@pytest.fixture
def applied(folder: Path, server: Server) -> Path:
    """The same, applied a minute ago by a clock that stands still; no request is counted yet."""
    freeze(server)
    assert run(folder, server, "apply", "ci.yaml", "--auto-approve").code == 0
    server.advance(60)
    server.forget_requests()
    return folder


def run(folder: Path, server: Server, *arguments: str) -> Ran:
    return reconciler(*arguments, env=server.env, cwd=folder)


def document(ran: Ran) -> dict[str, Any]:
    """The result as JSON, of the published shape."""
    result_validator().validate(ran.result)
    assert ran.result["exit_code"] == ran.code, ran.err
    return ran.result


def items(folder: Path, server: Server, *arguments: str) -> list[dict[str, Any]]:
    found = document(run(folder, server, *arguments, "--format", "json"))["items"]
    assert isinstance(found, list)
    return found


def ids(server: Server) -> dict[str, str]:
    """The live containers by live name."""
    return {row["name"]: row["id"] for row in server.containers() if row["status"] == "running"}


def plant(server: Server, *rows: dict[str, Any]) -> None:
    server.control("POST", "/containers", {"containers": list(rows)})


def cells(ran: Ran) -> list[list[str]]:
    """The cells of a table, without its head and its count."""
    return [line.split() for line in ran.out.splitlines()[1:-1]]


def test_every_name_is_listed_with_its_id_and_nothing_is_touched(applied: Path, server: Server) -> None:
    before = server.containers()
    ran = run(applied, server, "list", "ci.yaml")
    assert (ran.code, ran.err) == (0, "")
    assert server.counts() == {LIST: 1}
    assert server.containers() == before, "last_active_at included"
    live = {name.partition("~")[0]: found for name, found in ids(server).items()}
    names = ["ci-a", "ci-skilled", *(f"ci-workers-{number}" for number in range(6))]
    assert cells(ran) == [[name, live[name], "running", "60", "s", "60", "s"] for name in names]
    assert ran.out.splitlines()[0].split() == ["NAME", "ID", "STATUS", "AGE", "IDLE", "NOTE"]
    assert ran.out.endswith("\n8 of 8 declared names alive.\n")
    assert "~" not in ran.out


def test_a_name_is_an_id_alone_on_one_line_also_where_the_live_name_has_a_stamp(
    applied: Path, server: Server
) -> None:
    stamped = next(found for name, found in ids(server).items() if name.startswith(STAMPED))
    before = server.containers()
    ran = run(applied, server, "resolve", "ci-skilled", "ci.yaml")
    assert (ran.code, ran.out, ran.err) == (0, f"{stamped}\n", "")
    assert server.counts() == {LIST: 1}
    assert server.containers() == before
    typed = run(applied, server, "resolve", f"{STAMPED}abcdefgh", "ci.yaml")
    assert (typed.code, typed.out) == (3, "")
    assert "hint: a stamp is no part of the name: ci-skilled" in typed.err


def test_both_speak_json_of_the_published_shape(applied: Path, server: Server) -> None:
    found = items(applied, server, "list", "ci.yaml", "--name", "ci-a")
    (row,) = server.running("ci-a")
    assert found == [
        {
            "name": "ci-a",
            "status": "running",
            "container_id": row["id"],
            "created_at": row["created_at"],
            "last_active_at": row["last_active_at"],
            "observed_at": NOW + 60,
            "reasons": [],
        }
    ]
    assert found[0]["created_at"] == NOW
    assert document(run(applied, server, "list", "ci.yaml", "--format", "json"))["touched"] == 0
    one = document(run(applied, server, "resolve", "ci-a", "ci.yaml", "--format", "json"))
    assert [item["container_id"] for item in one["items"]] == [row["id"]]
    assert (one["touched"], one["diagnostics"]) == (0, [])


def test_requests_are_those_of_one_list(folder: Path) -> None:
    """A page for a hundred rows, whatever they are, with a ledger and without."""
    with serving() as server:
        plant(server, *({"name": f"other-{number}"} for number in range(230)), {"name": "ci-a"})
        for ledger in (["--ledger", "none"], [], []):
            for command in (["list"], ["resolve", "ci-a"]):
                server.forget_requests()
                assert run(folder, server, *command, "ci.yaml", *ledger).code == 0
                assert list(server.counts()) == [LIST]
                assert server.requests() <= 3 + 2, "from both ends up to two more"
        server.forget_requests()
        run(folder, server, "resolve", "ci-a", "ci.yaml")
        assert server.requests() == 3


def test_of_two_copies_the_one_that_apply_keeps_is_given_with_a_warning(
    applied: Path, server: Server
) -> None:
    (right,) = server.running("ci-a")
    old = {"id": "cntr_wrong", "name": "ci-a", "memory_limit": "1g", "created_at": right["created_at"] - 900}
    plant(server, old)
    ran = run(applied, server, "resolve", "ci-a", "ci.yaml")
    assert (ran.code, ran.out) == (0, f"{right['id']}\n")
    assert "warning: 2 live containers are named ci-a; apply keeps this one [duplicate]" in ran.err
    found = items(applied, server, "list", "ci.yaml", "--name", "ci-a")
    assert [(item["container_id"], item["reasons"]) for item in found] == [
        (right["id"], []),
        ("cntr_wrong", ["duplicate", "field-changed"]),
    ]
    assert run(applied, server, "apply", "ci.yaml", "--auto-approve").code == 0
    assert [row["id"] for row in server.running("ci-a")] == [right["id"]]


def test_where_files_decide_between_copies_it_says_that_apply_may_keep_another(
    applied: Path, server: Server
) -> None:
    (right,) = server.running("ci-a")
    older = {"id": "cntr_bare", "name": "ci-a", "memory_limit": "4g", "created_at": right["created_at"] - 900}
    plant(server, older)
    ran = run(applied, server, "resolve", "ci-a", "ci.yaml")
    assert (ran.code, ran.out) == (0, "cntr_bare\n")
    assert "apply, which also compares their files, may keep another one [duplicate]" in ran.err
    planned = document(run(applied, server, "plan", "ci.yaml", "--format", "json"))["plan"]["changes"]
    stays = [change["container_id"] for change in planned if change["actions"] == ["keep"]]
    assert right["id"] in stays


def test_a_copy_that_is_not_as_declared_is_given_with_a_warning(folder: Path, server: Server) -> None:
    plant(
        server, {"id": "cntr_small", "name": "ci-a", "memory_limit": "1g"}, {"name": "ci-skilled~aaaaaaaaa"}
    )
    ran = run(folder, server, "resolve", "ci-a", "ci.yaml")
    assert (ran.code, ran.out) == (0, "cntr_small\n")
    assert "ci-a (cntr_small) is not as declared; a replace would end this id [field-changed]" in ran.err
    assert "[stamp-changed]" in run(folder, server, "resolve", "ci-skilled", "ci.yaml").err
    assert {item["name"]: item["reasons"] for item in items(folder, server, "list", "ci.yaml")[:2]} == {
        "ci-a": ["field-changed"],
        "ci-skilled": ["stamp-changed"],
    }


def test_an_edited_skill_is_another_stamp(applied: Path, server: Server) -> None:
    (applied / "cleaner" / "SKILL.md").write_text("Clean well.\n")
    ran = run(applied, server, "resolve", "ci-skilled", "ci.yaml")
    assert (ran.code, "[stamp-changed]" in ran.err) == (0, True)


def test_what_expired_is_never_given(applied: Path, server: Server) -> None:
    server.advance(21 * 60)
    ran = run(applied, server, "resolve", "ci-a", "ci.yaml")
    assert (ran.code, ran.out) == (1, "")
    assert "reconciler: ci-a expired: " in ran.err
    assert "lists no live container of this name" in ran.err
    assert "hint: this creates it: reconciler apply ci.yaml" in ran.err
    found = document(run(applied, server, "resolve", "ci-a", "ci.yaml", "--format", "json"))
    assert found["error"]["code"] == "nothing-alive"
    assert [(item["status"], item["container_id"]) for item in found["items"]] == [("expired", None)]
    listed = run(applied, server, "list", "ci.yaml")
    assert (listed.code, cells(listed)[0]) == (0, ["ci-a", "-", "expired", "-", "-"])
    assert listed.out.endswith("\n0 of 8 declared names alive.\n")


def test_what_expired_and_is_left_so_says_what_creates_it(applied: Path, server: Server) -> None:
    text = MANIFEST.replace("memory_limit: 4g", "memory_limit: 4g\n    lifecycle: {when_expired: on_demand}")
    (applied / "ci.yaml").write_text(text)
    server.advance(21 * 60)
    ran = run(applied, server, "resolve", "ci-a", "ci.yaml")
    assert (ran.code, ran.out) == (1, "")
    command = ran.err.split("leaves that to you: reconciler ")[1].split()
    assert command == ["apply", "ci.yaml", "--replace", "ci-a"]
    assert run(applied, server, *command, "--auto-approve").code == 0
    assert run(applied, server, "resolve", "ci-a", "ci.yaml").out == f"{ids(server)['ci-a']}\n"


def test_what_somebody_deleted_is_not_there(applied: Path, server: Server) -> None:
    deleted = server.http.delete(
        f"{server.base_url}/containers/{ids(server)['ci-a']}", headers={"Authorization": "Bearer other"}
    )
    assert deleted.is_success
    ran = run(applied, server, "resolve", "ci-a", "ci.yaml")
    assert (ran.code, ran.out) == (1, "")
    assert f"ci-a is not there: {server.base_url} lists no container of this name, alive or dead" in ran.err


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("ci-b", 3, "ci-b: no manifest declares this name"),
        ("ci-skiled", 3, "hint: did you mean ci-skilled?"),
        ("ci-workers", 3, "one of its replicas: ci-workers-0, ci-workers-1, ci-workers-2 and 3 more?"),
        ("\x1b[2J", 3, "\\x1b[2J: no manifest declares this name"),
        ("", 64, "NAME is empty: a variable that is not set?"),
    ],
)
def test_a_name_that_no_manifest_declares_is_refused_and_nothing_is_contacted(
    folder: Path, server: Server, name: str, code: int, said: str
) -> None:
    plant(server, {"name": "ci-b"})
    server.forget_requests()
    ran = run(folder, server, "resolve", name, "ci.yaml")
    assert (ran.code, ran.out, server.requests()) == (code, "", 0)
    assert said in ran.err
    if code == 3:
        found = document(run(folder, server, "resolve", name, "ci.yaml", "--format", "json"))
        assert (found["error"]["code"], "items" in found) == ("unknown-name", False)


def test_what_lives_in_the_scope_and_is_not_declared_is_listed_last(applied: Path, server: Server) -> None:
    plant(server, {"id": "cntr_stray", "name": "ci-0~aaaaaaaaa"}, {"name": "other"})
    plant(server, {"name": "ci-1", "status": "expired"})
    ran = run(applied, server, "list", "ci.yaml")
    assert ran.code == 0
    assert cells(ran)[-1][:3] == ["ci-0", "cntr_stray", "running"]
    assert cells(ran)[-1][-1] == "not-in-manifest"
    assert ran.out.endswith("\n8 of 8 declared names alive, 1 not declared.\n")
    narrowed = run(applied, server, "list", "ci.yaml", "--name", "ci-[0a]", "--exclude", "ci-a")
    assert [line[0] for line in cells(narrowed)] == ["ci-0"]
    nothing = run(applied, server, "list", "ci.yaml", "--name", "ci-q*")
    assert (nothing.code, nothing.out) == (0, "0 of 0 declared names alive.\n")
    assert "[nothing-selected]" in nothing.err


def test_an_unknown_status_is_alive_and_told(folder: Path, server: Server) -> None:
    plant(server, {"id": "cntr_odd", "name": "ci-workers-0", "status": "paused"})
    ran = run(folder, server, "resolve", "ci-workers-0", "ci.yaml")
    assert (ran.code, ran.out) == (0, "cntr_odd\n")
    assert "[unknown-status]" in ran.err
    assert "[unknown-status]" in run(folder, server, "list", "ci.yaml").err


def test_hostile_names_and_statuses_move_no_cursor(folder: Path, server: Server) -> None:
    nasty = "\x1b[2J\r\n::set-output name=x::y\u202e"
    plant(server, {"id": "cntr_nasty", "name": f"ci-{nasty}", "status": f"::x {nasty}"})
    ran = run(folder, server, "list", "ci.yaml")
    assert ran.code == 0
    assert all(line.isprintable() for line in (ran.out + ran.err).splitlines())
    assert "ci-\\x1b[2J\\r\\n::set-output name=x::y\\u202e  cntr_nasty  \\x3a:x \\x1b[2J" in ran.out
    as_json = run(folder, server, "list", "ci.yaml", "--format", "json")
    assert as_json.out.isascii()
    assert document(as_json)["items"][-1]["name"] == f"ci-{nasty}"


def test_an_id_that_is_no_word_is_not_printed(folder: Path, server: Server) -> None:
    plant(server, {"id": "cntr_1\ncntr_2", "name": "ci-workers-0"}, {"id": "cntr 3", "name": "ci-workers-1"})
    plant(server, {"id": "::cntr", "name": "ci-workers-2"})
    for number in range(3):
        ran = run(folder, server, "resolve", f"ci-workers-{number}", "ci.yaml")
        assert (ran.code, ran.out) == (1, "")
        assert "the server sent an id that cannot be printed as one word" in ran.err


def test_a_set_without_a_prefix_lists_its_names_and_no_others(folder: Path, server: Server) -> None:
    (folder / "ci.yaml").write_text("version: 1\ncontainers:\n  - name: job\n")
    plant(server, {"id": "cntr_1", "name": "job"}, {"id": "cntr_2", "name": "job-2"})
    assert run(folder, server, "resolve", "job", "ci.yaml").out == "cntr_1\n"
    assert [line[:2] for line in cells(run(folder, server, "list", "ci.yaml"))] == [["job", "cntr_1"]]


def test_the_built_in_emulator_is_named_in_what_to_type(folder: Path) -> None:
    def ran(*arguments: str) -> Ran:
        return reconciler(
            *arguments, "--emulator", "--emulator-data", "my data.db", "--ledger", "none", cwd=folder
        )

    missing = ran("resolve", "ci-a", "ci.yaml")
    assert (missing.code, missing.out) == (1, "")
    assert "reconciler apply ci.yaml --emulator --emulator-data 'my data.db'\n" in missing.err
    assert ran("apply", "ci.yaml", "--auto-approve").code == 0
    found = ran("resolve", "ci-a", "ci.yaml")
    assert (found.code, found.out[:5], found.out.count("\n")) == (0, "cntr_", 1)


def test_another_scope_that_overlaps_is_told_by_the_list(applied: Path, server: Server) -> None:
    (applied / "other.yaml").write_text("version: 1\nscope: {prefix: ci-a-}\ncontainers: [{name: ci-a-1}]\n")
    assert "[overlapping-scope]" in run(applied, server, "list", "other.yaml").err
    plant(server, {"id": "cntr_1", "name": "ci-a-1"})
    alone = run(applied, server, "resolve", "ci-a-1", "other.yaml")
    assert (alone.out, alone.err) == ("cntr_1\n", "")


def test_variables_are_set_as_everywhere_and_no_text_of_one_is_repeated(folder: Path, server: Server) -> None:
    (folder / "ci.yaml").write_text("version: 1\nvariables: {who: {}}\ncontainers:\n  - name: job ${who}\n")
    missing = run(folder, server, "resolve", "job eu", "ci.yaml", "--var", "who=eu")
    assert missing.code == 1
    assert "hint: this creates it: reconciler apply ci.yaml --var who=...\n" in missing.err
    plant(server, {"id": "cntr_1", "name": "job eu"})
    assert run(folder, server, "resolve", "job eu", "ci.yaml", "--var", "who=eu").out == "cntr_1\n"
    assert run(folder, server, "resolve", "job eu", "ci.yaml").code == 3

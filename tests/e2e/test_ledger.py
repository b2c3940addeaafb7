"""The ledger as users meet it: it changes no result, can be looked at and lost, and keeps no secret."""

from __future__ import annotations

import os
import select
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.commands import Ran, command, environment, reconciler
from support.ledgers import DAMAGED, FOREIGN, TORN, UNKNOWN, filled
from support.schemas import result_validator
from support.servers import API_KEY, serving

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.servers import Server

QUICKSTART = str(Path(__file__).parents[2] / "examples" / "quickstart")


def write(folder: Path, prefix: str, *, exclude: str = "", prune: bool = True) -> str:
    """A set of one container; returns its path."""
    path = folder / f"{prefix}.yaml"
    path.write_text(
        f"version: 1\nscope: {{prefix: {prefix}, prune: {str(prune).lower()}, exclude: [{exclude}]}}\n"
        f"containers:\n  - name: {prefix}one\n"
    )
    return str(path)


def run(server: Server, *arguments: str) -> Ran:
    return reconciler(*arguments, env=server.env)


def document(server: Server, *arguments: str) -> dict[str, Any]:
    """The result of a command as JSON, of the published shape."""
    ran = run(server, *arguments, "--format", "json")
    result_validator().validate(ran.result)
    assert ran.result["exit_code"] == ran.code, ran.err
    assert ran.result["command"] in {arguments[0], " ".join(arguments[:2])}
    return ran.result


def applied(server: Server, *options: str) -> tuple[dict[str, Any], str]:
    """What an apply of the quickstart planned and did, less what differs every time; and its stderr."""
    ran = run(server, "apply", QUICKSTART, "--auto-approve", "--format", "json", *options)
    assert ran.code == 0, ran.err
    result = ran.result
    del result["plan"]["created_at"], result["plan"]["target"], result["plan"]["digest"]
    for change in result["outcome"]["applied"]:
        del change["container_id"]
    result["outcome"]["applied"].sort(key=lambda change: change["name"])
    return result, ran.err


@pytest.fixture(scope="module")
def without() -> dict[str, Any]:
    """What an apply comes to that remembers nothing."""
    with serving() as server:
        result, err = applied(server, "--ledger", "none")
        assert "warning" not in err
        assert [each.name for each in (Path(server.cache or "") / "reconciler").iterdir()] == ["locks"]
    return result


def a_pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


def below_a_file(path: Path) -> Path:
    return UNKNOWN["a text file"](path) / "ledger.db"


BROKEN: dict[str, Callable[[Path], Path]] = {
    **TORN,
    **UNKNOWN,
    **FOREIGN,
    "a pipe": a_pipe,
    "below a file": below_a_file,
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_ledger_costs_one_warning_and_nothing_else(
    server: Server, without: dict[str, Any], tmp_path: Path, case: str
) -> None:
    path = BROKEN[case](tmp_path / "ledger.db")
    result, err = applied(server, "--ledger", str(path))
    assert result == without
    assert err.count("warning:") == 1
    assert str(path) in err
    assert len(server.containers()) == 3


def test_a_sound_one_costs_nothing_and_is_where_it_is_said_to_be(
    server: Server, without: dict[str, Any], tmp_path: Path
) -> None:
    path = filled(tmp_path / "ledger.db")
    result, err = applied(server, "--ledger", str(path))
    assert (result, "warning" in err) == (without, False)
    assert not (Path(server.cache or "") / "reconciler" / "ledger.db").exists()
    assert document(server, "ledger", "show")["ledger"] == {
        "path": f"{server.cache}/reconciler/ledger.db",
        "size": None,
        "version": None,
        "local_files": 0,
        "targets": [],
    }
    there = document(server, "ledger", "show", "--ledger", str(path))["ledger"]
    assert {target["target"]["url"] for target in there["targets"]} >= {server.base_url}


def test_a_terminal_is_safe_from_its_name(server: Server, tmp_path: Path) -> None:
    path = UNKNOWN["a text file"](tmp_path / "\x1b[2J\u202e.db")
    _, err = applied(server, "--ledger", str(path))
    assert "\\x1b[2J\\u202e.db" in err
    assert run(server, "ledger", "clear", "--ledger", str(path)).err.isascii()


@pytest.mark.parametrize("arguments", [["history"], ["ledger", "show"], ["ledger", "clear"]])
def test_what_needs_a_ledger_is_told_so(server: Server, tmp_path: Path, arguments: list[str]) -> None:
    for ledger in ("none", str(tmp_path), ""):
        assert run(server, *arguments, "--ledger", ledger).code == 64
    missing = run(server, *arguments, "--ledger", str(tmp_path / "none" / "x.db"))
    assert missing.code == 0
    assert missing.out in {"No runs are remembered.\n", f"{tmp_path}/none/x.db: there is no ledger.\n"}
    assert list(tmp_path.iterdir()) == []
    foreign = FOREIGN["another database"](tmp_path / "photos.db")
    before = foreign.read_bytes()
    ran = run(server, *arguments, "--ledger", str(foreign))
    assert (ran.code, ran.out) == (1, "")
    assert "is a database and no ledger" in ran.err
    assert foreign.read_bytes() == before


def test_runs_are_remembered_whatever_their_end(server: Server, tmp_path: Path) -> None:
    def codes() -> list[int]:
        return [past["exit_code"] for past in document(server, "history")["runs"]]

    assert run(server, "history").out == "No runs are remembered.\n"
    for refused in (
        ["apply", QUICKSTART, "--auto-approve", "--bogus"],
        ["apply", str(tmp_path), "--auto-approve"],
        ["apply", QUICKSTART, "--auto-approve", "--emulator", "--base-url", "http://127.0.0.1:1/v1"],
    ):
        assert run(server, *refused).code in {3, 64}
    assert run(server, "plan", QUICKSTART).code == 0
    assert run(server, "drift", QUICKSTART).code == 2
    assert codes() == [], "these contacted nothing, or could change nothing"

    assert run(server, "apply", QUICKSTART).code == 4
    server.fault(kind="status", status=403, endpoint="POST /containers")
    assert run(server, "apply", QUICKSTART, "--auto-approve").code == 6
    assert run(server, "apply", QUICKSTART, "--auto-approve").code == 0
    assert run(server, "apply", QUICKSTART, "--auto-approve").code == 0
    server.fault(kind="status", status=400, endpoint="GET /containers")
    assert run(server, "destroy", QUICKSTART, "--auto-approve").code == 1
    assert run(server, "destroy", QUICKSTART, "--auto-approve").code == 0
    assert codes() == [0, 1, 0, 0, 6, 4]

    runs = document(server, "history")["runs"]
    assert [past["command"] for past in runs] == ["destroy"] * 2 + ["apply"] * 4
    assert {past["scope"] for past in runs} == {"quickstart-"}
    assert {past["target"]["url"] for past in runs} == {server.base_url}
    assert [past["applied"] for past in runs] == [3, 0, 0, 1, 2, 0]
    assert [past["failed"] for past in runs] == [0, 0, 0, 0, 1, 0]
    assert [bool(past["digest"]) for past in runs] == [True, False, True, True, True, True]
    assert runs[-1]["requests"] == 1
    assert document(server, "history", "--limit", "2")["runs"] == runs[:2]
    table = run(server, "history").out.splitlines()
    assert len(table) == 7
    assert table[1].split()[1:4] == ["destroy", "0", "3"]
    assert table[1].split()[-1] == server.base_url


def test_an_interrupted_run_is_remembered(server: Server) -> None:
    for endpoint, undone in (("GET /containers", 0), ("POST /containers", 2)):
        server.fault(kind="latency", seconds=1, endpoint=endpoint)
        process = begin(server, "--parallelism", "1")
        wait_for_fault(server)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 130
        server.heal()
        past = document(server, "history")["runs"][0]
        assert (past["exit_code"], past["applied"], past["undone"]) == (130, 0, undone)


def test_a_saved_plan_that_is_stale_is_remembered_only_if_it_contacted_the_account(
    server: Server, tmp_path: Path
) -> None:
    manifest = write(tmp_path, "ci-")
    saved = str(tmp_path / "my.plan.json")
    assert run(server, "plan", manifest, "-o", saved).code == 0
    server.control("POST", "/containers", {"containers": [{"name": "ci-stranger"}]})
    assert run(server, "apply", saved).code == 5
    write(tmp_path, "ci-", prune=False)
    assert run(server, "apply", saved).code == 5
    assert [past["exit_code"] for past in document(server, "history")["runs"]] == [5]


def begin(server: Server, *options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command("apply", QUICKSTART, "--auto-approve", *options),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(server.env),
    )


def wait_for_fault(server: Server) -> None:
    while not any(rule["fired"] for rule in server.control("GET", "/faults")["rules"]):
        select.select([], [], [], 0.01)


def test_creates_of_unknown_fate_are_shown_and_missed_when_they_are_forgotten(server: Server) -> None:
    server.fault(kind="latency", seconds=60, endpoint="POST /containers")
    process = begin(server, "--parallelism", "1")
    wait_for_fault(server)
    process.kill()
    process.wait()
    (target,) = document(server, "ledger", "show")["ledger"]["targets"]
    assert [intent["name"] for intent in target["intents"]] == ["quickstart-analysis"]
    assert target["intents"][0]["date"] > 1_700_000_000
    assert "open intents: 1\n    quickstart-analysis, 2" in run(server, "ledger", "show").out
    cleared = document(server, "ledger", "clear")
    assert cleared["ledger"]["targets"] == [target]
    (warning,) = cleared["diagnostics"]
    assert (warning["severity"], warning["code"]) == ("warning", "forgotten-intents")
    assert "a create whose fate is unknown: quickstart-analysis" in warning["message"]
    assert run(server, "ledger", "show").out.endswith("\nNothing is remembered.\n")
    again = run(server, "ledger", "clear")
    assert (again.code, again.err) == (0, "")
    assert again.out.endswith("nothing to forget.\n")


def test_a_damaged_ledger_is_named_and_cleared(server: Server) -> None:
    path = Path(server.cache or "") / "reconciler" / "ledger.db"
    DAMAGED["corrupt pages"](path)
    for arguments in (["history"], ["ledger", "show"], ["ledger", "clear", "--prefix", "ci-"]):
        ran = run(server, *arguments)
        assert (ran.code, ran.out) == (1, "")
        assert "is damaged" in ran.err
        assert "`reconciler ledger clear` takes it away" in ran.err
    cleared = run(server, "ledger", "clear")
    assert (cleared.code, cleared.out) == (0, f"{path} was damaged and is deleted.\n")
    assert "cannot be told" in cleared.err
    assert not path.exists()


def test_a_scope_that_overlaps_with_an_applied_one_is_refused_until_it_is_excluded(
    server: Server, tmp_path: Path
) -> None:
    wide, narrow = write(tmp_path, "ci-"), write(tmp_path, "ci-a-")
    assert run(server, "apply", wide, "--auto-approve").code == 0
    before = server.containers()
    server.forget_requests()
    for looking in ("plan", "drift"):
        warned = run(server, looking, narrow)
        assert warned.code == (0 if looking == "plan" else 2), "a warning changes no exit code"
        assert warned.err.count("[overlapping-scope]") == 1
        assert "ci-a-* overlaps with ci-*" in warned.err
    assert [each["code"] for each in document(server, "plan", narrow)["diagnostics"]] == ["overlapping-scope"]
    for changing in ("apply", "destroy"):
        refused = run(server, changing, narrow, "--auto-approve")
        assert refused.code == 4
        assert "Plan: " in refused.out or "No changes." in refused.out
        assert "add 'ci-a-' to the `exclude` of ci-* and apply that set again" in refused.err
        assert document(server, changing, narrow, "--auto-approve")["error"]["code"] == "overlapping-scope"
    assert set(server.counts()) == {"GET /containers"}
    assert server.containers() == before
    assert run(server, "plan", narrow, "--ledger", "none").err == ""

    write(tmp_path, "ci-", exclude="ci-a-")
    assert run(server, "apply", narrow, "--auto-approve").code == 4, "a manifest alone is no apply"
    assert run(server, "plan", wide).code == 0
    assert run(server, "apply", narrow, "--auto-approve").code == 4, "nor is a plan"
    idle = run(server, "apply", wide, "--auto-approve")
    assert (idle.code, idle.out) == (0, "No changes.\n")
    allowed = run(server, "apply", narrow, "--auto-approve")
    assert (allowed.code, "overlap" in allowed.err) == (0, False)
    assert {row["name"] for row in server.containers()} == {"ci-one", "ci-a-one"}
    write(tmp_path, "ci-")
    assert run(server, "apply", wide, "--auto-approve").code == 4
    assert server.running("ci-a-one"), "which it would have pruned"


def test_a_scope_is_remembered_when_it_is_applied_and_not_before(server: Server, tmp_path: Path) -> None:
    def scopes() -> list[str]:
        targets = document(server, "ledger", "show")["ledger"]["targets"]
        return [seen["prefix"] for target in targets for seen in target["prefixes"]]

    manifest = write(tmp_path, "ci-")
    saved = str(tmp_path / "my.plan.json")
    assert run(server, "plan", manifest, "-o", saved).code == 0
    assert run(server, "apply", manifest).code == 4
    assert run(server, "destroy", manifest, "--auto-approve").code == 0
    assert scopes() == []
    assert run(server, "apply", saved).code == 0
    assert scopes() == ["ci-"]

    server.control("POST", "/containers", {"containers": [{"name": "ci-stranger"}]})
    kept = write(tmp_path, "ci-", prune=False)
    assert run(server, "destroy", kept, "--auto-approve").code == 0
    assert scopes() == ["ci-"], "a stranger is left"
    assert run(server, "destroy", write(tmp_path, "ci-"), "--auto-approve", "--name", "no*").code == 0
    assert scopes() == ["ci-"], "it was not selected"
    server.fault(kind="status", status=403, endpoint="DELETE /containers/{container_id}")
    assert run(server, "destroy", manifest, "--auto-approve").code == 6
    assert scopes() == ["ci-"], "a failed delete leaves something"
    assert run(server, "destroy", manifest, "--auto-approve").code == 0
    assert scopes() == []

    server.control("POST", "/containers", {"containers": [{"name": "ci-one"}, {"name": "ci-stranger"}]})
    assert run(server, "destroy", write(tmp_path, "ci-", prune=False), "--auto-approve").code == 0
    assert server.running("ci-one") == []
    assert scopes() == [], "what was only destroyed was never applied"


def test_a_scope_that_is_gone_for_good_is_forgotten_by_name(server: Server, tmp_path: Path) -> None:
    assert run(server, "apply", write(tmp_path, "ci-a-"), "--auto-approve").code == 0
    saved = str(tmp_path / "my.plan.json")
    wide = write(tmp_path, "ci-", prune=False)
    assert run(server, "plan", wide, "-o", saved).code == 0
    assert run(server, "apply", saved).code == 4, "an approval is none against this"
    forgotten = document(server, "ledger", "clear", "--prefix", "ci-a-")["ledger"]["targets"]
    assert [(target["prefixes"][0]["prefix"], target["runs"]) for target in forgotten] == [("ci-a-", 0)]
    assert run(server, "ledger", "clear", "--prefix", "ci-a-").out.endswith("nothing to forget.\n")
    assert run(server, "apply", saved).code == 0
    assert len(document(server, "history")["runs"]) == 3


def test_one_target_is_no_other(server: Server, tmp_path: Path) -> None:
    assert run(server, "apply", write(tmp_path, "ci-"), "--auto-approve").code == 0
    narrow = write(tmp_path, "ci-a-")
    data = ("--emulator", "--emulator-data", str(tmp_path / "emulator.db"))
    for _ in range(2):
        ran = run(server, "apply", narrow, "--auto-approve", *data)
        assert (ran.code, ran.err.count("overlap")) == (0, 0)
    assert run(server, "apply", str(tmp_path / "ci-.yaml"), "--auto-approve", *data).code == 4, "its own port"
    targets = [past["target"]["url"] for past in document(server, "history")["runs"]]
    assert len(set(targets)) == 2
    assert targets[0].startswith("emulator:")


def test_no_secret_and_no_contents_are_ever_in_the_file(server: Server, tmp_path: Path) -> None:
    (tmp_path / "local.txt").write_text("canary-of-a-local-file")
    (tmp_path / "m.yaml").write_text(
        "version: 1\nscope: {prefix: ci-}\ncontainers:\n  - name: ci-a\n    files:\n"
        "      - {path: a.txt, content: canary-of-contents}\n      - {path: b.txt, source: local.txt}\n"
    )
    server.fault(kind="status", status=403, endpoint="POST /containers", body={"error": {"message": API_KEY}})
    for code in (6, 0, 0):
        assert run(server, "apply", str(tmp_path), "--auto-approve").code == code
    server.advance(60)
    assert run(server, "drift", str(tmp_path)).code == 0
    assert run(server, "destroy", str(tmp_path), "--auto-approve").code == 0
    folder = Path(server.cache or "") / "reconciler"
    assert sorted(each.name for each in folder.iterdir()) == ["ledger.db", "locks"], "one file, to travel"
    raw = (folder / "ledger.db").read_bytes()
    assert b"destroy" in raw, "the probe must see what is there"
    for canary in (API_KEY, "canary-of"):  # the names of sources stand in kept forms of manifests
        assert canary.encode() not in raw
        assert canary.encode("utf-16-le") not in raw

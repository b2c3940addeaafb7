"""The README's main job, on the built-in emulator and against a running one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from support.commands import reconciler

if TYPE_CHECKING:
    from support.servers import Server

ROOT = Path(__file__).parents[2]
QUICKSTART = str(ROOT / "examples" / "quickstart")
WRITES = {"POST /containers", "POST /containers/{container_id}/files", "DELETE /containers/{container_id}"}


def test_apply_on_the_built_in_emulator_leaves_nothing_to_do(tmp_path: Path) -> None:
    applied = reconciler("apply", QUICKSTART, "--emulator", "--auto-approve", cwd=tmp_path)
    assert (applied.code, applied.out.splitlines()[-1]) == (
        0,
        "Applied: 3 created, 0 replaced, 0 synced, 0 deleted; 9 requests.",
    )
    assert applied.err.count("created quickstart-") == 3
    planned = reconciler("plan", QUICKSTART, "--emulator", "--detailed-exitcode", cwd=tmp_path)
    assert (planned.code, planned.out) == (0, "No changes.\n")
    assert (tmp_path / ".reconciler" / "emulator.db").is_file()


def test_its_data_goes_where_it_is_told(tmp_path: Path) -> None:
    data = tmp_path / "elsewhere" / "api.db"
    where = ("--emulator", "--emulator-data", str(data))
    assert reconciler("apply", QUICKSTART, *where, "--auto-approve", cwd=tmp_path).code == 0
    assert data.is_file()
    assert not (tmp_path / ".reconciler").exists()
    assert reconciler("plan", QUICKSTART, *where, "--detailed-exitcode", cwd=tmp_path).code == 0
    assert reconciler("plan", QUICKSTART, "--emulator", "--detailed-exitcode", cwd=tmp_path).code == 2


def test_what_was_declared_is_what_stands_there(server: Server) -> None:
    assert reconciler("apply", QUICKSTART, "--auto-approve", env=server.env).code == 0
    rows = {row["name"]: row for row in server.containers()}
    assert sorted(rows) == ["quickstart-analysis", "quickstart-sandbox", "quickstart-scratch"]
    analysis = rows["quickstart-analysis"]
    assert analysis["memory_limit"] == "4g"
    assert analysis["network_policy"] == {
        "type": "allowlist",
        "allowed_domains": ["api.example.com", "data.example.org"],
    }
    assert analysis["expires_after"] == {"anchor": "last_active_at", "minutes": 20}
    files = {file["path"].split("-", 1)[1]: file["size"] for file in analysis["files"]}
    data = ROOT / "examples" / "quickstart" / "data"
    assert files == {name: (data / name).stat().st_size for name in ("prices.csv", "logo.png")}
    assert rows["quickstart-sandbox"]["network_policy"] == {"type": "disabled"}
    assert rows["quickstart-scratch"]["files"] == []


def test_a_second_apply_writes_nothing(server: Server) -> None:
    first = reconciler("apply", QUICKSTART, "--auto-approve", env=server.env)
    assert first.code == 0
    server.forget_requests()
    second = reconciler("apply", QUICKSTART, "--auto-approve", env=server.env)
    assert (second.code, second.out) == (0, "No changes.\n")
    assert not WRITES & server.counts().keys()


def test_destroy_deletes_what_is_declared_and_only_that(server: Server) -> None:
    server.control("POST", "/containers", {"containers": [{"name": "somebody-else"}, {"name": ""}]})
    assert reconciler("apply", QUICKSTART, "--auto-approve", env=server.env).code == 0
    gone = reconciler("destroy", QUICKSTART, "--auto-approve", env=server.env)
    assert gone.code == 0
    assert gone.out.splitlines()[-1] == "Applied: 0 created, 0 replaced, 0 synced, 3 deleted; 6 requests."
    assert [row["name"] for row in server.containers() if row["status"] == "running"] == ["somebody-else", ""]


def test_drift_tells_what_moved_and_changes_nothing(server: Server) -> None:
    assert reconciler("apply", QUICKSTART, "--auto-approve", env=server.env).code == 0
    assert reconciler("drift", QUICKSTART, env=server.env).code == 0
    (analysis,) = server.running("quickstart-analysis")
    server.control(
        "POST",
        f"/containers/{analysis['id']}/files",
        {"files": [{"path": "/mnt/data/x.txt", "content": "x"}]},
    )
    server.control("POST", "/containers", {"containers": [{"name": "quickstart-stranger"}]})
    server.forget_requests()
    moved = reconciler("drift", QUICKSTART, "--format", "json", env=server.env)
    assert moved.code == moved.result["exit_code"] == 2
    causes = {(item["name"], item["cause"]) for item in moved.result["items"]}
    assert causes == {("quickstart-analysis", "files-added"), ("quickstart-stranger", "unmanaged")}
    assert not WRITES & server.counts().keys()


def test_drift_is_quiet_about_expiry_unless_asked(server: Server) -> None:
    assert reconciler("apply", QUICKSTART, "--auto-approve", env=server.env).code == 0
    server.advance(21 * 60)
    quiet = reconciler("drift", QUICKSTART, env=server.env)
    assert (quiet.code, quiet.out.splitlines()[-1]) == (0, "Drift: 3 in 3 containers.")
    assert reconciler("drift", QUICKSTART, "--fail-on", "expired", env=server.env).code == 2


def test_of_two_copies_the_one_that_goes_is_named(server: Server) -> None:
    assert reconciler("apply", QUICKSTART, "--auto-approve", env=server.env).code == 0
    planted = {"containers": [{"name": "quickstart-scratch", "memory_limit": "4g"}]}
    (extra,) = server.control("POST", "/containers", planted)["data"]
    applied = reconciler("apply", QUICKSTART, "--auto-approve", "--format", "json", env=server.env)
    assert f"deleted quickstart-scratch ({extra['id']})" in applied.err
    (change,) = applied.result["outcome"]["applied"]
    assert change["container_id"] is None
    assert len(server.running("quickstart-scratch")) == 1

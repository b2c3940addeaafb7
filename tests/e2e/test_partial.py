"""A change that fails leaves the others alone: exit code 6, and a re-run completes what is named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from support.commands import reconciler

if TYPE_CHECKING:
    from support.servers import Server

QUICKSTART = str(Path(__file__).parents[2] / "examples" / "quickstart")
UPLOAD = "POST /containers/{container_id}/files"


def test_a_failed_upload_is_6_and_a_re_run_completes_it(server: Server) -> None:
    server.fault(kind="status", status=400, endpoint=UPLOAD, skip=1, body={"error": {"message": "no\x1b[2J"}})
    partly = reconciler("apply", QUICKSTART, "--auto-approve", "--parallelism", "1", env=server.env)
    assert partly.code == 6
    assert "failed create quickstart-analysis after creating it, an upload: 400: no\\x1b[2J" in partly.out
    assert partly.out.splitlines()[-1] == (
        "Applied: 2 created, 0 replaced, 0 synced, 0 deleted, 1 not done; 8 requests. "
        "Apply again to go on from here."
    )
    again = reconciler("plan", QUICKSTART, env=server.env)
    assert "sync quickstart-analysis (file-missing)" in again.out
    assert reconciler("apply", QUICKSTART, "--auto-approve", env=server.env).code == 0
    assert reconciler("plan", QUICKSTART, "--detailed-exitcode", env=server.env).code == 0
    assert len(server.containers()) == 3


def test_json_lists_what_failed_and_what_was_applied(server: Server) -> None:
    server.fault(kind="status", status=403, endpoint="POST /containers")
    partly = reconciler(
        "apply", QUICKSTART, "--auto-approve", "--parallelism", "1", "--format", "json", env=server.env
    )
    assert partly.code == partly.result["exit_code"] == 6
    outcome = partly.result["outcome"]
    assert [change["name"] for change in outcome["applied"]] == ["quickstart-sandbox", "quickstart-scratch"]
    (failed,) = outcome["failed"]
    assert (failed["name"], failed["actions"], failed["done"]) == ("quickstart-analysis", ["create"], [])
    assert failed["error"]["code"] == "permission-denied"


def test_a_lost_reply_is_settled_within_the_run(server: Server) -> None:
    server.fault(kind="drop", when="after", endpoint="POST /containers")
    applied = reconciler("apply", QUICKSTART, "--auto-approve", env=server.env)
    assert applied.code == 0, applied.out
    assert len(server.containers()) == 3
    assert server.counts()["POST /containers"] == 3

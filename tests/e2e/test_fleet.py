"""examples/fleet: two hundred containers with two files each, edited in every way there is."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.commands import reconciler

if TYPE_CHECKING:
    from support.servers import Server

FILES = "GET /containers/{container_id}/files"
FLEET = Path(__file__).parents[2] / "examples" / "fleet"


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """A copy of the example that may be edited; one of its containers lives for a minute only."""
    copy = tmp_path / "fleet"
    shutil.copytree(FLEET, copy)
    edit(copy, "07", "expires_after: {anchor: last_active_at, minutes: 1}")
    return copy


def entry(number: str) -> str:
    return f"  - name: fleet-search-{number}\n"


def edit(fleet: Path, number: str, key: str) -> None:
    """Adds a key to one container."""
    replace(fleet, entry(number), f"{entry(number)}    {key}\n")


def replace(fleet: Path, old: str, new: str) -> None:
    manifest = fleet / "search.yaml"
    text = manifest.read_text()
    assert text.count(old) == 1, old
    manifest.write_text(text.replace(old, new))


def file_line(number: int) -> str:
    return f"""      - {{path: shard.json, content: '{{"team": "search", "shard": {number}}}'}}\n"""


def planned(plan: dict[str, Any]) -> dict[tuple[str, str], tuple[str, ...]]:
    """What a plan would do: (name, actions) to reasons, less what stays as it is."""
    return {
        (change["name"].removeprefix("fleet-search-"), " ".join(change["actions"])): tuple(change["reasons"])
        for change in plan["changes"]
        if change["actions"] != ["keep"] or change["reasons"]
    }


def test_two_hundred_containers_then_ten_edits(fleet: Path, server: Server) -> None:
    first = reconciler("apply", str(fleet), "--auto-approve", env=server.env)
    assert first.out.splitlines()[-1] == (
        "Applied: 200 created, 0 replaced, 0 synced, 0 deleted; 802 requests."
    )
    # the whole of it: one page to see that nothing is there, four requests each, two pages to close
    assert server.requests() == 1 + 200 * (1 + 2 + 1) + 2
    server.advance(15)
    empty = reconciler("plan", str(fleet), "--detailed-exitcode", env=server.env)
    assert (empty.code, empty.out) == (0, "No changes.\n")
    assert "touched 200 containers" in empty.err
    server.advance(15)
    server.forget_requests()
    quiet = reconciler("plan", str(fleet), "--detailed-exitcode", env=server.env)
    assert (quiet.code, quiet.out) == (0, "No changes.\n")
    listed = server.counts().pop(FILES, 0)
    assert listed < 40, "those whose answer came in the second after the touch"
    assert server.requests() - listed == 2, "a page for a hundred containers"
    assert ("touched" in quiet.err) is bool(listed)

    change_everything(fleet, server)
    server.forget_requests()
    plan = reconciler("plan", str(fleet), "--format", "json", env=server.env).result["plan"]
    observing = server.requests()
    assert planned(plan) == {
        ("00", "create delete"): ("field-changed",),
        ("01", "create delete"): ("field-changed",),
        ("02", "sync"): ("file-changed",),
        ("03", "delete"): ("not-in-manifest",),
        ("50", "create"): ("absent",),
        ("04", "sync"): ("file-extra",),
        ("05", "keep"): ("file-extra",),
        ("06", "sync"): ("file-extra",),
        ("07", "create"): ("expired",),
        ("08", "create"): ("absent",),
        ("09", "delete"): ("duplicate",),
    }
    create, delete = 1 + 2 + 1, 2
    formula = (
        2 * (create + delete)  # memory and domains: replaced
        + (1 + 1 + 1 + 1)  # a changed file: list, upload, list, delete
        + delete  # the removed container
        + 3 * create  # added, expired, deleted by someone
        + 2 * (1 + 1)  # files that go: list, delete
        + (1 + 2)  # the copy: read the kept one, delete, read
        + 1  # the closing list
    )
    assert plan["cost"]["requests"] == formula

    server.forget_requests()
    applied = reconciler("apply", str(fleet), "--auto-approve", env=server.env)
    assert applied.out.splitlines()[-1] == (
        f"Applied: 3 created, 2 replaced, 3 synced, 2 deleted; {formula} requests."
    )
    assert server.requests() - formula <= observing, "what the plan listed need not be listed again"
    server.advance(5)
    again = reconciler("plan", str(fleet), "--detailed-exitcode", env=server.env)
    assert (again.code, again.out.splitlines()[-1]) == (0, "No changes.")
    check_everything(server)


def change_everything(fleet: Path, server: Server) -> None:
    edit(fleet, "00", "memory_limit: 4g")
    edit(fleet, "01", "network_policy: {type: allowlist, allowed_domains: [api.example.com]}")
    replace(fleet, file_line(2), file_line(2).replace("search", "SEARCH"))
    whole = f"{entry('03')}    files:\n      - {{path: visits.csv, source: data/visits.csv}}\n{file_line(3)}"
    replace(fleet, whole, whole.replace("-03", "-50").replace(": 3}", ": 50}"))
    edit(fleet, "04", "prune_files: true")
    replace(fleet, file_line(4), "")
    edit(fleet, "06", "prune_files: true")
    for number in ("05", "06"):
        (row,) = server.running(f"fleet-search-{number}")
        uploaded = server.http.post(
            f"{server.base_url}/containers/{row['id']}/files",
            files={"file": ("behind.txt", b"our back")},
            headers={"Authorization": "Bearer other"},
        )
        assert uploaded.is_success
    (gone,) = server.running("fleet-search-08")
    deleted = server.http.delete(
        f"{server.base_url}/containers/{gone['id']}", headers={"Authorization": "Bearer other"}
    )
    assert deleted.is_success
    server.control("POST", "/containers", {"containers": [{"name": "fleet-search-09"}]})
    server.advance(61)  # 07 dies


def check_everything(server: Server) -> None:
    rows = {row["name"]: row for row in server.containers() if row["status"] == "running"}
    assert len(rows) == len([row for row in server.containers() if row["status"] == "running"]) == 200
    assert "fleet-search-03" not in rows
    assert rows["fleet-search-00"]["memory_limit"] == "4g"
    assert rows["fleet-search-01"]["network_policy"]["allowed_domains"] == ["api.example.com"]
    assert b"SEARCH" in content(server, rows["fleet-search-02"], "shard.json")
    assert names(rows["fleet-search-04"]) == ["visits.csv"]
    assert names(rows["fleet-search-05"]) == ["behind.txt", "shard.json", "visits.csv"]
    assert names(rows["fleet-search-06"]) == ["shard.json", "visits.csv"]
    assert all(names(row) for row in rows.values())


def names(row: dict[str, Any]) -> list[str]:
    return sorted(file["path"].split("-", 1)[1] for file in row["files"])


def content(server: Server, row: dict[str, Any], name: str) -> bytes:
    (file_id,) = [file["id"] for file in row["files"] if file["path"].endswith(f"-{name}")]
    answer = server.http.get(
        f"{server.base_url}/containers/{row['id']}/files/{file_id}/content",
        headers={"Authorization": "Bearer other"},
    )
    return answer.content

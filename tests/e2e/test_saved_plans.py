"""A saved plan is an approval: what may change between plan and apply, and what may not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.commands import Ran, reconciler

if TYPE_CHECKING:
    from support.servers import Server

QUICKSTART = Path(__file__).parents[2] / "examples" / "quickstart"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a copy of the quickstart, in which commands run."""
    shutil.copytree(QUICKSTART, tmp_path / "manifests")
    return tmp_path


def plan(folder: Path, server: Server, *options: str) -> Ran:
    return reconciler("plan", "manifests", "-o", "my.plan.json", *options, env=server.env, cwd=folder)


def apply(folder: Path, server: Server, *options: str) -> Ran:
    return reconciler("apply", "my.plan.json", *options, env=server.env, cwd=folder)


def edit(folder: Path, old: str, new: str) -> None:
    manifest = folder / "manifests" / "containers.yaml"
    text = manifest.read_text()
    assert old in text
    manifest.write_text(text.replace(old, new, 1))


def test_a_saved_plan_needs_no_further_approval_and_can_be_run_again(folder: Path, server: Server) -> None:
    assert plan(folder, server).code == 0
    assert apply(folder, server).code == 0
    assert len(server.containers()) == 3
    again = apply(folder, server)
    assert (again.code, again.out) == (0, "No changes.\n")
    assert len(server.containers()) == 3


def test_show_renders_what_plan_showed(folder: Path, server: Server) -> None:
    planned = plan(folder, server)
    shown = reconciler("show", "my.plan.json", cwd=folder)
    assert (shown.code, shown.out) == (0, planned.out)
    document = reconciler("show", "my.plan.json", "--format", "json", cwd=folder).result
    assert document["plan"] == json.loads((folder / "my.plan.json").read_text())


def test_the_digest_is_the_same_on_every_run(folder: Path, server: Server) -> None:
    plan(folder, server)
    first = json.loads((folder / "my.plan.json").read_text())
    edit(folder, "# No network at all", "# A new comment moves every line.\n  # No network at all")
    plan(folder, server)
    second = json.loads((folder / "my.plan.json").read_text())
    assert first["digest"] == second["digest"]
    assert first["changes"] != second["changes"]  # the positions moved, the digest does not cover them


def test_what_died_since_is_created_with_the_rest(folder: Path, server: Server) -> None:
    assert reconciler("apply", "manifests", "--auto-approve", env=server.env, cwd=folder).code == 0
    edit(folder, "memory_limit: 4g", "memory_limit: 16g")
    assert plan(folder, server).code == 0
    server.advance(21 * 60)
    applied = apply(folder, server)
    assert applied.code == 0
    assert applied.out.splitlines()[-1].startswith("Applied: 3 created, 0 replaced")
    (analysis,) = server.running("quickstart-analysis")
    assert analysis["memory_limit"] == "16g"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("memory_limit: 4g", "memory_limit: 64g", "quickstart-analysis is declared otherwise"),
        ('"region": "eu"', '"region": "us"', "quickstart-sandbox is declared otherwise"),
        ("  - name: quickstart-scratch\n", "", "quickstart-scratch is no longer declared"),
        ("quickstart-scratch", "quickstart-other", "quickstart-other was not declared"),
        ("prune: true", "prune: false", "the scope of the manifests"),
    ],
)
def test_a_desired_state_that_moved_is_named(
    folder: Path, server: Server, old: str, new: str, named: str
) -> None:
    assert plan(folder, server).code == 0
    edit(folder, old, new)
    server.forget_requests()
    refused = apply(folder, server)
    assert refused.code == 5
    assert named in refused.err
    assert server.requests() == 0, "nothing may be contacted before the desired state is the approved one"


def test_a_local_file_that_changed_is_a_desired_state_that_moved(folder: Path, server: Server) -> None:
    assert plan(folder, server).code == 0
    (folder / "manifests" / "data" / "prices.csv").write_text("other\n")
    assert apply(folder, server).code == 5
    assert server.containers() == []


def test_a_local_file_that_vanished_is_an_error_with_its_position(folder: Path, server: Server) -> None:
    assert plan(folder, server).code == 0
    (folder / "manifests" / "data" / "prices.csv").unlink()
    refused = apply(folder, server)
    assert refused.code == 3
    lines = (folder / "manifests" / "containers.yaml").read_text().splitlines()
    [(line, column)] = [
        (at, text.index("data/prices.csv")) for at, text in enumerate(lines, 1) if "prices" in text
    ]
    assert f"manifests/containers.yaml:{line}:{column + 1}:" in refused.err
    assert server.containers() == []


def test_a_manifest_that_vanished_is_named(folder: Path, server: Server) -> None:
    assert plan(folder, server).code == 0
    shutil.rmtree(folder / "manifests")
    refused = apply(folder, server)
    assert refused.code == 5
    assert "manifests" in refused.err


def test_a_change_that_nobody_approved_is_named(folder: Path, server: Server) -> None:
    assert reconciler("apply", "manifests", "--auto-approve", env=server.env, cwd=folder).code == 0
    assert plan(folder, server).code == 0
    server.control("POST", "/containers", {"containers": [{"name": "quickstart-stranger"}]})
    refused = apply(folder, server)
    assert refused.code == 5
    assert "not approved: delete quickstart-stranger (not-in-manifest)" in refused.err
    assert server.running("quickstart-stranger")


def test_an_altered_plan_is_refused(folder: Path, server: Server) -> None:
    assert plan(folder, server).code == 0
    file = folder / "my.plan.json"
    file.write_text(file.read_text().replace('"4g"', '"64g"'))
    refused = apply(folder, server)
    assert refused.code == 5
    assert "digest" in refused.err
    assert server.containers() == []


def test_a_plan_for_another_account_is_refused(folder: Path, server: Server) -> None:
    assert plan(folder, server).code == 0
    env = {**server.env, "OPENAI_PROJECT_ID": "proj_other"}
    refused = reconciler("apply", "my.plan.json", env=env, cwd=folder)
    assert refused.code == 5
    assert "proj_other" in refused.err


def test_the_selection_of_a_plan_is_part_of_it(folder: Path, server: Server) -> None:
    assert plan(folder, server, "--name", "*-scratch").code == 0
    applied = apply(folder, server)
    assert applied.code == 0
    assert [row["name"] for row in server.containers()] == ["quickstart-scratch"]


def test_a_plan_file_is_applied_alone(folder: Path, server: Server) -> None:
    assert plan(folder, server).code == 0
    assert reconciler("apply", "my.plan.json", "manifests", env=server.env, cwd=folder).code == 64
    assert apply(folder, server, "--name", "x").code == 64
    assert apply(folder, server, "--busy-window", "10m").code == 64
    assert apply(folder, server, "--allow-busy").code == 64
    assert server.containers() == []


def test_a_plan_replaces_an_older_one_through_a_link_and_nothing_else(folder: Path, server: Server) -> None:
    (folder / "kept").mkdir()
    (folder / "my.plan.json").symlink_to("kept/real.plan.json")
    assert plan(folder, server).code == 0
    assert plan(folder, server).code == 0
    assert (folder / "my.plan.json").is_symlink()
    assert (folder / "kept" / "real.plan.json").is_file()
    manifest = folder / "manifests" / "containers.yaml"
    before = manifest.read_text()
    refused = reconciler("plan", "manifests", "-o", str(manifest), env=server.env, cwd=folder)
    assert (refused.code, manifest.read_text()) == (1, before)
    assert "it exists and is no saved plan" in refused.err
    for name in ("", "-"):
        assert reconciler("plan", "manifests", "-o", name, env=server.env, cwd=folder).code == 64


def test_a_pipe_is_written_into_and_stays_one(folder: Path, server: Server) -> None:
    os.mkfifo(folder / "my.plan.json")
    reading = subprocess.Popen(["cat", "my.plan.json"], cwd=folder, stdout=subprocess.PIPE, text=True)
    assert plan(folder, server).code == 0
    assert json.loads(reading.communicate(timeout=60)[0])["kind"] == "reconciler/plan"
    assert (folder / "my.plan.json").is_fifo()


def test_a_plan_given_where_manifests_are_meant_is_named(folder: Path, server: Server) -> None:
    assert plan(folder, server).code == 0
    reading = (["validate"], ["plan"], ["drift"], ["list"], ["resolve", "ci-a"])
    for arguments in (*reading, ["destroy", "--auto-approve"]):
        ran = reconciler(*arguments, "my.plan.json", env=server.env, cwd=folder)
        assert (ran.code, "is a saved plan" in ran.err) == (64, True)
    assert reconciler("show", "no-such.plan.json", cwd=folder).code == 64


def test_a_plan_is_written_whole_or_not_at_all(folder: Path, server: Server) -> None:
    (folder / "my.plan.json").mkdir()
    refused = plan(folder, server)
    assert refused.code == 1
    assert "cannot write my.plan.json" in refused.err
    assert sorted(path.name for path in folder.iterdir()) == ["manifests", "my.plan.json"]
    assert list((folder / "my.plan.json").iterdir()) == []

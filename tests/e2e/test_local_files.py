"""Local files as the commands meet them: what is permitted once is remembered by the plan that was saved."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.commands import reconciler

if TYPE_CHECKING:
    from pathlib import Path

    from support.servers import Server

MANIFEST = """\
version: 1
scope: {prefix: lf-}
containers:
  - {name: lf-a, files: [{source: ../common.txt}]}
"""


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A project whose manifest names a file above its folder."""
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "m.yaml").write_text(MANIFEST)
    (tmp_path / "common.txt").write_text("common\n")
    return tmp_path


@pytest.mark.parametrize("command", ["validate", "plan", "apply", "drift", "destroy", "list", "resolve lf-a"])
def test_no_command_reads_outside_of_the_folder_unless_it_is_told_to(
    command: str, outside: Path, server: Server
) -> None:
    server.forget_requests()
    refused = reconciler(*command.split(), "manifests", env=server.env, cwd=outside)
    assert (refused.code, server.requests()) == (3, 0)
    assert "manifests/m.yaml:4:35: " in refused.err + refused.out
    assert "--allow-outside" in refused.err + refused.out


def test_a_saved_plan_remembers_how_its_manifests_were_read(outside: Path, server: Server) -> None:
    reading = ("--allow-outside", "--max-file-size", "7")
    planned = reconciler("plan", "manifests", "-o", "p.json", *reading, env=server.env, cwd=outside)
    assert planned.code == 0, planned.err
    asked = json.loads((outside / "p.json").read_text())["asked"]
    assert (asked["allow_outside"], asked["max_file_size"]) == (True, 7)
    said_again = reconciler("apply", "p.json", "--allow-outside", env=server.env, cwd=outside)
    assert said_again.code == 64
    applied = reconciler("apply", "p.json", env=server.env, cwd=outside)
    assert (applied.code, "1 created" in applied.out) == (0, True), applied.err
    (outside / "common.txt").write_text("one more")
    grown = reconciler("apply", "p.json", env=server.env, cwd=outside)
    assert (grown.code, "expected a file of at most 7 bytes, found 8" in grown.err) == (3, True)

"""Containers in use, on the command line: what waits, what the exit code says, what a saved plan carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.commands import Ran, reconciler

if TYPE_CHECKING:
    from pathlib import Path

    from support.servers import Server

MANIFEST = """\
version: 1
scope: {prefix: ci-, prune: true}
containers:
  - {name: ci-a, memory_limit: 4g}
"""

WINDOW = ("--busy-window", "10m")


@pytest.fixture
def folder(tmp_path: Path, server: Server) -> Path:
    """A manifest; what stands there is too small, and was made by somebody else just now."""
    (tmp_path / "ci.yaml").write_text(MANIFEST)
    server.control("POST", "/containers", {"containers": [{"name": "ci-a", "memory_limit": "1g"}]})
    return tmp_path


def run(folder: Path, server: Server, *arguments: str) -> Ran:
    return reconciler(*arguments, env=server.env, cwd=folder)


def sizes(server: Server) -> list[str]:
    return [row["memory_limit"] for row in server.running("ci-a")]


def test_what_is_in_use_waits_and_is_pending(folder: Path, server: Server) -> None:
    planned = run(folder, server, "plan", "ci.yaml", *WINDOW, "--detailed-exitcode")
    assert planned.code == 2
    assert "withheld: replace ci-a (field-changed, busy)" in planned.out
    assert "~ memory_limit: 1g → 4g" in planned.out
    applied = run(folder, server, "apply", "ci.yaml", *WINDOW, "--auto-approve")
    assert (applied.code, sizes(server)) == (0, ["1g"])
    assert applied.out.endswith("0 unchanged, 1 withheld.\n")
    server.advance(11 * 60)
    assert run(folder, server, "apply", "ci.yaml", *WINDOW, "--auto-approve").code == 0
    assert sizes(server) == ["4g"]


def test_the_rest_goes_on(folder: Path, server: Server) -> None:
    (folder / "ci.yaml").write_text(f"{MANIFEST}  - name: ci-b\n")
    assert run(folder, server, "apply", "ci.yaml", *WINDOW, "--auto-approve").code == 0
    assert sizes(server) == ["1g"]
    assert len(server.running("ci-b")) == 1


def test_the_allowance_does_it_and_says_so(folder: Path, server: Server) -> None:
    applied = run(folder, server, "apply", "ci.yaml", *WINDOW, "--allow-busy", "--auto-approve")
    assert "replace ci-a (field-changed, busy)" in applied.out
    assert (applied.code, sizes(server)) == (0, ["4g"])


def test_destroy_waits_too(folder: Path, server: Server) -> None:
    refused = run(folder, server, "destroy", "ci.yaml", *WINDOW, "--auto-approve")
    assert (refused.code, sizes(server)) == (0, ["1g"])
    assert run(folder, server, "destroy", "ci.yaml", *WINDOW, "--allow-busy", "--auto-approve").code == 0
    assert sizes(server) == []


def test_drift_marks_what_is_in_use(folder: Path, server: Server) -> None:
    found = run(folder, server, "drift", "ci.yaml", *WINDOW)
    assert (found.code, "fields ci-a" in found.out, "(used " in found.out) == (2, True, True)
    assert "(used " not in run(folder, server, "drift", "ci.yaml").out


def test_what_was_busy_when_it_was_approved_is_not_approved(folder: Path, server: Server) -> None:
    run(folder, server, "plan", "ci.yaml", *WINDOW, "-o", "my.plan.json")
    server.advance(11 * 60)
    refused = run(folder, server, "apply", "my.plan.json")
    assert (refused.code, sizes(server)) == (5, ["1g"])
    assert "not approved: replace ci-a (field-changed)" in refused.err


def test_a_saved_plan_carries_the_window(folder: Path, server: Server) -> None:
    server.advance(11 * 60)
    planned = run(folder, server, "plan", "ci.yaml", *WINDOW, "-o", "my.plan.json")
    assert "replace ci-a (field-changed)" in planned.out
    (row,) = server.running("ci-a")
    server.control("POST", f"/containers/{row['id']}", {"last_active_at": row["last_active_at"] + 11 * 60})
    waiting = run(folder, server, "apply", "my.plan.json")
    assert (waiting.code, sizes(server)) == (0, ["1g"])
    assert "withheld: replace ci-a" in waiting.out


def test_a_saved_plan_carries_the_allowance(folder: Path, server: Server) -> None:
    run(folder, server, "plan", "ci.yaml", *WINDOW, "--allow-busy", "-o", "my.plan.json")
    applied = run(folder, server, "apply", "my.plan.json")
    assert "replace ci-a (field-changed, busy)" in applied.out
    assert (applied.code, sizes(server)) == (0, ["4g"])

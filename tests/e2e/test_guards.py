"""Guards on the command line: what refuses (4), what it changes then (nothing), and what to type."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.commands import Ran, reconciler

if TYPE_CHECKING:
    from pathlib import Path

    from support.servers import Server


@pytest.fixture
def folder(tmp_path: Path, server: Server) -> Path:
    """Four small containers, three of which nobody declares any more, and one of somebody else."""
    names = ("ci-a", "ci-old-1", "ci-old-2", "ci-prod-1", "somebody")
    rows = [{"name": name, "memory_limit": "1g"} for name in names]
    server.control("POST", "/containers", {"containers": rows})
    return tmp_path


def declare(folder: Path, *containers: str, scope: str = "prune: true") -> None:
    """Writes a manifest."""
    listed = "".join(f"\n  - {{{one}}}" for one in containers) or " []"
    (folder / "ci.yaml").write_text(f"version: 1\nscope: {{prefix: ci-, {scope}}}\ncontainers:{listed}\n")


def run(folder: Path, server: Server, *arguments: str) -> Ran:
    return reconciler(*arguments, env=server.env, cwd=folder)


def standing(server: Server) -> dict[str, str]:
    return {row["name"]: row["memory_limit"] for row in server.containers() if row["status"] == "running"}


PROTECTED = "prune: true, protect: ['ci-prod-*']"


def test_a_protected_container_refuses_it_all_until_it_is_skipped(folder: Path, server: Server) -> None:
    declare(folder, "name: ci-a, memory_limit: 4g, lifecycle: {prevent_destroy: true}", scope=PROTECTED)
    before = standing(server)
    planned = run(folder, server, "plan", "ci.yaml", "--detailed-exitcode")
    assert planned.code == 2
    assert "! protected: replace ci-a (field-changed, protected)" in planned.out
    assert "~ memory_limit: 1g → 4g" in planned.out
    assert "! protected: delete ci-prod-1 (not-in-manifest, protected)" in planned.out
    assert planned.out.index("protected: delete ci-prod-1") < planned.out.index("- delete ci-old-1")
    assert "1 other in this account: not ours." in planned.out

    refused = run(folder, server, "apply", "ci.yaml", "--auto-approve")
    assert (refused.code, standing(server)) == (4, before)
    assert "hint: --skip-blocked leaves them as they are and applies the rest" in refused.err
    assert run(folder, server, "plan", "ci.yaml").code == 0

    applied = run(folder, server, "apply", "ci.yaml", "--auto-approve", "--skip-blocked")
    assert applied.code == 0
    assert standing(server) == {"ci-a": "1g", "ci-prod-1": "1g", "somebody": "1g"}


def test_destroy_is_exempt_from_limits_and_not_from_protection(folder: Path, server: Server) -> None:
    declare(folder, "name: ci-a", scope=f"{PROTECTED}, limits: {{max_deletes: 0}}")
    before = standing(server)
    refused = run(folder, server, "destroy", "ci.yaml", "--auto-approve")
    assert (refused.code, standing(server)) == (4, before)
    assert run(folder, server, "destroy", "ci.yaml", "--auto-approve", "--skip-blocked").code == 0
    assert standing(server) == {"ci-prod-1": "1g", "somebody": "1g"}


def test_a_limit_is_overridden_by_saying_the_number(folder: Path, server: Server) -> None:
    declare(folder, "name: ci-a, memory_limit: 4g", scope="prune: true, limits: {max_deletes: 0}")
    before = standing(server)
    planned = run(folder, server, "plan", "ci.yaml")
    assert "hint: if that is meant: --allow-deletes 3 --allow-replaces 1" in planned.out
    for options in ("", "--skip-blocked", "--allow-deletes 3", "--allow-deletes 2 --allow-replaces 1"):
        refused = run(folder, server, "apply", "ci.yaml", "--auto-approve", *options.split())
        assert (refused.code, standing(server)) == (4, before)
        assert "a limit blocks this plan; nothing was changed" in refused.err
    said = ("--allow-deletes", "3", "--allow-replaces", "1")
    assert run(folder, server, "apply", "ci.yaml", "--auto-approve", *said).code == 0
    assert standing(server) == {"ci-a": "4g", "somebody": "1g"}


def test_an_empty_or_half_broken_set_deletes_nothing(folder: Path, server: Server) -> None:
    declare(folder)
    before = standing(server)
    refused = run(folder, server, "apply", "ci.yaml", "--auto-approve")
    assert (refused.code, standing(server)) == (4, before)
    assert "hint: if that is meant: --allow-deletes 4" in refused.err
    (folder / "broken.yaml").write_text("version: 1\ncontainers:\n  - {name: ci-a\n")
    for command in ("plan", "apply", "destroy"):
        approve = () if command == "plan" else ("--auto-approve",)
        assert run(folder, server, command, ".", *approve).code == 3
    assert standing(server) == before
    (folder / "broken.yaml").unlink()
    assert run(folder, server, "apply", "ci.yaml", "--auto-approve", "--allow-deletes", "4").code == 0
    assert standing(server) == {"somebody": "1g"}


def test_no_delete_does_the_rest(folder: Path, server: Server) -> None:
    declare(folder, "name: ci-a, memory_limit: 4g", "name: ci-new", scope=PROTECTED)
    before = standing(server)
    applied = run(folder, server, "apply", "ci.yaml", "--auto-approve", "--no-delete")
    assert (applied.code, standing(server)) == (0, {**before, "ci-new": "1g"})
    assert "! withheld: delete ci-old-1 (not-in-manifest, filtered)" in applied.out
    again = run(folder, server, "plan", "ci.yaml", "--no-delete", "--detailed-exitcode")
    assert (again.code, "4 changes withheld by --no-delete." in again.out) == (2, True)


def test_exclude_leaves_alone(folder: Path, server: Server) -> None:
    declare(folder, "name: ci-a, memory_limit: 4g")
    globs = ("--exclude", "ci-old-*", "--exclude", "ci-prod-*")
    assert run(folder, server, "apply", "ci.yaml", "--auto-approve", *globs).code == 0
    left = {"ci-a": "4g", "ci-old-1": "1g", "ci-old-2": "1g", "ci-prod-1": "1g", "somebody": "1g"}
    assert standing(server) == left


def test_replace_on_request_and_once_for_a_saved_plan(folder: Path, server: Server) -> None:
    declare(folder, "name: ci-a", scope="prune: false")
    (before,) = server.running("ci-a")
    planned = run(folder, server, "plan", "ci.yaml", "--replace", "ci-a", "-o", "my.plan.json")
    assert "replace ci-a (requested)" in planned.out
    assert run(folder, server, "apply", "my.plan.json").code == 0
    (after,) = server.running("ci-a")
    assert after["id"] != before["id"]
    again = run(folder, server, "apply", "my.plan.json")
    assert (again.code, server.running("ci-a")[0]["id"]) == (0, after["id"])


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--replace", "ci-b"), 3, "hint: did you mean ci-a?"),
        (("--replace", "ci-old-1"), 3, "no manifest declares this name"),
        (("--replace", "ci-a", "--exclude", "ci-*"), 3, "--name or --exclude leave it out"),
        (("--replace", "ci-a", "--no-delete"), 64, "exclude each other"),
        (("--allow-deletes", "all"), 64, "expected a whole number"),
        (("--allow-deletes", "-1"), 64, "--allow-deletes"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_asked(
    folder: Path, server: Server, options: tuple[str, ...], code: int, said: str
) -> None:
    declare(folder, "name: ci-a")
    server.forget_requests()
    found = run(folder, server, "plan", "ci.yaml", *options)
    assert (found.code, said in found.err) == (code, True)
    assert server.requests() == 0


def test_a_saved_plan_carries_what_was_allowed_and_left_out(folder: Path, server: Server) -> None:
    declare(folder, "name: ci-a", scope="prune: true, limits: {max_deletes: 0}")
    options = ("--exclude", "ci-prod-*", "--allow-deletes", "2")
    run(folder, server, "plan", "ci.yaml", *options, "-o", "my.plan.json")
    shown = run(folder, server, "show", "my.plan.json", "--format", "json").result["plan"]
    assert shown["asked"] == {
        "exclude": ["ci-prod-*"],
        "replace": [],
        "no_delete": False,
        "allow_deletes": 2,
        "allow_replaces": None,
    }
    widened = run(folder, server, "apply", "my.plan.json", "--allow-deletes", "9")
    assert (widened.code, "a saved plan says itself" in widened.err) == (64, True)
    assert run(folder, server, "apply", "my.plan.json").code == 0
    assert standing(server) == {"ci-a": "1g", "ci-prod-1": "1g", "somebody": "1g"}


def test_a_saved_plan_with_protected_containers_is_applied_only_where_that_is_said(
    folder: Path, server: Server
) -> None:
    declare(folder, "name: ci-a", scope=PROTECTED)
    run(folder, server, "plan", "ci.yaml", "-o", "my.plan.json")
    before = standing(server)
    assert (run(folder, server, "apply", "my.plan.json").code, standing(server)) == (4, before)
    assert run(folder, server, "apply", "my.plan.json", "--skip-blocked").code == 0
    assert standing(server) == {"ci-a": "1g", "ci-prod-1": "1g", "somebody": "1g"}


def test_drift_tells_what_is_left_and_what_is_ignored_fails_nobody(folder: Path, server: Server) -> None:
    declare(folder, "name: ci-a, memory_limit: 4g, lifecycle: {ignore: [memory_limit]}", scope="prune: false")
    found = run(folder, server, "drift", "ci.yaml", "--format", "json")
    assert found.code == 0
    items = {item["name"]: item for item in found.result["items"]}
    assert (items["ci-a"]["cause"], items["ci-a"]["left"]) == ("fields", "ignored")
    assert "left" not in items["ci-old-1"]
    assert "(ignored)" in run(folder, server, "drift", "ci.yaml").out
    declare(folder, "name: ci-a, memory_limit: 4g, lifecycle: {prevent_destroy: true}", scope="prune: false")
    protected = run(folder, server, "drift", "ci.yaml")
    assert (protected.code, "fields ci-a" in protected.out, "(protected)" in protected.out) == (2, True, True)


def test_what_expired_is_left_where_the_manifest_says_so(folder: Path, server: Server) -> None:
    declare(folder, "name: ci-a, lifecycle: {when_expired: leave}", scope="sweep: true")
    server.advance(3600)
    planned = run(folder, server, "apply", "ci.yaml", "--auto-approve")
    assert (planned.code, "skip ci-a (expired, left-expired)" in planned.out) == (0, True)
    assert run(folder, server, "apply", "ci.yaml", "--auto-approve").code == 0
    assert "ci-a" not in standing(server), "no sweep made it look like one that never was"
    assert run(folder, server, "apply", "ci.yaml", "--auto-approve", "--replace", "ci-a").code == 0
    assert "ci-a" in standing(server)


def test_the_first_plan_says_what_it_takes_over_and_no_later_one(folder: Path, server: Server) -> None:
    declare(folder, "name: ci-a, memory_limit: 4g", scope="prune: false")
    first = run(folder, server, "plan", "ci.yaml")
    (row,) = server.running("ci-a")
    assert f"this plan takes over ci-a ({row['id']}) [takes-over]" in first.err
    applied = run(folder, server, "apply", "ci.yaml", "--auto-approve")
    assert (applied.code, "takes over ci-a" in applied.err) == (0, True)
    assert "takes over" not in run(folder, server, "plan", "ci.yaml").err

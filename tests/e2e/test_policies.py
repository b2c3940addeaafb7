"""`--policy`: what is forbidden is told before anything is contacted, or refused before anything changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.commands import reconciler
from support.schemas import result_validator

if TYPE_CHECKING:
    from pathlib import Path

    from support.servers import Server

SMALL = {"title": "Stay small", "properties": {"memory_limit": {"enum": ["1g"]}}}
CALM = {
    "x-applies-to": "plan",
    "title": "One at a time",
    "properties": {"summary": {"properties": {"create": {"maximum": 1}}}},
}
LIGHT = {"properties": {"files": {"items": {"properties": {"bytes": {"maximum": 3}}}}}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a manifest of two containers, one of them large, and policies."""
    (tmp_path / "ci.yaml").write_text(
        "version: 1\nscope: {prefix: ci-}\ncontainers:\n  - name: ci-a\n    memory_limit: 4g\n"
        "  - name: ci-b\n    files:\n      - {path: b.txt, source: b.txt}\n"
    )
    (tmp_path / "b.txt").write_text("1234")
    for name, schema in {"small": SMALL, "calm": CALM, "light": LIGHT}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(schema))
    return tmp_path


@pytest.mark.parametrize("command", [["validate"], ["plan"], ["apply", "--auto-approve"]])
def test_a_forbidden_container_is_told_before_anything_is_contacted(
    folder: Path, server: Server, command: list[str]
) -> None:
    policies = ("--policy", "small.json", "--policy", "light.json")
    ran = reconciler(*command, "ci.yaml", *policies, env=server.env, cwd=folder)
    assert (ran.code, server.requests()) == (3, 0)
    assert "ci.yaml:5:19: ci-a: Stay small: memory_limit: '4g' is not one of ['1g'] (small.json)" in ran.err
    assert "ci.yaml:8:9: ci-b: files.0.bytes: 4 is greater than the maximum of 3 (light.json)" in ran.err


def test_a_forbidden_plan_is_listed_by_plan_and_refused_by_apply(folder: Path, server: Server) -> None:
    def run(command: str, *options: str) -> tuple[int, str]:
        ran = reconciler(command, *options, "--policy", "calm.json", env=server.env, cwd=folder)
        return ran.code, ran.out + ran.err

    code, text = run("plan", "ci.yaml", "--detailed-exitcode", "-o", "my.plan.json")
    assert code == 2
    assert "the plan: One at a time: summary.create: 2 is greater than the maximum of 1 (calm.json)" in text
    assert "Apply refuses the whole plan as long as a policy forbids it." in text
    for what in (("ci.yaml", "--auto-approve"), ("my.plan.json",)):
        code, text = run("apply", *what)
        assert code == 4
        assert "a policy forbids what this plan does; nothing was changed" in text
    assert server.containers() == []


def test_a_saved_plan_remembers_what_forbade_it(folder: Path, server: Server) -> None:
    options = ("plan", "ci.yaml", "-o", "my.plan.json", "--policy", "calm.json")
    reconciler(*options, env=server.env, cwd=folder)
    server.forget_requests()
    ran = reconciler("apply", "my.plan.json", "--format", "json", env=server.env, cwd=folder)
    result_validator().validate(ran.result)
    assert (ran.code, ran.result["exit_code"], server.requests()) == (4, 4, 0)


def test_a_saved_plan_is_judged_when_it_is_applied(folder: Path, server: Server) -> None:
    assert reconciler("plan", "ci.yaml", "-o", "my.plan.json", env=server.env, cwd=folder).code == 0
    ran = reconciler("apply", "my.plan.json", "--policy", "small.json", env=server.env, cwd=folder)
    assert (ran.code, server.containers()) == (3, [])
    ran = reconciler("apply", "my.plan.json", "--policy", "calm.json", env=server.env, cwd=folder)
    assert (ran.code, server.containers()) == (4, [])
    assert reconciler("apply", "my.plan.json", env=server.env, cwd=folder).code == 0


def test_a_warning_forbids_nothing(folder: Path, server: Server) -> None:
    for name, schema in {"small": SMALL, "calm": CALM}.items():
        (folder / f"{name}.json").write_text(json.dumps({**schema, "x-severity": "warning"}))
    policies = ("--policy", "small.json", "--policy", "calm.json")
    ran = reconciler("apply", "ci.yaml", "--auto-approve", *policies, env=server.env, cwd=folder)
    assert ran.code == 0
    assert "warning: ci-a: Stay small" in ran.err
    assert "warning: the plan: One at a time" in ran.err
    assert len(server.containers()) == 2


def test_what_is_no_policy_is_told_with_its_place_beside_everything_else(folder: Path) -> None:
    (folder / "broken.json").write_text('{"title": "a",\n "type": }')
    (folder / "ci.yaml").write_text("version: 1\ncontainers: [{name: 7}]\n")
    ran = reconciler("validate", "ci.yaml", "--policy", "broken.json", "--format", "json", cwd=folder)
    result_validator().validate(ran.result)
    places = [found["source"] for found in ran.result["diagnostics"]]
    assert ran.code == 3
    assert {"file": "broken.json", "line": 2, "column": 10} in places
    assert {"file": "ci.yaml", "line": 2, "column": 21} in places


def test_a_policy_that_is_not_there_is_misuse(folder: Path) -> None:
    assert reconciler("validate", "ci.yaml", "--policy", "missing", cwd=folder).code == 64

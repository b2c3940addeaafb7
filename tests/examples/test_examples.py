"""Every example validates, plans, applies, and is then unchanged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from regopy import Interpreter  # type: ignore[import-untyped] # it ships no types
from support.commands import reconciler
from support.schemas import result_validator
from support.servers import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.servers import Server

FOLDER = Path(__file__).parents[2] / "examples"
EXAMPLES = sorted({manifest.parent for manifest in FOLDER.glob("*/*.yaml")})
POLICIES = FOLDER / "policies"
assert EXAMPLES


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_does_what_it_says(example: Path, server: Server) -> None:
    def run(*arguments: str) -> int:
        ran = reconciler(*arguments, str(example), "--format", "json", env=server.env)
        result_validator().validate(ran.result)
        assert ran.result["exit_code"] == ran.code, ran.err
        return ran.code

    validated = reconciler("validate", str(example), "--format", "json")
    result_validator().validate(validated.result)
    assert (validated.code, validated.result["diagnostics"]) == (0, [])
    assert run("plan", "--detailed-exitcode") == 2
    assert run("apply", "--auto-approve") == 0
    assert run("plan", "--detailed-exitcode") == 0
    assert run("drift") == 0
    assert run("destroy", "--auto-approve") == 0
    assert [row for row in server.containers() if row["status"] == "running"] == []


@pytest.mark.parametrize("command", ["validate", "plan"])
def test_the_quickstart_satisfies_the_example_policies(command: str, server: Server) -> None:
    ran = reconciler(command, str(FOLDER / "quickstart"), "--policy", str(POLICIES), env=server.env)
    assert (ran.code, ran.err) == (0, "")


BREACHES = {
    "small.json": ("memory_limit: 16g", "Containers stay small"),
    "egress.json": (
        "network_policy: {type: allowlist, allowed_domains: [evil-example.com]}",
        "Containers talk to our own domains only",
    ),
    "owned.json": ("name: stray", "A name says whose container it is"),
    "budget.json": ("memory_limit: 64g", "A change stays within its budget"),
}


def test_every_example_policy_is_broken_by_something() -> None:
    assert sorted(BREACHES) == sorted(path.name for path in POLICIES.glob("*.json"))


@pytest.mark.parametrize("policy", sorted(BREACHES))
def test_an_example_policy_forbids_what_it_says(policy: str, server: Server, tmp_path: Path) -> None:
    key, title = BREACHES[policy]
    names = [key] if key.startswith("name") else [f"name: ci-{i}, {key}" for i in range(4)]
    containers = "".join(f"  - {{{name}}}\n" for name in names)
    (tmp_path / "ci.yaml").write_text(f"version: 1\ncontainers:\n{containers}")
    chosen = ("--policy", str(POLICIES / policy), "--provider", "openai")
    ran = reconciler("plan", "ci.yaml", *chosen, env=server.env, cwd=tmp_path)
    assert title in ran.out + ran.err


def test_the_rego_example_judges_saved_plans(server: Server, tmp_path: Path) -> None:
    rows = [{"name": "ci-prod-old"}, {"name": "ci-web", "network_policy": {"type": "disabled"}}]
    server.control("POST", "/containers", {"containers": rows})
    keys = "memory_limit: 64g, network_policy: {type: allowlist, allowed_domains: [api.example.com]}"
    containers = "".join(f"  - {{name: {name}, {keys}}}\n" for name in ("ci-web", "ci-new", "ci-b", "ci-c"))
    text = f"version: 1\nscope: {{prefix: ci-, prune: true}}\ncontainers:\n{containers}"
    (tmp_path / "ci.yaml").write_text(text)
    saved = ("-o", "plan.json", "--provider", "openai")
    assert reconciler("plan", "ci.yaml", *saved, env=server.env, cwd=tmp_path).code == 0
    rego = Interpreter()
    rego.add_module("plan", (POLICIES / "plan.rego").read_text())
    rego.set_input(json.loads((tmp_path / "plan.json").read_text()))
    [denied] = rego.query("data.main.deny").results[0].expressions
    [warned] = rego.query("data.main.warn").results[0].expressions
    assert sorted(denied) == ["ci-prod-old would be deleted", "this plan costs $23.04 an hour"]
    assert sorted(warned) == [f"ci-{name} may talk to api.example.com" for name in ("b", "c", "new", "web")]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_every_manifest_of_an_example_names_its_schema(example: Path) -> None:
    for manifest in example.rglob("*.yaml"):
        first = manifest.read_text(encoding="utf-8").splitlines()[0]
        named = first.removeprefix("# yaml-language-server: $schema=")
        assert (manifest.parent / named).resolve() == (example.parents[1] / "schemas/manifest.v1.json")


def test_failures_are_results_too(server: Server, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("version: 1\ncontainers: [{name: 7}]\n")
    server.control("POST", "/containers", {"containers": [{"name": "ci-a"}]})
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "a.yaml").write_text("version: 1\nscope: {prefix: ci-, prune: true}\ncontainers: []\n")
    for code, arguments in {
        3: ["plan", str(tmp_path / "bad.yaml")],
        4: ["apply", str(empty), "--auto-approve"],
        5: ["show", str(tmp_path / "bad.yaml")],
        64: ["plan"],
        1: ["plan", str(empty), "--base-url", f"{server.root_url}/nowhere"],
    }.items():
        ran = reconciler(*arguments, "--format", "json", env=server.env)
        result_validator().validate(ran.result)
        assert (ran.code, ran.result["exit_code"]) == (code, code), ran.out

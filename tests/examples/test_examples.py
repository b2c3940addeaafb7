"""Every example validates, plans, applies, and is then unchanged."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from regopy import Interpreter  # type: ignore[import-untyped] # it ships no types
from support.commands import reconciler
from support.schemas import result_validator
from support.servers import serving

from reconciler.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.servers import Server

FOLDER = Path(__file__).parents[2] / "examples"
README = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
POLICIES = FOLDER / "policies"
TRY = re.compile(
    r"# Try it: (?P<env>(?:[A-Z_]+=\S+ )*)reconciler apply examples/(?P<example>\S+) (?P<options>.+)"
)


def _headers() -> dict[str, list[str]]:
    """The first lines of the manifest that explains its example, by the example's folder below `examples`."""
    found: dict[str, list[str]] = {}
    for manifest in sorted(FOLDER.rglob("*.yaml")):
        lines = manifest.read_text(encoding="utf-8").splitlines()
        if any(map(TRY.fullmatch, lines)):
            name = manifest.parent.relative_to(FOLDER).as_posix()
            assert name not in found
            found[name] = lines[:5]
    return found


HEADERS = _headers()
PROTECTED = {"production"}
"""What `destroy` refuses, and is meant to."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """An emulator that the environment names, too."""
    with serving() as running:
        for name, value in running.env.items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """Runs a command in this process and gives its result, which is one in JSON whatever became of it."""

    def run_it(*arguments: str) -> dict[str, Any]:
        code = run([*arguments, "--format", "json"])
        result = json.loads(capsys.readouterr().out)
        result_validator().validate(result)
        assert result["exit_code"] == code
        assert isinstance(result, dict)
        return result

    return run_it


@pytest.fixture
def options_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """What an example's own command says beyond the example and the account; its environment is set."""
    monkeypatch.chdir(FOLDER.parent)

    def options(example: str) -> list[str]:
        command = TRY.fullmatch(HEADERS[example][4])
        assert command is not None
        assert command["example"] == example
        for setting in command["env"].split():
            monkeypatch.setenv(*setting.split("=", 1))
        words = command["options"].split()
        assert {"--emulator", "--auto-approve"} <= set(words)
        return [word for word in words if word not in {"--emulator", "--auto-approve"}]

    return options


@pytest.mark.parametrize("example", HEADERS)
def test_an_example_does_what_it_says(
    example: str,
    server: Server,
    say: Callable[..., dict[str, Any]],
    options_of: Callable[[str], list[str]],
) -> None:
    path, options = f"examples/{example}", options_of(example)

    def code(command: str, *more: str) -> int:
        return int(say(command, path, *options, *more)["exit_code"])

    validated = say("validate", path, *options)
    assert validated["exit_code"] == 0
    assert {found["severity"] for found in validated["diagnostics"]} <= {"note"}
    assert code("plan", "--detailed-exitcode") == 2
    assert code("apply", "--auto-approve") == 0
    assert code("plan", "--detailed-exitcode") == 0
    assert code("drift") == 0
    running = {row["name"] for row in server.containers() if row["status"] == "running"}
    assert running
    assert code("destroy", "--auto-approve") == (4 if example in PROTECTED else 0)
    left = {row["name"] for row in server.containers() if row["status"] == "running"}
    assert left == (running if example in PROTECTED else set())


@pytest.mark.parametrize("example", HEADERS)
def test_an_example_is_explained_in_two_lines(example: str) -> None:
    _, empty, *two, _ = HEADERS[example]
    assert empty == "#"
    assert all(line.startswith("# ") for line in two)
    text = " ".join(line.removeprefix("# ") for line in two)
    assert text.endswith(".")
    assert f"| [{example}](examples/{example}) | {text} |" in README


def test_the_gallery_lists_every_example_and_no_other() -> None:
    rows = re.findall(r"^\| \[([^]]+)\]\(examples/([^)]+)\) \|", README, re.MULTILINE)
    assert all(name == folder for name, folder in rows)
    assert sorted(name for name, _ in rows) == sorted(HEADERS)
    explained = [(FOLDER / example) for example in HEADERS]
    for manifest in FOLDER.rglob("*.yaml"):
        assert any(manifest.is_relative_to(folder) for folder in explained), manifest


def test_every_example_is_laid_out(say: Callable[..., dict[str, Any]]) -> None:
    laid_out = say("fmt", "--check", str(FOLDER))
    assert [file["path"] for file in laid_out["formatted"] if file["changed"]] == []


def test_two_scopes_of_one_account_leave_each_other_alone(
    server: Server, say: Callable[..., dict[str, Any]]
) -> None:
    scopes = [str(FOLDER / "several-scopes" / name) for name in ("platform", "search")]
    for _ in range(2):
        for scope in scopes:
            assert say("apply", scope, "--auto-approve")["exit_code"] == 0
    assert len(server.containers()) == 4
    assert say("apply", str(FOLDER / "several-scopes"), "--auto-approve")["exit_code"] == 3


def test_each_environment_is_a_scope_of_its_own(server: Server, say: Callable[..., dict[str, Any]]) -> None:
    folder = FOLDER / "environments"
    for environment in ("staging", "production", "staging"):
        values = str(folder / "_vars" / f"{environment}.yaml")
        assert say("apply", str(folder), "--var-file", values, "--auto-approve")["exit_code"] == 0
    assert {row["name"]: row["memory_limit"] for row in server.containers()} == {
        "shop-staging-answers": "1g",
        "shop-production-answers": "4g",
    }
    assert say("validate", str(folder))["exit_code"] == 3


def test_production_loses_nothing_with_its_entry(
    server: Server, say: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    text = (FOLDER / "production" / "production.yaml").read_text(encoding="utf-8")
    say("apply", str(FOLDER / "production"), "--auto-approve")
    (tmp_path / "m.yaml").write_text(text.split("\ncontainers:")[0] + "\ncontainers: [{name: prod-audit}]\n")
    before = server.containers()
    refused = say("apply", str(tmp_path), "--auto-approve")
    assert (refused["exit_code"], refused["error"]["code"]) == (4, "blocked-by-limit")
    say("apply", str(tmp_path), "--auto-approve", "--allow-deletes", "9", "--skip-blocked")
    assert [row["name"] for row in server.containers() if row["status"] == "running"] == [
        row["name"] for row in before if row["name"] in {"prod-audit", "prod-ledger-books"}
    ]


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


def test_every_manifest_of_an_example_names_its_schema() -> None:
    for manifest in FOLDER.rglob("*.yaml"):
        if any(part.startswith("_") for part in manifest.relative_to(FOLDER).parts):
            continue  # no manifests: text for variables
        first = manifest.read_text(encoding="utf-8").splitlines()[0]
        named = first.removeprefix("# yaml-language-server: $schema=")
        assert (manifest.parent / named).resolve() == FOLDER.parent / "schemas" / "manifest.v1.json"


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

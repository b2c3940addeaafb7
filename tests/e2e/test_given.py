"""What manifests are given from outside: variables and standard input, also where a saved plan is applied."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from support.forged import digest_of
from support.in_process import Inside

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from support.servers import Server

MANIFEST = """\
version: 1
scope: {prefix: "${env}-", prune: true}
variables: {env: {}, size: {default: 1g}, text: {default: by default}, other: {default: x}}
containers:
  - name: ${env}-a
    replicas: 2
    memory_limit: ${size}
    files: [{path: a.txt, content: "${text}"}, {path: b.txt, source: "${other}.txt"}]
"""

PLAN = ("plan", "manifests", "-o", "my.plan.json", "--var", "env=vx", "--var-file", "vars.yaml")
APPLY = ("apply", "my.plan.json", "--var", "env=vx")
BY_ENV = {"RECONCILER_VAR_size": "4g"}


@dataclass(frozen=True)
class Case:
    """A folder with manifests that four variables are used in, each set by something else, and a server."""

    folder: Path
    server: Server
    run: Inside

    def write(self, name: str, text: str) -> None:
        """Writes a file."""
        (self.folder / name).write_text(text)

    def edit(self, old: str, new: str) -> None:
        """Changes the manifest."""
        assert old in MANIFEST
        self.write("manifests/m.yaml", MANIFEST.replace(old, new))

    def forge(self, **inputs: Any) -> None:
        """Alters what the plan says it was given."""
        values = json.loads((self.folder / "my.plan.json").read_text())
        values["inputs"].update(inputs)
        values["digest"] = digest_of(values)
        self.write("my.plan.json", json.dumps(values))

    def names(self) -> list[str]:
        """The running containers."""
        return sorted(row["name"] for row in self.server.containers() if row["status"] == "running")


@pytest.fixture
def case(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Case:
    """The manifests, planned and not applied."""
    made = Case(tmp_path, server, Inside(tmp_path, server.env, monkeypatch, capsys))
    (tmp_path / "manifests").mkdir()
    made.write("manifests/m.yaml", MANIFEST)
    made.write("manifests/x.txt", "a file")
    made.write("manifests/x2.txt", "another file")
    made.write("vars.yaml", "text: by file\n")
    planned = made.run(*PLAN, **BY_ENV)
    assert planned.code == 0, planned.err
    assert "Given: --var env, --var-file vars.yaml, RECONCILER_VAR_size" in planned.out.splitlines()
    server.forget_requests()
    return made


def test_a_plan_names_what_it_was_given_and_asks_for_it_again(case: Case) -> None:
    values = json.loads((case.folder / "my.plan.json").read_text())
    assert values["inputs"] == {
        "variables": ["env"],
        "variable_files": ["vars.yaml"],
        "environment": ["size"],
        "base": None,
    }
    applied = case.run(*APPLY, **BY_ENV)
    assert (applied.code, case.names()) == (0, ["vx-a-0", "vx-a-1"]), applied.err
    (row,) = case.server.running("vx-a-0")
    assert row["memory_limit"] == "4g"
    assert sorted(file["bytes"] for file in row["files"]) == [6, 7]
    again = case.run("apply", "my.plan.json", "--var", "env=vx", "--var", "size=4g")
    assert (again.code, again.out) == (0, "No changes.\n"), "nearer than the environment is as good"


DECLARED = ("vx-a-0 is declared otherwise", "give variables the text that they had")


class Otherwise(NamedTuple):
    """What is given when the plan is applied, what was done before that, and what is said about it."""

    told: tuple[str, ...]
    arguments: tuple[str, ...] = APPLY
    env: Mapping[str, str] = BY_ENV
    before: Callable[[Case], object] = lambda _: None
    code: int = 5


REFUSED = {
    "--var": Otherwise(("the scope of the manifests",), ("apply", "my.plan.json", "--var", "env=vz")),
    "a file": Otherwise(DECLARED, before=lambda case: case.write("vars.yaml", "text: other\n")),
    "the environment": Otherwise(DECLARED, env={"RECONCILER_VAR_size": "16g"}),
    "a default": Otherwise(
        DECLARED, before=lambda case: case.edit("other: {default: x}", "other: {default: x2}")
    ),
    "something nearer than the file": Otherwise(DECLARED, (*APPLY, "--var", "text=nearer")),
    "something nearer than the default": Otherwise(DECLARED, env={**BY_ENV, "RECONCILER_VAR_other": "x2"}),
    "--var is missing": Otherwise(
        ("made with --var env=...;", "reconciler apply my.plan.json --var env=..."), ("apply", "my.plan.json")
    ),
    "the environment is missing": Otherwise(
        (
            "made with RECONCILER_VAR_size=...;",
            "RECONCILER_VAR_size=... reconciler apply my.plan.json --var env=... --var-file vars.yaml",
        ),
        (*APPLY, "--var-file", "vars.yaml"),
        env={},
    ),
    "all of it is missing": Otherwise(
        ("made with --var env=... and RECONCILER_VAR_size=...; nothing was changed",),
        ("apply", "my.plan.json"),
        env={},
    ),
    "the file is missing": Otherwise(
        ("what the plan names is not there: cannot read vars.yaml",),
        before=lambda case: (case.folder / "vars.yaml").unlink(),
    ),
    "a file that the plan does not name": Otherwise(
        ("--var-file other.yaml",), (*APPLY, "--var-file", "other.yaml"), code=64
    ),
    "a variable that nobody declares": Otherwise(
        ("did you mean size?",), (*APPLY, "--var", "sise=1g"), code=3
    ),
    "standard input that the plan does not name": Otherwise(
        ("made without standard input",), ("apply", "my.plan.json", "-", "--var", "env=vx"), code=64
    ),
    "a forged file elsewhere": Otherwise(
        ("nothing was read", "/etc/passwd"), before=lambda case: case.forge(variable_files=["/etc/passwd"])
    ),
    "a forged name": Otherwise(
        ("cannot be the name of one",), before=lambda case: case.forge(variables=["x=1; rm -rf ~ #"])
    ),
    "a forged base": Otherwise(
        ("--base '; rm'", "reconciler apply my.plan.json --var env=... --base '; rm'"),
        before=lambda case: case.forge(base="; rm"),
    ),
    "a forged list": Otherwise(
        ("nothing sets the variable env",),
        ("apply", "my.plan.json"),
        env={},
        before=lambda case: case.forge(variables=[], environment=[], variable_files=[]),
        code=3,
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_was_given_otherwise_is_refused_before_anything_is_contacted(case: Case, what: str) -> None:
    otherwise = REFUSED[what]
    otherwise.before(case)
    refused = case.run(*otherwise.arguments, **otherwise.env)
    assert refused.code == otherwise.code, refused.err
    assert all(words in refused.err for words in otherwise.told), refused.err
    assert case.server.requests() == 0


def test_a_variable_that_is_set_only_now_is_told_as_one(case: Case) -> None:
    case.edit("env: {}", "env: {default: vx}")
    assert case.run("plan", "manifests", "-o", "bare.plan.json").code == 0
    assert "inputs" not in json.loads((case.folder / "bare.plan.json").read_text())
    refused = case.run("apply", "bare.plan.json", RECONCILER_VAR_text="other")
    assert (refused.code, DECLARED[1] in refused.err) == (5, True), refused.err


def test_a_file_elsewhere_is_read_where_it_is_named_again(case: Case, tmp_path_factory: Any) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "vars.yaml"
    elsewhere.write_text("text: by file\n")
    planned = case.run(*PLAN[:-1], str(elsewhere), **BY_ENV)
    assert planned.code == 0, planned.err
    refused = case.run(*APPLY, **BY_ENV)
    assert (refused.code, str(elsewhere) in refused.err) == (5, True)
    applied = case.run(*APPLY, "--var-file", str(elsewhere), **BY_ENV)
    assert (applied.code, len(case.names())) == (0, 2), applied.err


def test_values_of_variables_are_kept_nowhere(case: Case) -> None:
    case.write("vars.yaml", "text: canary-file\n")
    given = ("--var", "env=vx", "--var-file", "vars.yaml", "--var", "other=x")
    for variable in ("--var=text=canary-option", "--var=size=4g"):
        planned = case.run("plan", "manifests", "-o", "my.plan.json", *given, variable, "--format", "json")
        assert planned.code == 0, planned.err
        applied = case.run("apply", "manifests", "--auto-approve", *given, variable)
        assert applied.code == 0, applied.err
        assert "canary" not in planned.out + planned.err + applied.out + applied.err
    assert case.server.env["XDG_CACHE_HOME"]
    for file in [*case.folder.rglob("*"), *Path(case.server.env["XDG_CACHE_HOME"]).rglob("*")]:
        if file.is_file() and file.name != "vars.yaml":
            assert b"canary" not in file.read_bytes(), file


STDIN = ("-", "--base", "manifests", "--var", "env=vx")


def test_a_plan_from_standard_input_is_applied_with_it_given_again(case: Case) -> None:
    planned = case.run("plan", *STDIN, "-o", "in.plan.json", stdin=MANIFEST)
    assert planned.code == 0, planned.err
    assert "Given: --var env, --base manifests" in planned.out.splitlines()
    case.server.forget_requests()
    for arguments, stdin, told in (
        (("--var", "env=vx"), "", "made with - (standard input) and --base manifests; nothing was changed"),
        (("--var", "env=vx"), "", "apply in.plan.json - --var env=... --base manifests"),
        (("-", "--var", "env=vx"), MANIFEST, "apply in.plan.json - --var env=... --base manifests"),
        (STDIN[1:], "", "apply in.plan.json - --var env=... --base manifests"),
        (STDIN, MANIFEST.replace("1g", "4g"), "vx-a-0 is declared otherwise"),
    ):
        refused = case.run("apply", "in.plan.json", *arguments, stdin=stdin)
        assert (refused.code, told in refused.err) == (5, True), refused.err
    assert case.server.requests() == 0
    applied = case.run("apply", "in.plan.json", *STDIN, stdin=MANIFEST)
    assert (applied.code, case.names()) == (0, ["vx-a-0", "vx-a-1"]), applied.err


def test_every_command_on_manifests_takes_them(case: Case) -> None:
    given = ("manifests/more.yaml", *STDIN)
    case.write(
        "manifests/more.yaml", "version: 1\ncontainers: [{name: '${env}-b', memory_limit: '${size}'}]\n"
    )
    assert case.run("validate", *given, stdin=MANIFEST).code == 0
    assert case.run("drift", *given, stdin=MANIFEST).code == 2
    assert case.run("apply", *given, "--auto-approve", stdin=MANIFEST).code == 0
    assert case.names() == ["vx-a-0", "vx-a-1", "vx-b"]
    assert case.run("drift", *given, stdin=MANIFEST).code == 0
    assert case.run("destroy", *given, "--auto-approve", stdin=MANIFEST).code == 0
    assert case.names() == []


MISUSED = {
    "standard input twice": (("validate", "-", "-"), "can be read once"),
    "a base that is none": (("validate", "-", "--base", "vars.yaml"), "--base vars.yaml: no such folder"),
    "a base of nothing": (("validate", "manifests", "--base", "."), "none is read"),
    "a variable without text": (("validate", "manifests", "--var", "canary"), "expected NAME=TEXT"),
    "text without a variable": (("validate", "manifests", "--var", "=canary"), "expected NAME=TEXT"),
    "a file that is standard input": (
        ("validate", "manifests", "--var-file", "-"),
        "expected the name of a file",
    ),
    "a file that is not there": (("validate", "manifests", "--var-file", "no.yaml"), "cannot read no.yaml"),
}


@pytest.mark.parametrize("what", MISUSED)
def test_a_wrong_command_line_is_64(case: Case, what: str) -> None:
    arguments, told = MISUSED[what]
    ran = case.run(*arguments)
    assert (ran.code, ran.out, told in ran.err, "canary" in ran.err) == (64, "", True, False), ran.err


def test_a_saved_plan_on_standard_input_is_told_as_one(case: Case) -> None:
    ran = case.run("apply", "-", "--auto-approve", stdin=(case.folder / "my.plan.json").read_text())
    assert (ran.code, "holds a saved plan" in ran.err) == (64, True), ran.err
    assert case.server.requests() == 0


def test_what_is_wrong_with_standard_input_is_told_by_its_place(case: Case) -> None:
    ran = case.run("validate", *STDIN, stdin=MANIFEST.replace("other}.txt", "other}.csv"))
    assert ran.code == 3
    assert "manifests/<stdin>:8:" in ran.err
    assert "no such file: manifests/x.csv; ${other} is set by its default at manifests/<stdin>:3:" in ran.err
    ran = case.run("validate", "-", "--var", "env=vx")
    assert (ran.code, "no manifest in <stdin>" in ran.err) == (3, True)


def test_a_file_of_variables_among_manifests_is_told(case: Case) -> None:
    case.write("manifests/v.yml", "size: 4g\n")
    ran = case.run("validate", "manifests", "--var", "env=vx", "--var-file", "manifests/v.yml")
    assert (ran.code, ran.err.count("manifests/v.yml")) == (3, 1)
    assert "a folder whose name begins with _" in ran.err


def test_what_a_target_cannot_do_is_told_with_the_variable_and_once_for_replicas(case: Case) -> None:
    text = MANIFEST + "    expires_after: {anchor: '${anchor}', minutes: 60}\n"
    case.write("manifests/m.yaml", text.replace("other:", "anchor: {default: last_active_at}, other:"))
    ran = case.run("validate", "manifests", "--var", "env=vx", "--provider", "openai", "--format", "json")
    (found,) = ran.result["diagnostics"]
    assert (ran.code, found["source"]["line"]) == (3, 9)
    ran = case.run("validate", "manifests", "--var", "env=vx", "--provider", "litellm", "--format", "json")
    (found,) = [each for each in ran.result["diagnostics"] if "memory" in each["message"]]
    assert found["message"].endswith("; ${size} is set by its default at manifests/m.yaml:3:38")

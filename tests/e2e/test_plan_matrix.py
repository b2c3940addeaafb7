"""What may change between `plan -o` and `apply FILE`, each once, with a server that counts what it is sent.

What variables are given is in `test_given.py`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from support.commands import Ran, reconciler
from support.forged import digest_of
from support.servers import serving

from reconciler.model.errors import PlanMismatch
from reconciler.model.plan_json import read_plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.servers import Server

MANIFEST = """\
version: 1
scope: {prefix: mx-, prune: true}
containers:
  - name: mx-a
    memory_limit: 4g
    files: [{path: a.txt, source: a.txt}, {source: "data/*.csv"}]
  - name: mx-b
    files: []
  - name: mx-c
    network_policy:
      type: allowlist
      allowed_domains: [a.example]
      domain_secrets: [{domain: a.example, name: T, value_from: {file: t.txt}, version: 1}]
    skills:
      - {type: inline, name: cleaner, description: cleans, source: cleaner}
"""


@dataclass(frozen=True)
class Case:
    """A folder with manifests, and a server."""

    folder: Path
    server: Server

    @property
    def manifest(self) -> Path:
        """The only manifest at the beginning."""
        return self.folder / "manifests" / "m.yaml"

    @property
    def file(self) -> Path:
        """The saved plan."""
        return self.folder / "my.plan.json"

    def run(self, *arguments: str, **env: str) -> Ran:
        """Runs a command there."""
        return reconciler(*arguments, env={**self.server.env, **env}, cwd=self.folder)

    def edit(self, old: str, new: str) -> None:
        """Changes the manifest."""
        text = self.manifest.read_text()
        assert old in text
        self.manifest.write_text(text.replace(old, new, 1))

    def plant(self, **row: Any) -> None:
        """Somebody else makes a container."""
        self.server.control("POST", "/containers", {"containers": [row]})

    def gone(self, name: str) -> None:
        """Somebody else deletes a container."""
        (row,) = self.server.running(name)
        answer = self.server.http.delete(
            f"{self.server.base_url}/containers/{row['id']}", headers={"Authorization": "Bearer somebody"}
        )
        assert answer.is_success

    def remade(self, name: str, as_name: str | None = None) -> None:
        """Somebody else makes a container anew, larger."""
        self.gone(name)
        self.plant(name=as_name or name, memory_limit="64g")

    @property
    def stamped(self) -> str:
        """The live name of mx-c."""
        return str(next(name for name in self.names() if name.startswith("mx-c~")))

    def upload(self, name: str, path: str, data: bytes) -> None:
        """Somebody else uploads a file."""
        (row,) = self.server.running(name)
        answer = self.server.http.post(
            f"{self.server.base_url}/containers/{row['id']}/files",
            headers={"Authorization": "Bearer somebody"},
            files={"file": (path, data)},
        )
        assert answer.is_success, answer.text

    def forge(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Alters the plan and gives it the digest of what it says now, as an attacker would."""
        values = json.loads(self.file.read_text())
        change(values)
        self.file.write_text(json.dumps(values))
        with pytest.raises(PlanMismatch):  # otherwise nothing that counts was altered
            read_plan(self.file.read_text())
        values["digest"] = digest_of(values)
        self.file.write_text(json.dumps(values))
        read_plan(self.file.read_text())

    def names(self) -> list[str]:
        """The running containers."""
        return sorted(row["name"] for row in self.server.containers() if row["status"] == "running")


@pytest.fixture
def case(tmp_path: Path, server: Server) -> Case:
    """The manifests, applied with a smaller mx-a; the plan makes it larger and nothing else."""
    made = Case(tmp_path, server)
    made.manifest.parent.mkdir()
    made.manifest.write_text(MANIFEST.replace("4g", "1g"))
    (made.manifest.parent / "a.txt").write_text("right\n")
    (made.manifest.parent / "data").mkdir()
    (made.manifest.parent / "data" / "b.csv").write_text("1,2\n")
    (made.manifest.parent / "t.txt").write_text("canary\n")
    (made.manifest.parent / "cleaner").mkdir()
    (made.manifest.parent / "cleaner" / "SKILL.md").write_text("clean\n")
    assert made.run("apply", "manifests", "--auto-approve").code == 0
    made.manifest.write_text(MANIFEST)
    assert made.run("plan", "manifests", "-o", "my.plan.json").code == 0
    server.advance(60)  # beyond any lag of a list: what vanishes now is believed to be gone at once
    return made


def _moved(case: Case) -> None:
    """The whole project moves: paths of a plan are relative, so it goes with it."""
    (case.folder / "new").mkdir()
    shutil.copytree(case.folder / "manifests", case.folder / "new" / "manifests")
    shutil.copy(case.file, case.folder / "new" / "my.plan.json")


COVERED: dict[str, tuple[Callable[[Case], object], str]] = {
    "nothing": (lambda _: None, "1 replaced"),
    "a file in a folder that its glob does not match": (
        lambda case: (case.folder / "manifests" / "data" / "c.tsv").write_text("1\n"),
        "1 replaced",
    ),
    "a comment in a manifest": (lambda case: case.edit("version: 1", "# new\nversion: 1"), "1 replaced"),
    "a manifest under another name": (
        lambda case: case.manifest.rename(case.manifest.with_name("n.yml")),
        "1 replaced",
    ),
    "everything expired": (lambda case: case.server.advance(21 * 60), "3 created, 0 replaced"),
    "the container to replace deleted": (lambda case: case.gone("mx-a"), "1 created, 0 replaced"),
    "the container to keep deleted": (lambda case: case.gone("mx-b"), "1 created, 1 replaced"),
    "files of the container to replace": (lambda case: case.upload("mx-a", "a.txt", b"other"), "1 replaced"),
    "the value of a secret with a version": (
        lambda case: (case.folder / "manifests" / "t.txt").write_text("rotated\n"),
        "1 replaced",
    ),
    "what is left of a secret whose container stays": (
        lambda case: (case.folder / "manifests" / "t.txt").unlink(),
        "1 replaced",
    ),
    "the container with secrets expired": (lambda case: case.gone(case.stamped), "1 created, 1 replaced"),
    "a stranger outside of the scope": (lambda case: case.plant(name="other"), "1 replaced"),
    "another folder": (
        _moved,
        "1 replaced",
    ),
}


@pytest.mark.parametrize("what", COVERED)
def test_what_may_change(case: Case, what: str) -> None:
    change, told = COVERED[what]
    change(case)
    folder = case.folder / "new" if what == "another folder" else case.folder
    applied = reconciler("apply", "my.plan.json", env=case.server.env, cwd=folder)
    assert (applied.code, told in applied.out) == (0, True), (applied.out, applied.err)
    assert case.server.running("mx-a")[0]["memory_limit"] == "4g"
    again = reconciler("apply", "my.plan.json", env=case.server.env, cwd=folder)
    assert (again.code, again.out.splitlines()[-1]) == (0, "No changes.")


OFFLINE: dict[str, tuple[Callable[[Case], object], str]] = {
    "a field": (lambda case: case.edit("4g", "16g"), "mx-a is declared otherwise"),
    "a file's contents": (
        lambda case: (case.folder / "manifests" / "a.txt").write_text("wrong\n"),
        "mx-a is declared otherwise",
    ),
    "a file that appeared in a folder": (
        lambda case: (case.folder / "manifests" / "data" / "c.csv").write_text("1\n"),
        "mx-a is declared otherwise",
    ),
    "a file of a folder under another name": (
        lambda case: (case.folder / "manifests" / "data" / "b.csv").rename(
            case.folder / "manifests" / "data" / "c.csv"
        ),
        "mx-a is declared otherwise",
    ),
    "the version of a secret": (
        lambda case: case.edit("version: 1}", "version: 2}"),
        "mx-c is declared otherwise",
    ),
    "where a secret comes from": (
        lambda case: case.edit("file: t.txt", "file: u.txt"),
        "mx-c is declared otherwise",
    ),
    "the contents of a skill": (
        lambda case: (case.folder / "manifests" / "cleaner" / "SKILL.md").write_text("other\n"),
        "mx-c is declared otherwise",
    ),
    "a file more in a skill": (
        lambda case: (case.folder / "manifests" / "cleaner" / "more.md").write_text(""),
        "mx-c is declared otherwise",
    ),
    "a skill less": (
        lambda case: case.edit(
            "    skills:\n      - {type: inline, name: cleaner, description: cleans, source: cleaner}\n", ""
        ),
        "mx-c is declared otherwise",
    ),
    "the files key": (lambda case: case.edit("    files: []\n", ""), "mx-b is declared otherwise"),
    "a container more": (
        lambda case: (case.manifest.with_name("z.yaml")).write_text(
            "version: 1\ncontainers: [{name: mx-z}]\n"
        ),
        "mx-z was not declared",
    ),
    "a container less": (
        lambda case: case.edit("  - name: mx-b\n    files: []\n", ""),
        "mx-b is no longer declared",
    ),
    "the scope": (lambda case: case.edit("prune: true", "prune: false"), "the scope of the manifests"),
    "the folder of the manifests": (
        lambda case: (case.folder / "manifests").rename(case.folder / "elsewhere"),
        "what the plan names is not there",
    ),
    "an altered action": (
        lambda case: case.file.write_text(
            case.file.read_text().replace('"create",\n        "delete"', '"delete"')
        ),
        "do not match its digest",
    ),
    "an altered digest": (
        lambda case: case.file.write_text(case.file.read_text().replace('"digest": "sha256:', '"digest": "')),
        "do not match its digest",
    ),
    "a forged target": (
        lambda case: case.forge(lambda plan: plan["target"].update(url="https://evil.example/v1")),
        "the target: approved for https://evil.example/v1",
    ),
    "a forged scope": (
        lambda case: case.forge(lambda plan: plan["scope"].update(prefix="")),
        "the scope of the manifests",
    ),
    "a forged desired state": (
        lambda case: case.forge(lambda plan: plan["desired"].update({"mx-z": "0" * 64})),
        "mx-z is no longer declared",
    ),
    "forged manifests": (
        lambda case: case.file.write_text(case.file.read_text().replace('"manifests"\n', '"/etc"\n')),
        "nothing was read",
    ),
}


@pytest.mark.parametrize("what", OFFLINE)
def test_what_is_refused_before_anything_is_contacted(case: Case, what: str) -> None:
    change, told = OFFLINE[what]
    change(case)
    case.server.forget_requests()
    refused = case.run("apply", "my.plan.json")
    assert (refused.code, told in refused.err, "Traceback" in refused.err) == (5, True, False), refused.err
    assert case.server.requests() == 0
    assert case.names() == ["mx-a", "mx-b", case.stamped]


ONLINE: dict[str, tuple[Callable[[Case], object], str]] = {
    "the prune set grew": (
        lambda case: case.plant(name="mx-new"),
        "not approved: delete mx-new (not-in-manifest)",
    ),
    "a copy was planted beside what is kept": (
        lambda case: case.plant(name="mx-b"),
        "not approved: delete mx-b (duplicate)",
    ),
    "what is kept was made anew without its skills and secrets": (
        lambda case: case.remade(case.stamped, "mx-c"),
        "not approved: replace mx-c (field-changed, stamp-changed)",
    ),
    "what is kept was made anew with other fields": (
        lambda case: case.remade("mx-b"),
        "not approved: replace mx-b (field-changed)",
    ),
    "what is replaced was made anew with yet other fields": (
        lambda case: case.remade("mx-a"),
        "not approved: replace mx-a (field-changed)",
    ),
    "a forged action": (
        lambda case: case.forge(
            lambda plan: plan["changes"][0].update(actions=["keep"], reasons=[], fields=[], files=[])
        ),
        "not approved: replace mx-a (field-changed)",
    ),
    "a forged field": (
        lambda case: case.forge(lambda plan: plan["changes"][0]["fields"][0].update(after="64g")),
        "not approved: replace mx-a (field-changed)",
    ),
}


@pytest.mark.parametrize("what", ONLINE)
def test_what_is_refused_after_looking(case: Case, what: str) -> None:
    change, told = ONLINE[what]
    change(case)
    before = case.server.containers()
    case.server.forget_requests()
    refused = case.run("apply", "my.plan.json")
    assert (refused.code, told in refused.err) == (5, True), refused.err
    assert {request.split()[0] for request in case.server.counts()} <= {"GET"}
    assert [row["id"] for row in case.server.containers()] == [row["id"] for row in before]


def test_a_forged_id_and_a_forged_delete_steer_nothing(case: Case) -> None:
    """Ids are taken from what is live now, and nothing is deleted that planning again does not delete."""
    case.plant(name="foreign")
    (foreign,) = case.server.running("foreign")

    def forge(plan: dict[str, Any]) -> None:
        plan["changes"][0]["container_id"] = foreign["id"]
        delete = {**plan["changes"][0], "name": "foreign", "actions": ["delete"], "fields": [], "files": []}
        file = {"operation": "delete", "path": "../../etc/passwd", "bytes": 1, "sha256": None}
        sync = {**delete, "actions": ["sync"], "files": [{**file, "file_id": "../../x"}]}
        plan["changes"] += [delete, sync]

    case.forge(forge)
    case.server.forget_requests()
    applied = case.run("apply", "my.plan.json")
    assert (applied.code, "1 replaced, 0 synced, 0 deleted" in applied.out) == (0, True), applied.err
    assert case.server.running("foreign") == [foreign]
    log = json.dumps(case.server.control("GET", "/log"))
    assert foreign["id"] not in log
    assert "passwd" not in log


@pytest.mark.parametrize("variable", ["OPENAI_PROJECT_ID", "OPENAI_ORG_ID"])
def test_another_project_or_organization_is_refused(case: Case, variable: str) -> None:
    case.server.forget_requests()
    refused = case.run("apply", "my.plan.json", **{variable: "other-one"})
    assert (refused.code, "asked for" in refused.err, "other-one" in refused.err) == (5, True, True)
    assert case.server.requests() == 0


def test_another_account_is_refused(case: Case) -> None:
    with serving() as other:
        refused = case.run("apply", "my.plan.json", OPENAI_BASE_URL=other.base_url)
        assert (refused.code, f"asked for {other.base_url}" in refused.err) == (5, True)
        assert other.requests() == 0


def test_a_plan_that_was_carried_out_in_part_is_gone_on_with(case: Case) -> None:
    case.server.fault(endpoint="POST /containers", kind="status", status=400)
    partial = case.run("apply", "my.plan.json")
    assert partial.code == 6, partial.err
    case.server.heal()
    again = case.run("apply", "my.plan.json")
    assert (again.code, "1 replaced" in again.out) == (0, True)


def test_the_expected_digest_is_held_against_the_plan_just_made(case: Case) -> None:
    digest = json.loads(case.file.read_text())["digest"]
    shown = case.run("plan", "manifests")
    assert f"Digest: {digest}" in shown.out.splitlines()
    wrong = f"sha256:{'0' * 64}"
    for path in ("manifests", "my.plan.json"):
        case.server.forget_requests()
        refused = case.run("apply", path, "--auto-approve", "--expect-digest", wrong)
        assert (refused.code, f"found {digest}" in refused.err) == (5, True)
        assert not {request for request in case.server.counts() if not request.startswith("GET")}
        assert path == "manifests" or case.server.requests() == 0
    case.plant(name="mx-new")  # the account moves, and with it the plan
    refused = case.run("apply", "manifests", "--auto-approve", "--expect-digest", digest)
    assert refused.code == 5
    case.gone("mx-new")
    applied = case.run("apply", "manifests", "--auto-approve", "--expect-digest", digest.upper()[7:])
    assert (applied.code, "1 replaced" in applied.out) == (0, True)
    covered = case.run("apply", "my.plan.json", "--expect-digest", digest)
    assert (covered.code, covered.out) == (0, "No changes.\n")


@pytest.mark.parametrize(
    "digest", ["", "sha256:", "sha256:123456789abc", "md5:" + "0" * 64, "0" * 65, "g" * 64]
)
def test_what_is_no_digest_is_a_usage_error(case: Case, digest: str) -> None:
    refused = case.run("apply", "my.plan.json", "--expect-digest", digest)
    assert (refused.code, "expected sha256:" in refused.err) == (64, True)


def test_show_renders_stale_foreign_used_and_older_plans_without_a_key(case: Case) -> None:
    values = json.loads(case.file.read_text())
    values["tool_version"] = "0.0.0-older"
    values["target"]["url"] = "https://another.example/v1"
    for key in ("raised_usd_per_hour", "prices_of"):
        del values["cost"][key]
    values["digest"] = digest_of(values)
    shutil.rmtree(case.folder / "manifests")
    case.file.write_text(json.dumps(values))
    case.server.forget_requests()
    text = reconciler("show", "my.plan.json", cwd=case.folder)
    assert (text.code, text.err) == (0, "")
    assert "replace mx-a (field-changed)" in text.out
    assert "Target: https://another.example/v1" in text.out
    document = reconciler("show", "my.plan.json", "--format", "json", cwd=case.folder).result
    assert document["plan"]["tool_version"] == "0.0.0-older"
    assert document["plan"]["changes"][0]["flags"] == ["cost"]
    assert case.server.requests() == 0


def test_the_commit_is_shown_and_not_in_the_digest(case: Case) -> None:
    before = json.loads(case.file.read_text())
    assert "commit" not in before
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for arguments in (["init", "-q"], ["add", "manifests"], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *arguments], cwd=case.folder, check=True)
    shown = case.run("plan", "manifests", "-o", "my.plan.json")
    after = json.loads(case.file.read_text())
    assert (len(after["commit"]), after["dirty"], after["digest"]) == (40, False, before["digest"])
    assert f"Commit: {after['commit']}" in shown.out.splitlines()
    case.edit("version: 1", "# new\nversion: 1")
    assert (
        f"Commit: {after['commit']}, with changes that are not committed" in case.run("plan", "manifests").out
    )
    applied = case.run("apply", "my.plan.json", "--format", "json")
    assert (applied.code, applied.result["plan"]["dirty"]) == (0, True)

"""Plan files from somebody who means harm: refused in one clear line, or harmless; never a traceback."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.commands import Ran, reconciler

if TYPE_CHECKING:
    from pathlib import Path

    from support.servers import Server

MANIFEST = "version: 1\nscope: {prefix: hx-}\ncontainers:\n  - name: hx-a\n"
HEAD = '{"kind": "reconciler/plan", "format_version": "1.0", '


@pytest.fixture
def plan(tmp_path: Path, server: Server) -> str:
    """The text of a plan; its manifest lies in the folder."""
    (tmp_path / "h.yaml").write_text(MANIFEST)
    made = reconciler("plan", "h.yaml", "-o", "h.plan.json", env=server.env, cwd=tmp_path)
    assert made.code == 0, made.err
    server.forget_requests()
    return (tmp_path / "h.plan.json").read_text()


def both(folder: Path, server: Server) -> list[Ran]:
    """Shows and applies the plan in the folder."""
    commands = (("show",), ("apply", "--auto-approve"), ("apply", "--auto-approve", "--format", "json"))
    return [reconciler(*command, "h.plan.json", env=server.env, cwd=folder) for command in commands]


def refused(folder: Path, server: Server, told: str) -> None:
    """Every command says so in one line, and nothing is sent."""
    for ran in both(folder, server):
        assert (ran.code, told in ran.err) == (5, True), ran.err[:2000]
        assert len([line for line in ran.err.splitlines() if not line.startswith(" ")]) == 1
        assert ran.err.isprintable() or set(ran.err) - set(map(chr, range(32, 127))) <= {"\n", "…"}
        assert max(map(len, ran.err.splitlines())) < 1500
    assert server.requests() == 0
    assert server.containers() == []


TEXTS = {
    "deep lists": (HEAD + '"x": ' + "[" * 100_000, "the plan file is not JSON"),
    "deep objects": (HEAD + '"x": ' + '{"a":' * 100_000, "the plan file is not JSON"),
    "deep and closed": (HEAD + '"x": ' + "[" * 100_000 + "]" * 100_000 + "}", "the plan file is"),
    "cut off": (HEAD, "the plan file is not JSON"),
    "nothing else": (HEAD + '"a": 1}', "the plan file is damaged"),
    "a key twice": (HEAD + '"kind": "reconciler/plan"}', 'the key "kind" stands twice'),
    "not a number": (HEAD + '"cost": NaN}', "NaN is no number"),
    "an infinity": (HEAD + '"cost": -Infinity}', "-Infinity is no number"),
    "a million digits": (HEAD + '"cost": ' + "9" * 1_000_000 + "}", "the plan file is not JSON"),
    "another format": ('{"kind": "reconciler/plan", "format_version": "\\u001b[2J\\n9"}', "cannot read"),
    "a key of control characters": (HEAD + '"\x1b": 1}', "the plan file is not JSON"),
}


@pytest.mark.parametrize("case", TEXTS)
def test_what_is_no_plan_is_refused(case: str, tmp_path: Path, server: Server) -> None:
    text, told = TEXTS[case]
    (tmp_path / "h.plan.json").write_text(text)
    refused(tmp_path, server, told)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "latin-1"])
def test_another_encoding_is_refused(plan: str, tmp_path: Path, server: Server, encoding: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    text = plan.replace('"hx-', '"\xe9hx-') if encoding == "latin-1" else plan
    (tmp_path / "h.plan.json").write_bytes((mark + text).encode(encoding))
    refused(tmp_path, server, "is not UTF-8")


def test_a_byte_order_mark_is_no_harm(plan: str, tmp_path: Path, server: Server) -> None:
    (tmp_path / "h.plan.json").write_text("\ufeff" + plan)
    assert [ran.code for ran in both(tmp_path, server)] == [0, 0, 0]


def test_a_file_larger_than_any_plan_is_refused_unread(tmp_path: Path, server: Server) -> None:
    with (tmp_path / "h.plan.json").open("wb") as file:
        file.write(HEAD.encode())
        file.truncate(300 * 1024 * 1024)
    ran = reconciler("show", "h.plan.json", cwd=tmp_path)
    assert (ran.code, "larger than any plan" in ran.err) == (5, True)
    assert server.requests() == 0


@pytest.mark.parametrize(
    "path", ["/etc", "../..", "h.yaml/../../..", "", "-", "a\x00b", "\ud800", "\x1b[2J", "~"]
)
def test_manifests_of_a_forged_plan_are_not_looked_for_elsewhere(
    plan: str, tmp_path: Path, server: Server, path: str
) -> None:
    """Paths are not in the digest: a project may be moved. So anybody can write others into a plan."""
    (tmp_path / "secret.yaml").write_text("password: hunter2\n")
    values = json.loads(plan)
    values["manifests"] = [path]
    (tmp_path / "h.plan.json").write_text(json.dumps(values))
    for ran in both(tmp_path, server)[1:]:
        assert (ran.code, "Traceback" in ran.err, "hunter2" in ran.err) == (5, False, False), ran.err
    assert server.requests() == 0


def test_manifests_elsewhere_are_read_where_they_are_named_again(tmp_path: Path, server: Server) -> None:
    work, other = tmp_path / "work", tmp_path / "other"
    for folder in (work, other):
        folder.mkdir()
    (other / "h.yaml").write_text(MANIFEST)
    made = reconciler("plan", "../other/h.yaml", "-o", "h.plan.json", env=server.env, cwd=work)
    assert made.code == 0
    alone = reconciler("apply", "h.plan.json", env=server.env, cwd=work)
    assert (alone.code, "name them after the plan" in alone.err) == (5, True)
    assert reconciler("apply", "h.plan.json", "../other/h.yaml", env=server.env, cwd=work).code == 0
    assert len(server.running("hx-a")) == 1


def test_manifests_that_a_plan_may_name_and_nobody_meant_are_held_against_it(
    plan: str, tmp_path: Path, server: Server
) -> None:
    (tmp_path / "other.yaml").write_text(MANIFEST.replace("hx-a", "hx-b"))
    values = json.loads(plan)
    values["manifests"] = ["other.yaml"]
    (tmp_path / "h.plan.json").write_text(json.dumps(values))
    ran = reconciler("apply", "h.plan.json", env=server.env, cwd=tmp_path)
    assert (ran.code, "hx-b was not declared" in ran.err) == (5, True)
    assert server.requests() == 0

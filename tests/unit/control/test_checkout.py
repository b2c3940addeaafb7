"""The commit that manifests lie in, told by a real git, and by none where there is none."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from reconciler.control.checkout import commit_of
from reconciler.model.plan import Commit

if TYPE_CHECKING:
    from pathlib import Path


def git(folder: Path, *arguments: str) -> str:
    """Runs git as a person would, without anybody's configuration."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    done = subprocess.run(
        ["git", *who, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A work tree with one commit."""
    root = tmp_path / "tree"
    (root / "manifests").mkdir(parents=True)
    (root / "manifests" / "a.yaml").write_text("version: 1\n")
    (root / "other.txt").write_text("other\n")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "first")
    return root


def found(tree: Path) -> Commit | None:
    """The commit of the manifests in a work tree."""
    return commit_of([str(tree / "manifests")])


def test_a_clean_work_tree(tree: Path) -> None:
    assert found(tree) == Commit(git(tree, "rev-parse", "HEAD"), dirty=False)
    assert commit_of([str(tree / "manifests" / "a.yaml"), str(tree)]) == found(tree)


@pytest.mark.parametrize("changed", ["other.txt", "manifests/a.yaml", "manifests/new.yaml"])
def test_what_differs_from_the_commit_is_told(tree: Path, changed: str) -> None:
    (tree / changed).write_text("changed\n")
    assert found(tree) == Commit(git(tree, "rev-parse", "HEAD"), dirty=True)


def test_a_manifest_that_git_ignores_is_not_of_the_commit(tree: Path) -> None:
    (tree / ".git" / "info" / "exclude").write_text("*.yaml\n")
    (tree / "manifests" / "hidden.yaml").write_text("version: 1\n")
    assert found(tree) == Commit(git(tree, "rev-parse", "HEAD"), dirty=True)


def test_what_lies_beside_the_manifests_is_no_change(tree: Path) -> None:
    (tree / "my.plan.json").write_text("{}")
    assert found(tree) == Commit(git(tree, "rev-parse", "HEAD"), dirty=False)


def test_a_detached_head_and_another_work_tree(tree: Path) -> None:
    head = git(tree, "rev-parse", "HEAD")
    git(tree, "checkout", "-q", "--detach")
    assert found(tree) == Commit(head, dirty=False)
    second = tree.parent / "second"
    git(tree, "worktree", "add", "-q", str(second), head)
    assert (second / ".git").is_file()
    assert found(second) == Commit(head, dirty=False)


def test_where_there_is_none(tmp_path: Path, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert commit_of([str(tmp_path)]) is None
    assert commit_of([str(tmp_path / "missing" / "a.yaml")]) is None
    assert commit_of([str(tree), str(tmp_path)]) is None
    empty = tmp_path / "empty"
    empty.mkdir()
    git(empty, "init", "-q")
    assert commit_of([str(empty)]) is None
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / ".git").write_text("gitdir: /nowhere\n")
    assert commit_of([str(tmp_path / "broken")]) is None
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert found(tree) is None


def test_standard_input_lies_nowhere(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    assert commit_of(["."]) is not None
    assert commit_of([".", "-"]) is None


def test_what_points_git_elsewhere_is_not_followed(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    assert found(tree) == Commit(commit_id(tree), dirty=False)


def commit_id(tree: Path) -> str:
    """The commit, read from the file."""
    return (tree / ".git" / "refs" / "heads" / "main").read_text().strip()


@pytest.mark.parametrize(
    "setting",
    ["core.fsmonitor", "core.hooksPath", "filter.evil.clean", "filter.evil.process", "core.sshCommand"],
)
def test_a_hostile_repository_runs_nothing(tree: Path, setting: str) -> None:
    mark = tree.parent / "ran"
    script = tree.parent / "hooks" / "post-index-change"
    script.parent.mkdir()
    script.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    script.chmod(0o755)
    git(tree, "config", setting, str(script.parent if setting == "core.hooksPath" else script))
    (tree / ".gitattributes").write_text("* filter=evil\n")
    (tree / "other.txt").write_text("otheR\n")
    commit = found(tree)
    assert not mark.exists()
    assert commit == Commit(commit_id(tree), dirty=None if setting.startswith("filter") else True)
    if setting in {"core.fsmonitor", "filter.evil.clean"}:  # git waits for ever for such a filter.process
        status = ["git", "status"]
        subprocess.run(status, cwd=tree, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        assert mark.exists(), "the trap must be one"

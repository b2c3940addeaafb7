"""Which files a path means, by which names, and what a path that means none gets."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from unit.manifest.folder import make_unreadable

from reconciler.manifest import discovery, load
from reconciler.model.asked import Reading
from reconciler.model.errors import UsageError

if TYPE_CHECKING:
    from unit.manifest.folder import Folder


def _declares(name: str) -> str:
    return f"version: 1\ncontainers: [{{name: {name}}}]\n"


def _declared(*paths: str) -> list[str]:
    desired = load(paths).desired
    assert desired is not None
    return [container.name for container in desired.containers]


def test_a_folder_means_the_manifests_below_it(folder: Folder) -> None:
    for place in ("b.yaml", "a.yml", "deep/er/c.yaml", ".hidden.yaml", "_d.yml"):
        folder.write(f"set/{place}", _declares(place.replace("/", "-").strip("._")))
    for place in (".git/x.yaml", "_old/y.yaml", "deep/_z/z.yaml", "n.json", "n.yaml.bak", "yaml"):
        folder.write(f"set/{place}", "not: [a manifest")
    assert _declared("set") == ["a.yml", "b.yaml", "d.yml", "deep-er-c.yaml", "hidden.yaml"]


def test_a_folder_that_is_given_is_read_whatever_its_name(folder: Folder) -> None:
    folder.write("_set/a.yaml", _declares("a"))
    assert _declared("_set") == ["a"]
    os.chdir("_set")
    assert _declared(".") == ["a"]


def test_a_file_that_is_given_is_read_whatever_its_name(folder: Folder) -> None:
    folder.write("fleet", _declares("a"))
    assert _declared("fleet") == ["a"]


def test_one_file_is_read_once(folder: Folder) -> None:
    folder.write("set/a.yaml", _declares("a"))
    (folder.path / "set/link.yaml").symlink_to("a.yaml")
    (folder.path / "set/round").symlink_to(".")
    assert _declared("set", "./set/a.yaml", "set") == ["a"]


def test_linked_folders_are_not_left_out(folder: Folder) -> None:
    folder.write("set/_elsewhere/b.yaml", _declares("b"))
    folder.write("set/a.yaml", _declares("a"))
    (folder.path / "set/linked").symlink_to("_elsewhere")
    assert _declared("set") == ["a", "b"]


@pytest.mark.parametrize("link", ["linked", "linked.yaml", "deep/linked"])
def test_links_that_lead_out_of_the_folder_are_followed_only_where_that_is_permitted(
    folder: Folder, link: str
) -> None:
    """A branch of somebody else may hold them, and diagnostics quote what they lead to."""
    folder.write("elsewhere/b.yaml", _declares("b"))
    folder.write("set/deep/a.yaml", _declares("a"))
    target = folder.path / "elsewhere" / ("b.yaml" if link.endswith("yaml") else "")
    (folder.path / "set" / link).symlink_to(target)
    (found,) = load(["set"]).diagnostics
    assert found.position is not None
    assert (found.code, found.position.file) == ("outside-folder", f"set/{link}")
    desired = load(["set"], reading=Reading(allow_outside=True)).desired
    assert desired is not None
    assert [entry.name for entry in desired.containers] == ["a", "b"]
    assert _declared(f"set/{link}") == ["b"]


@pytest.mark.parametrize("given", ["set", "./set", "set/", "set//"])
def test_files_are_named_as_they_were_given(folder: Folder, given: str) -> None:
    folder.write("set/a.yaml", "version: 1\ncontainers: [{nam: a}]\n")
    (found,) = load([given]).diagnostics
    assert found.position is not None
    assert found.position.file == os.path.join(given, "a.yaml")  # noqa: PTH118 - pathlib rewrites what was given


def test_paths_are_kept_as_they_were_given(folder: Folder) -> None:
    folder.write("set/a.yaml", _declares("a"))
    desired = load(["./set", "set/a.yaml"]).desired
    assert desired is not None
    assert desired.manifests == ("./set", "set/a.yaml")


def test_a_folder_without_a_manifest_is_a_problem(folder: Folder) -> None:
    folder.write("empty/.x/a.yaml", _declares("a"))
    folder.write("set/a.yaml", _declares("a"))
    (found,) = load(["set", "empty"]).diagnostics
    assert found.code == "no-manifest"
    assert found.position is None
    assert "empty" in found.message


@pytest.mark.parametrize("path", ["-", "missing", "a.txt/below", "", "nul\0", "n" * 5000])
def test_a_path_that_cannot_be_read_is_a_usage_error(folder: Folder, path: str) -> None:
    folder.write("good.yaml", _declares("a"))
    with pytest.raises(UsageError):
        load(["good.yaml", path])


def test_no_path_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        load([])


def test_a_pipe_is_not_waited_for(folder: Folder) -> None:
    folder.write("set/a.yaml", _declares("a"))
    os.mkfifo(folder.path / "set/b.yaml")
    assert _told("set") == [("set/b.yaml", "file-unreadable")]
    with pytest.raises(UsageError):
        load(["set/b.yaml"])


def _told(path: str) -> list[tuple[str, str]]:
    diagnostics = load([path]).diagnostics
    return [(found.position.file, found.code) for found in diagnostics if found.position]


def test_what_cannot_be_read_below_a_folder_hides_no_other_problem(folder: Folder) -> None:
    folder.write("set/a.yaml", "version: 1\ncontainers: [{nam: a}]\n")
    (folder.path / "set/b.yaml").symlink_to("gone.yaml")
    (folder.path / "set/c.yaml").symlink_to("c.yaml")
    assert _told("set") == [
        ("set/a.yaml", "unknown-key"),
        ("set/b.yaml", "file-unreadable"),
        ("set/c.yaml", "file-unreadable"),
    ]
    with pytest.raises(UsageError):
        load(["set/b.yaml"])


@pytest.mark.parametrize("path", ["set/a.yaml", "set/deep"])
def test_what_may_not_be_read_below_a_folder_is_a_problem_and_given_itself_a_usage_error(
    folder: Folder, path: str
) -> None:
    folder.write("set/a.yaml", _declares("a"))
    folder.write("set/deep/b.yaml", _declares("b"))
    make_unreadable(folder.path / path)
    assert _told("set") == [(path, "file-unreadable")]
    with pytest.raises(UsageError):
        load([path])


def test_folders_may_be_deeper_than_a_program_recurses(folder: Folder) -> None:
    folder.write("set/a.yaml", _declares("a"))
    os.chdir(folder.path / "set")
    for _ in range(1_200):
        Path("d").mkdir()
        os.chdir("d")
    Path("b.yaml").write_text(_declares("b"), encoding="utf-8")
    os.chdir(folder.path)
    assert _declared("set") == ["a", "b"]
    subprocess.run(["rm", "-r", "set"], check=True)  # pytest's own cleaning recurses


def test_no_more_files_are_read_than_a_set_has(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "MAX_FILES", 3)
    for name in "dcba":
        folder.write(f"set/{name}.yaml", _declares(name))
    (found,) = load(["set"]).diagnostics
    assert found.code == "too-large"
    assert found.position is not None
    assert _declared("set/a.yaml", "set/b.yaml", "set/c.yaml") == ["a", "b", "c"]

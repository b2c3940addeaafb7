"""Where local files may lie: in or below the manifest's folder, by text and by links, unless permitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unit.manifest.folder import container, short

from reconciler.manifest import fingerprint, load
from reconciler.manifest.reach import Reach
from reconciler.model.asked import Reading

if TYPE_CHECKING:
    from pathlib import Path

    from unit.manifest.folder import Folder

EVERYWHERE = Reading(allow_outside=True)


@pytest.fixture
def nested(folder: Folder) -> Folder:
    """A folder `in` with links out of it, in a folder with `a.txt`."""
    for name, target in {
        "file": "../a.txt",
        "folder": "../sub",
        "absolute": str(folder.path / "a.txt"),
        "circle": "circle",
        "inner": "x.txt",
        "over": "../in/x.txt",
    }.items():
        (folder.path / "in").mkdir(exist_ok=True)
        (folder.path / "in" / name).symlink_to(target)
    folder.write("in/x.txt", "x")
    return folder


def _codes(folder: Folder, source: str, reading: Reading = Reading()) -> list[str]:  # noqa: B008 - frozen
    folder.write("in/m.yaml", container(f"files: [{{path: p, source: {source}}}]"))
    return [short(found) for found in load(["in/m.yaml"], reading=reading).diagnostics]


@pytest.mark.parametrize(
    "source", ["../a.txt", "sub/../../a.txt", "/etc/hosts", "file", "folder/b.txt", "absolute", "./file"]
)
def test_what_leads_out_of_the_folder_is_refused_at_the_source(nested: Folder, source: str) -> None:
    assert _codes(nested, source) == ["4:31: outside-folder"]


@pytest.mark.parametrize("source", ["../a.txt", "/etc/hosts", "file", "folder/b.txt", "absolute"])
def test_it_is_read_where_that_is_permitted(nested: Folder, source: str) -> None:
    assert _codes(nested, source, EVERYWHERE) == []
    loaded = load(["in/m.yaml"], reading=EVERYWHERE)
    assert loaded.desired is not None
    (entry,) = fingerprint(loaded.desired).desired.containers
    assert [file.spec.sha256 is None for file in entry.files or ()] == [False]


@pytest.mark.parametrize("source", ["inner", "over", "x.txt", "./x.txt"])
def test_a_link_within_the_folder_is_followed(nested: Folder, source: str) -> None:
    assert _codes(nested, source) == []


def test_a_link_to_itself_is_unreadable_and_no_traceback(nested: Folder) -> None:
    assert _codes(nested, "circle") == ["4:31: file-unreadable"]


def test_the_message_names_the_link_and_where_it_leads(nested: Folder) -> None:
    nested.write("in/m.yaml", container("files: [{path: p, source: file}]"))
    (found,) = load(["in/m.yaml"]).diagnostics
    assert found.message.startswith("in/file leads out of the manifest's folder through a link, to /")
    assert found.hint is not None
    assert "--allow-outside" in found.hint


def test_one_file_may_be_within_reach_of_one_manifest_and_not_of_another(nested: Folder) -> None:
    nested.write("top.yaml", container("files: [{path: p, source: in/file}]"))
    nested.write("in/m.yaml", container("files: [{path: p, source: file}]").replace("ab-c", "ab-d"))
    found = load(["top.yaml", "in/m.yaml"]).diagnostics
    assert [(str(each.position), each.code) for each in found] == [("in/m.yaml:4:31", "outside-folder")]


def test_a_manifest_reached_through_a_linked_folder_has_its_real_folder(nested: Folder) -> None:
    (nested.path / "linked").symlink_to("in")
    nested.write("in/m.yaml", container("files: [{source: x.txt}]"))
    assert load(["linked/m.yaml"]).diagnostics == ()


def test_a_folder_whose_name_begins_like_the_manifests_is_another(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "inside").mkdir()
    (tmp_path / "in" / "link").symlink_to(tmp_path / "inside" / "secret")
    reach = Reach(Reading())
    problem = reach.problem(str(tmp_path / "in" / "m.yaml"), "link")
    assert problem is not None
    assert problem.code == "outside-folder"


def test_a_path_that_no_file_can_have_is_left_to_whoever_opens_it(folder: Folder) -> None:
    reach = Reach(Reading())
    assert reach.problem(str(folder.path / "m.yaml"), "a\udcff/b") is None


def test_a_file_over_the_limit_is_refused_and_one_at_the_limit_is_not(folder: Folder) -> None:
    text = container("files: [{source: a.txt}]")
    assert folder.load(text, Reading(max_file_size=2)).diagnostics == ()
    (found,) = folder.load(text, Reading(max_file_size=1)).diagnostics
    assert short(found) == "4:22: file-too-large"
    assert found.message == "expected a file of at most 1 bytes, found 2: a.txt"


def test_the_limit_is_that_of_the_files_api_where_nobody_says_otherwise(folder: Folder) -> None:
    with (folder.path / "big").open("wb") as file:
        file.truncate(512 * 1024**2)
    text = container("files: [{source: big}]")
    assert folder.problems(text) == []
    with (folder.path / "big").open("ab") as file:
        file.write(b"x")
    assert "the Files API takes 512 MB" in folder.only(text).message

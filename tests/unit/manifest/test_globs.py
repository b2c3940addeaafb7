"""Globs and folders as sources: which files they stand for, and what is said where one of them cannot be."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.manifest.folder import container, make_unreadable, short

from reconciler.manifest import load
from reconciler.manifest.globs import Pattern
from reconciler.model.asked import Reading
from reconciler.model.spec import LocalFile

if TYPE_CHECKING:
    from unit.manifest.folder import Folder

TREE = (
    "p/b.md",
    "p/a.md",
    "p/A2.MD",
    "p/notes.txt",
    "p/.hidden.md",
    "p/deep/c.md",
    "p/deep/er/d.md",
    "p/.git/e.md",
    "p/drafts/f.md",
    "p/x[1].md",
)


@pytest.fixture
def tree(folder: Folder) -> Folder:
    """A folder of prompts."""
    for name in TREE:
        folder.write(name, name)
    return folder


def paths(folder: Folder, entry: str) -> list[str]:
    """The local files that an entry stands for, in the order of their names in the container."""
    (found,) = folder.desired(container(f"files: [{{{entry}}}]")).containers
    files = [(file.spec.path, file.content) for file in found.files or ()]
    assert [name for name, _ in files] == sorted(name for name, _ in files)
    locals_ = [content.path for _, content in files if isinstance(content, LocalFile)]
    assert [name for name, _ in files] == [os.path.basename(path) for path in locals_]  # noqa: PTH119 - of texts
    return locals_


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("source: 'p/*.md'", ["p/a.md", "p/b.md", "p/x[1].md"]),
        ("source: './p//*.md'", ["./p/a.md", "./p/b.md", "./p/x[1].md"]),
        ("source: 'p/?.md'", ["p/a.md", "p/b.md"]),
        ("source: 'p/[!a].md'", ["p/b.md"]),
        ("source: 'p/x[[]1].md'", ["p/x[1].md"]),
        ("source: 'p/.*.md'", ["p/.hidden.md"]),
        ("source: 'p/*/*.md'", ["p/deep/c.md", "p/drafts/f.md"]),
        ("source: '**/d*.md'", ["p/deep/er/d.md"]),
        ("source: 'p/**/er/**/*.md'", ["p/deep/er/d.md"]),
        ("source: 'p/deep'", ["p/deep/c.md", "p/deep/er/d.md"]),
        ("source: 'p/deep/'", ["p/deep/c.md", "p/deep/er/d.md"]),
        ("source: 'p/deep/**'", ["p/deep/c.md", "p/deep/er/d.md"]),
        (
            "source: 'p/**/*.md', exclude: [drafts, 'x*']",
            ["p/a.md", "p/b.md", "p/deep/c.md", "p/deep/er/d.md"],
        ),
        ("source: 'p/**/*.md', exclude: ['p/*.md', 'p/**/er']", ["p/deep/c.md", "p/drafts/f.md"]),
    ],
)
def test_what_a_source_stands_for(tree: Folder, entry: str, expected: list[str]) -> None:
    assert sorted(paths(tree, entry)) == sorted(expected)


def test_the_manifests_folder_is_a_folder(folder: Folder) -> None:
    found = paths(folder, "source: ., exclude: ['*.yaml', file-ab-x]")
    assert [os.path.normpath(path) for path in found] == ["a.txt", "sub/b.txt"]


def test_every_file_stands_where_its_entry_does(tree: Folder) -> None:
    (entry,) = tree.desired(container("files: [{path: z, content: x}, {source: 'p/?.md'}]")).containers
    assert [(file.spec.path, file.position.column) for file in entry.files or ()] == [
        ("a.md", 36),
        ("b.md", 36),
        ("z", 13),
    ]
    assert dict(entry.positions)["files.2.path"].column == 20


@pytest.mark.parametrize(
    ("files", "place", "said"),
    [
        ("[{source: 'p/**/*.md'}]", "4:22", ("p/a.md", "p/deep/a.md")),
        ("[{source: 'p/*.md'}, {source: p/deep/a.md}]", "4:42", ("p/a.md", "p/deep/a.md", "m.yaml:4:22")),
        ("[{path: a.md, content: x}, {source: 'p/?.md'}]", "4:48", ("p/a.md", "m.yaml:4:20")),
    ],
)
def test_two_sources_for_one_name_are_told_with_both(
    tree: Folder, files: str, place: str, said: tuple[str, ...]
) -> None:
    tree.write("p/deep/a.md", "other")
    found = tree.only(container(f"files: {files}"))
    assert short(found) == f"{place}: duplicate-path"
    assert [part for part in said if part not in found.message] == []


def test_every_file_that_cannot_be_uploaded_is_named(tree: Folder) -> None:
    os.mkfifo("p/deep/pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("p/deep/socket")
    (tree.path / "p/deep/link").symlink_to("nowhere")
    (tree.path / "p/deep/out").symlink_to("/etc/hosts")
    (tree.path / "p/deep/etc").symlink_to("/etc")
    for name in ("line\nbreak", "file-abc-x", "0" * 32 + "-y"):
        tree.write(f"p/deep/{name}", "x")
    (tree.path / os.fsdecode(b"p/deep/\xff.md")).write_text("x")
    found = tree.load(container("files: [{source: p/deep}]"), Reading(max_file_size=9)).diagnostics
    assert {short(each)[:5] for each in found} == {"4:22:"}
    told: dict[str, list[str]] = {each.code: [] for each in found}
    for each in found:
        told[each.code].append(each.message)
        each.message.encode()
    assert {code: len(messages) for code, messages in told.items()} == {
        "not-a-file": 2,
        "file-unreadable": 1,
        "outside-folder": 2,
        "invalid-value": 4,
        "file-too-large": 2,
    }
    assert any("a named pipe: p/deep/pipe" in message for message in told["not-a-file"])
    assert any("a socket: p/deep/socket" in message for message in told["not-a-file"])
    assert any("p/deep/\\udcff.md" in message for message in told["invalid-value"])


def test_what_is_not_meant_is_not_looked_at(tree: Folder) -> None:
    os.mkfifo("p/pipe")
    (tree.path / "p/etc").symlink_to("/etc")
    assert paths(tree, "source: 'p/?.md'") == ["p/a.md", "p/b.md"]
    assert paths(tree, "source: 'p', exclude: [pipe, etc, drafts, deep, '*.md']") == [
        "p/A2.MD",
        "p/notes.txt",
    ]


def test_a_link_to_a_folder_within_reach_is_entered_and_a_circle_left(tree: Folder) -> None:
    (tree.path / "p/deep/circle").symlink_to("..")
    (tree.path / "linked").symlink_to("p/drafts")
    assert paths(tree, "source: linked") == ["linked/f.md"]
    assert len(paths(tree, "source: 'p/deep/**/?.md'")) == 5


def test_a_folder_that_may_not_be_read_is_a_problem(tree: Folder) -> None:
    make_unreadable(tree.path / "p/deep")
    assert tree.problems(container("files: [{source: 'p/**/*.md'}]")) == ["4:22: file-unreadable"]


def test_outside_of_the_folder_a_glob_needs_permission(tree: Folder) -> None:
    tree.write("in/m.yaml", container("files: [{source: '../p/?.md'}]"))
    assert [short(found) for found in load(["in/m.yaml"]).diagnostics] == ["4:22: outside-folder"]
    loaded = load(["in/m.yaml"], reading=Reading(allow_outside=True))
    assert loaded.desired is not None
    assert [file.spec.path for file in loaded.desired.containers[0].files or ()] == ["a.md", "b.md"]


def test_a_fleet_that_shares_a_folder_looks_once(tree: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    scandir = os.scandir

    def noted(path: str) -> object:
        looked.append(path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", noted)
    many = "".join(f"  - {{name: c{at}, files: [{{source: 'p/?.md'}}]}}\n" for at in range(20))
    loaded = tree.load(f"version: 1\ncontainers:\n{many}")
    assert loaded.desired is not None
    assert {len(entry.files or ()) for entry in loaded.desired.containers} == {2}
    assert looked == ["p"]


NAMES = st.sampled_from(["a", "b", ".c", "ab"])
PARTS = st.sampled_from(["**", "*", "a*", "?", ".*", "b"])


@given(parts=st.lists(PARTS, min_size=1, max_size=5), names=st.lists(NAMES, min_size=1, max_size=5))
def test_a_pattern_matches_what_its_parts_say(parts: list[str], names: list[str]) -> None:
    assert Pattern(parts).matches(names) == _matches(tuple(parts), tuple(names))


def _matches(parts: tuple[str, ...], names: tuple[str, ...]) -> bool:
    """The same by its definition, which takes exponential time."""
    if not parts:
        return not names
    if not names:
        return False
    first, rest = parts[0], parts[1:]
    if first == "**":
        deeper = not names[0].startswith(".") and (
            _matches(parts, names[1:]) or (not rest and len(names) == 1)
        )
        return deeper or (bool(rest) and _matches(rest, names))
    return Pattern([first]).matches(names[:1]) and _matches(rest, names[1:])

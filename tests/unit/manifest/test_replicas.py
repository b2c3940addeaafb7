"""Replicas: one entry that declares several containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

if TYPE_CHECKING:
    from unit.manifest.folder import Folder

ENTRY = """\
version: 1
scope: {prefix: ab-}
defaults: {memory_limit: 4g}
containers:
  - name: ab-c
    files: [{path: x, content: z}, {source: a.txt}]
"""


@pytest.mark.parametrize(("number", "names"), [(1, ["ab-c-0"]), (3, ["ab-c-0", "ab-c-1", "ab-c-2"])])
def test_replicas_have_names_of_their_own_and_share_the_rest(
    folder: Folder, number: int, names: list[str]
) -> None:
    (bare,) = folder.desired(ENTRY).containers
    declared = folder.desired(f"{ENTRY}    replicas: {number}\n").containers
    assert [entry.name for entry in declared] == names
    for entry in declared:
        assert replace(entry.spec, name="ab-c") == bare.spec
        assert (entry.position, entry.files) == (bare.position, bare.files)
        assert dict(entry.positions)["name"] == dict(bare.positions)["name"]


def test_ten_replicas_are_sorted_as_names_are(folder: Folder) -> None:
    names = [entry.name for entry in folder.desired(f"{ENTRY}    replicas: 11\n").containers]
    assert names == sorted(names)
    assert "ab-c-10" in names


def test_replicas_stand_beside_the_bare_name(folder: Folder) -> None:
    desired = folder.desired("version: 1\ncontainers: [{name: a}, {name: b-1}, {name: b, replicas: 1}]\n")
    assert [entry.name for entry in desired.containers] == ["a", "b-0", "b-1"]


def test_only_the_names_that_are_made_must_lie_in_the_scope(folder: Folder) -> None:
    text = "version: 1\nscope: {prefix: ab-}\ncontainers: [{name: ab, replicas: 2}]\n"
    assert [entry.name for entry in folder.desired(text).containers] == ["ab-0", "ab-1"]


def test_a_problem_of_an_entry_is_told_once(folder: Folder) -> None:
    text = ENTRY.replace("a.txt", "no.txt") + "    replicas: 100\n    memory_limit: 2g\n"
    assert folder.problems(text) == ["6:45: file-missing", "8:19: invalid-value"]


def test_as_many_as_are_allowed_load(folder: Folder) -> None:
    assert len(folder.desired("version: 1\ncontainers: [{name: a, replicas: 10000}]\n").containers) == 10_000

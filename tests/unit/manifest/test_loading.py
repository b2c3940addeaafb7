"""What a good set of manifests becomes: values, defaults, order and positions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.manifest import load
from reconciler.model.diagnostics import Position
from reconciler.model.scope import Limits, Scope
from reconciler.model.spec import (
    Compare,
    ContainerSpec,
    ExpiresAfter,
    InlineContent,
    LocalFile,
    NetworkPolicy,
    ReplaceOrder,
)

if TYPE_CHECKING:
    from unit.manifest.folder import Folder

WHOLE = """\
version: 1
scope:
  prefix: ci-
  exclude: [ci-z-, ci-other-]
  prune: true
  sweep: true
  compare: size
  limits: {max_deletes: 0, max_delete_percent: 100}
defaults:
  memory_limit: 4g
  expires_after: {anchor: last_active_at, minutes: 20}
  prune_files: true
  lifecycle: {replace: delete_first}
containers:
  - name: ci-b
    memory_limit: null
    network_policy: {type: allowlist, allowed_domains: [b.example, A.example]}
    lifecycle: {}
    files:
      - source: sub/b.txt
      - {path: a.txt, source: ./a.txt}
      - path: é.json
        content: |
          {"é": 1}
  - name: ci-a
    network_policy: {type: disabled}
    expires_after:
    prune_files: false
    files: []
"""


def test_every_key_arrives(folder: Folder) -> None:
    desired = folder.desired(WHOLE)
    assert desired.scope == Scope(
        "ci-", ("ci-other-", "ci-z-"), prune=True, sweep=True, compare=Compare.SIZE, limits=Limits(0, 100)
    )
    assert desired.manifests == ("m.yaml",)
    assert desired.replace is ReplaceOrder.DELETE_FIRST
    a, b = desired.containers
    assert a.spec == ContainerSpec("ci-a", "4g", NetworkPolicy("disabled"), None)
    assert (a.prune_files, a.replace, a.files) == (False, ReplaceOrder.DELETE_FIRST, ())
    policy = NetworkPolicy("allowlist", ("A.example", "b.example"))
    assert b.spec == ContainerSpec("ci-b", None, policy, ExpiresAfter(20, "last_active_at"))
    assert (b.prune_files, b.replace) == (True, ReplaceOrder.CREATE_FIRST)


def test_files_arrive_by_path_with_what_is_known_offline(folder: Folder) -> None:
    container = folder.desired(WHOLE).by_name()["ci-b"]
    assert container.files is not None
    local, named, inline = container.files
    assert (local.spec.path, local.spec.bytes, local.spec.sha256) == ("a.txt", None, None)
    assert local.content == LocalFile("./a.txt")
    assert (named.spec.path, named.content) == ("b.txt", LocalFile("sub/b.txt"))
    assert inline.content == InlineContent('{"é": 1}\n'.encode())
    assert inline.spec.bytes == 10
    assert inline.spec.sha256 == "f35ad431fee8a8eb8b173292b16f69d77999030f61146357e68f2394853a8f5b"


def test_positions_lead_to_the_values(folder: Folder) -> None:
    container = folder.desired(WHOLE).by_name()["ci-b"]
    assert container.position == Position("m.yaml", 15, 5)
    assert dict(container.positions) == {
        "name": Position("m.yaml", 15, 11),
        "memory_limit": Position("m.yaml", 16, 19),
        "network_policy": Position("m.yaml", 17, 21),
        "network_policy.type": Position("m.yaml", 17, 28),
        "network_policy.allowed_domains": Position("m.yaml", 17, 56),
        "network_policy.allowed_domains.0": Position("m.yaml", 17, 68),
        "network_policy.allowed_domains.1": Position("m.yaml", 17, 57),
        "lifecycle": Position("m.yaml", 18, 16),
        "files": Position("m.yaml", 20, 7),
        "files.0.path": Position("m.yaml", 21, 16),
        "files.2.path": Position("m.yaml", 22, 15),
        "expires_after": Position("m.yaml", 11, 18),
        "expires_after.anchor": Position("m.yaml", 11, 27),
        "expires_after.minutes": Position("m.yaml", 11, 52),
        "prune_files": Position("m.yaml", 12, 16),
    }
    assert [file.position.line for file in container.files or ()] == [21, 20, 22]


def test_without_keys_everything_is_left_to_the_target(folder: Folder) -> None:
    desired = folder.desired("version: 1\ncontainers: [{name: a}]\n")
    (container,) = desired.containers
    assert desired.scope == Scope()
    assert desired.replace is ReplaceOrder.CREATE_FIRST
    assert container.spec == ContainerSpec("a")
    assert container.files is None
    assert container.prune_files is False


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\nscope: {prune: false, sweep: false, exclude: []}\ncontainers: []\n",
        "version: 1\ncontainers: []\n",
    ],
)
def test_an_empty_set_is_a_set(folder: Folder, text: str) -> None:
    assert folder.desired(text).containers == ()


def test_several_files_and_documents_form_one_set(folder: Folder) -> None:
    folder.write(
        "set/a.yaml", "version: 1\nscope: {prefix: ab-}\n---\nversion: 1\ndefaults: {memory_limit: 4g}\n"
    )
    folder.write(
        "set/deep/b.yml",
        "version: 1\ncontainers: [{name: ab-b}]\n---\nversion: 1\ncontainers: [{name: ab-a}]\n",
    )
    desired = load(["set"]).desired
    assert desired is not None
    assert desired.scope.prefix == "ab-"
    assert [container.spec for container in desired.containers] == [
        ContainerSpec("ab-a", "4g"),
        ContainerSpec("ab-b", "4g"),
    ]
    assert desired.containers[0].position == Position("set/deep/b.yml", 5, 14)
    assert dict(desired.containers[0].positions)["memory_limit"] == Position("set/a.yaml", 5, 26)


def test_sources_are_relative_to_their_own_manifest(folder: Folder) -> None:
    folder.write("sub/m.yaml", "version: 1\ncontainers: [{name: a, files: [{source: b.txt}]}]\n")
    desired = load(["sub"]).desired
    assert desired is not None
    (file,) = desired.containers[0].files or ()
    assert file.content == LocalFile("sub/b.txt")


def test_problems_across_files_name_both_places(folder: Folder) -> None:
    folder.write("set/a.yaml", "version: 1\nscope: {}\ndefaults: {}\ncontainers: [{name: x}]\n")
    folder.write("set/b.yaml", "version: 1\ncontainers: [{name: x}]\nscope: {}\ndefaults: {}\n")
    found = load(["./set"]).diagnostics
    assert [(str(problem.position), problem.code) for problem in found] == [
        ("./set/b.yaml:2:21", "duplicate-name"),
        ("./set/b.yaml:3:1", "duplicate-scope"),
        ("./set/b.yaml:4:1", "duplicate-defaults"),
    ]
    for problem, place in zip(found, ["4:21", "2:1", "3:1"], strict=True):
        assert f"./set/a.yaml:{place}" in problem.message


def test_a_file_that_cannot_be_parsed_hides_no_problem_of_another(folder: Folder) -> None:
    folder.write("set/a.yaml", "version: 1\ncontainers: [")
    folder.write("set/b.yaml", "version: 1\nscope: {prune: maybe}\n")
    assert [(str(problem.position), problem.code) for problem in load(["set"]).diagnostics] == [
        ("set/a.yaml:2:14", "yaml-syntax"),
        ("set/b.yaml:2:16", "wrong-type"),
    ]

"""What is kept of manifests makes loading faster, and is never told from loading them."""

from __future__ import annotations

import builtins
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.manifest.test_properties import ANYWHERE, _json, manifests

from reconciler.manifest import Given, load, loading
from reconciler.manifest.keeping import _hides
from reconciler.model.quotes import quote

if TYPE_CHECKING:
    from collections.abc import Callable

    from unit.manifest.folder import Folder

    from reconciler.manifest import Loaded
    from reconciler.manifest.values import Value

TEXT = """version: 1
scope: {prefix: ci-, prune: true, limits: {max_deletes: 1}, protect: ["ci-prod-*"]}
variables: {region: {default: eu}}
defaults: {memory_limit: 4g}
containers:
  # reconciler: allow unverifiable -- known
  - name: ci-${region}
    network_policy: {type: allowlist, allowed_domains: [b.example, a.example]}
    expires_after: {anchor: last_active_at, minutes: 5}
    replicas: 2
    lifecycle: {replace: delete_first, ignore: [files], when_expired: leave, prevent_destroy: true}
    files:
      - {path: x, content: "hällo\\n"}
      - {source: a.txt}
  - {name: ci-b, files: []}
"""


@dataclass
class Memory:
    """Forms in memory; how often one was found."""

    forms: dict[str, str] = field(default_factory=dict)
    found: int = 0

    def form(self, key: str) -> str | None:
        """What was kept."""
        self.found += key in self.forms
        return self.forms.get(key)

    def keep(self, key: str, form: str) -> None:
        """Keeps a form."""
        self.forms[key] = form


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that YAML was read from, one for each time."""
    files: list[str] = []
    take = loading._Texts.take

    def noted(self: loading._Texts, file: str) -> None:
        files.append(file)
        take(self, file)

    monkeypatch.setattr(loading._Texts, "take", noted)
    return files


def same(found: Loaded, fresh: Loaded) -> bool:
    """Equal, down to what a repr shows and what positions quote."""
    assert found == fresh
    assert repr(found) == repr(fresh)
    for each, other in zip((found.desired,), (fresh.desired,), strict=True):
        for one, two in zip(each.containers if each else (), other.containers if other else (), strict=True):
            for place, twin in zip(one.positions, two.positions, strict=True):
                at, then = place[1], twin[1]
                assert quote(at.file, at.line, at.column) == quote(then.file, then.line, then.column)
    return True


def test_what_did_not_change_is_not_parsed_again(folder: Folder, parsed: list[str]) -> None:
    name, memory = folder.write("m.yaml", TEXT), Memory()
    fresh = load([name])
    assert fresh.desired is not None, fresh.diagnostics
    assert same(load([name], forms=memory), fresh)
    parsed.clear()
    assert same(load([name], forms=memory), fresh)
    assert parsed == []


@ANYWHERE
@given(manifest=manifests())
def test_a_kept_set_is_the_set(folder: Folder, manifest: dict[str, Any]) -> None:
    name, memory = folder.write("m.yaml", _json(manifest)), Memory()
    load([name], forms=memory)
    assert same(load([name], forms=memory), load([name]))
    assert memory.found == len(memory.forms) == 1


def instead(folder: Folder, make: Callable[[Path], object]) -> None:
    """Puts something else where a source was."""
    (folder.path / "a.txt").unlink()
    make(folder.path / "a.txt")


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: folder.write("m.yaml", TEXT.replace("4g", "1g")),
        lambda folder: folder.write("m.yaml", "\n" + TEXT),
        lambda folder: folder.write("m.yaml", TEXT.replace("version: 1", "version: 2")),
        lambda folder: folder.write("a.txt", "more than that"),
        lambda folder: (folder.path / "a.txt").unlink(),
        lambda folder: (folder.path / "a.txt").rename(folder.path / "sub" / "a.txt"),
        lambda folder: instead(folder, lambda path: path.mkdir()),
        lambda folder: instead(folder, lambda path: path.symlink_to("sub/b.txt")),
        lambda folder: instead(folder, lambda path: path.symlink_to("/etc/hostname")),
    ],
)
def test_whatever_moves_is_seen(folder: Folder, change: Callable[[Folder], object]) -> None:
    name, memory = folder.write("m.yaml", TEXT), Memory()
    load([name], forms=memory)
    change(folder)
    assert same(load([name], forms=memory), load([name]))


def test_a_file_more_in_a_folder_is_another_set(folder: Folder) -> None:
    memory = Memory()
    folder.write("set/m.yaml", "version: 1\ncontainers: [{name: a}]\n")
    load(["set"], forms=memory)
    folder.write("set/n.yaml", "version: 1\ncontainers: [{name: b}]\n")
    found = load(["set"], forms=memory)
    assert found.desired is not None
    assert sorted(found.desired.by_name()) == ["a", "b"]


def test_what_a_command_line_sets_is_judged_every_time(folder: Folder, parsed: list[str]) -> None:
    name, memory = folder.write("m.yaml", TEXT), Memory()
    for options in (Given((("region", "us"),)), Given(environment={"RECONCILER_VAR_region": "us"})):
        for _ in range(2):
            found = load([name], options, forms=memory)
            assert found.desired is not None
            assert "ci-us-0" in found.desired.by_name()
    wrong = load([name], Given((("region", "~"),)), forms=memory)
    assert wrong.desired is None
    assert (memory.forms, len(parsed)) == ({}, 5)
    load([name], Given(environment={"HOME": "/", "LANG": "C"}), forms=memory)
    assert len(memory.forms) == 1


@pytest.mark.parametrize(
    "hiding",
    [
        "files: [{path: x, content: hunter2, sensitive: true}]",
        "network_policy: {type: allowlist, allowed_domains: [a.example], domain_secrets: [{name: T}]}",
        "skills: [{type: skill_reference, skill_id: s}]",
    ],
)
def test_what_hides_something_is_not_kept(folder: Folder, hiding: str) -> None:
    text = f"version: 1\ncontainers:\n  - name: a\n    {hiding}\n"
    memory = Memory()
    load([folder.write("m.yaml", text)], forms=memory)
    assert memory.forms == {}


@pytest.mark.parametrize("source", ["sub", "*.txt", "sub/*"])
def test_what_may_grow_without_a_trace_is_not_kept(folder: Folder, source: str) -> None:
    (folder.path / "sub" / "file-ab-x").unlink()
    text = f"version: 1\ncontainers:\n  - {{name: a, files: [{{source: '{source}'}}]}}\n"
    memory = Memory()
    assert load([folder.write("m.yaml", text)], forms=memory).desired is not None
    assert memory.forms == {}


@pytest.mark.parametrize("source", ["sub", "'sub/*'"])
def test_a_file_that_appears_in_a_folder_of_files_is_seen(folder: Folder, source: str) -> None:
    (folder.path / "sub" / "file-ab-x").unlink()
    name = folder.write("m.yaml", f"version: 1\ncontainers: [{{name: a, files: [{{source: {source}}}]}}]\n")
    memory = Memory()
    for expected in (["b.txt"], ["b.txt", "c.txt"]):
        found = load([name], forms=memory).desired
        assert found is not None
        assert [file.spec.path for file in found.containers[0].files or ()] == expected
        folder.write("sub/c.txt", "c")


def test_a_file_that_the_server_copies_is_the_same_from_a_form(folder: Folder) -> None:
    text = "version: 1\ncontainers: [{name: a, files: [{path: x, file_id: file-abc, bytes: 3}]}]\n"
    name, memory = folder.write("m.yaml", text), Memory()
    fresh = load([name])
    assert fresh.desired is not None
    assert same(load([name], forms=memory), fresh)
    assert same(load([name], forms=memory), fresh)
    assert memory.found == 1


@pytest.mark.parametrize(
    "containers",
    [
        "  - {name: ci-a, replicas: 50, files: [{path: f, content: %s}]}\n",
        "  - {name: ci-a, files: [&f {path: f, content: %s}]}\n"
        + "".join(f"  - {{name: ci-b{i}, files: [*f]}}\n" for i in range(50)),
    ],
    ids=["replicas", "aliases"],
)
def test_what_repeats_more_than_is_kept_is_not_even_written(folder: Folder, containers: str) -> None:
    memory = Memory()
    text = "version: 1\ncontainers:\n" + containers % ("a" * 500_000)
    assert load([folder.write("m.yaml", text)], forms=memory).desired is not None
    assert memory.forms == {}


def test_a_manifest_that_is_too_large_is_read_no_further_to_look_for_its_form(folder: Folder) -> None:
    file = Path(folder.write("m.yaml", ""))
    with file.open("wb") as stream:
        stream.truncate(1 << 40)
    assert [found.code for found in load([str(file)], forms=Memory()).diagnostics] == ["too-large"]


def test_what_hides_something_is_found_wherever_it_stands() -> None:
    again: list[Value] = [{"a": 1}]
    again.append(again)
    assert _hides({"containers": [{"files": [{"sensitive": False}]}]}, set())
    assert not _hides({"containers": [{"content": "sensitive: skills"}, again, again]}, set())


@pytest.mark.parametrize("text", ["version: 2\n", "version: 1\ncontainers: [{name: ~}]\n", "a: [", ""])
def test_what_is_wrong_is_told_every_time(folder: Folder, text: str) -> None:
    name, memory = folder.write("m.yaml", text), Memory()
    for _ in range(2):
        assert load([name], forms=memory).diagnostics == load([name]).diagnostics != ()
    assert memory.forms == {}


@ANYWHERE
@given(data=st.data())
def test_a_form_that_is_not_what_was_written_is_as_none(folder: Folder, data: st.DataObject) -> None:
    name, memory = folder.write("m.yaml", TEXT), Memory()
    fresh = load([name], forms=memory)
    ((key, form),) = memory.forms.items()
    at = data.draw(st.integers(0, len(form) - 1))
    other = data.draw(st.sampled_from(["", "0", "[", "é", "\ud800", form[:at]]))
    memory.forms[key] = form[:at] + other + form[at + 1 :]
    assert same(load([name], forms=memory), fresh)


def test_a_form_with_its_digest_right_is_data_all_the_same(folder: Folder) -> None:
    name, memory = folder.write("m.yaml", TEXT), Memory()
    fresh = load([name], forms=memory)
    (key,) = memory.forms
    for columns in ("[]", "{}", '{"groups": [["object", 1, [0, [1]]]], "root": 0}', "[" * 100_000, "1"):
        memory.forms[key] = sha256(columns.encode()).hexdigest() + columns
        assert same(load([name], forms=memory), fresh)


def test_a_manifest_that_changes_while_it_is_loaded_is_not_kept(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, memory = folder.write("m.yaml", TEXT), Memory()
    take = loading._Texts.take

    def changing(self: loading._Texts, file: str) -> None:
        take(self, file)
        folder.write("m.yaml", TEXT.replace("4g", "16g"))

    monkeypatch.setattr(loading._Texts, "take", changing)
    load([name], forms=memory)
    assert memory.forms == {}


def test_an_unchanged_set_needs_neither_yaml_nor_the_models(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, memory = folder.write("m.yaml", TEXT), Memory()
    load([name], forms=memory)
    imported, real = [], builtins.__import__

    def noted(name: str, *rest: object, **more: object) -> object:
        imported.append(name)
        return real(name, *rest, **more)  # type: ignore[arg-type]  # whatever it takes

    monkeypatch.setattr(builtins, "__import__", noted)
    load([name], forms=memory)
    assert not any(each.startswith(("yaml", "pydantic")) for each in imported)
    assert "reconciler.manifest.loading" not in imported

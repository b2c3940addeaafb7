"""Skills and domain secrets in manifests: what is refused and where, folders on the disk, and values."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from unit.manifest.folder import container

from reconciler.manifest import fingerprint, load, with_values
from reconciler.manifest.secret_values import MAX_CHARACTERS
from reconciler.manifest.skill_folders import MAX_FILE_BYTES, MAX_ZIP_BYTES
from reconciler.model.stamp import keyed_mark
from reconciler.model.write_only import (
    DomainSecret,
    FromFile,
    FromVariable,
    InlineSkill,
    Secret,
    SkillReference,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from unit.manifest.folder import Folder

    from reconciler.model.write_only import WriteOnly

CANARY = "canary-f00d"


def network(secrets: str) -> str:
    """A container with an allowlist of one domain; the secrets begin on line 5, column 19."""
    return container(
        f"network_policy: {{type: allowlist, allowed_domains: [api.example.com, b.example],\n"
        f"  domain_secrets: {secrets}}}"
    )


def skills(entries: str) -> str:
    """A container with skills; they begin on line 4, column 13."""
    return container(f"skills: {entries}")


REFUSED: dict[str, tuple[str, list[str]]] = {
    "a literal": (
        network(f"[{{domain: api.example.com, name: T, value: {CANARY}}}]"),
        ["5:59: literal-secret"],
    ),
    "a literal beside value_from": (
        network(f"[{{domain: api.example.com, name: T, value_from: {{env: T}}, value: {CANARY}}}]"),
        ["5:81: literal-secret"],
    ),
    "a literal as value_from": (
        network(f"[{{domain: api.example.com, name: T, value_from: {CANARY}}}]"),
        ["5:71: wrong-type"],
    ),
    "a literal as env": (
        network(f"[{{domain: api.example.com, name: T, value_from: {{env: {CANARY}}}}}]"),
        ["5:77: invalid-value"],
    ),
    "a literal as a secret": (network(f"[{CANARY}]"), ["5:24: wrong-type"]),
    "a literal as the list": (network(CANARY), ["5:23: wrong-type"]),
    "a literal as version": (
        network(f"[{{domain: api.example.com, name: T, value_from: {{env: T}}, version: {CANARY}}}]"),
        ["5:90: wrong-type"],
    ),
    "no secrets": (network("[]"), ["5:23: invalid-value"]),
    "no value_from": (network("[{domain: api.example.com, name: T}]"), ["5:24: missing-key"]),
    "an empty value_from": (
        network("[{domain: api.example.com, name: T, value_from: {}}]"),
        ["5:71: missing-key"],
    ),
    "two places": (
        network("[{domain: api.example.com, name: T, value_from: {env: T, file: f}}]"),
        ["5:86: conflicting-keys"],
    ),
    "version 0": (
        network("[{domain: api.example.com, name: T, value_from: {env: T}, version: 0}]"),
        ["5:90: invalid-value"],
    ),
    "a domain that is not allowed": (
        network("[{domain: api.example.org, name: T, value_from: {env: T}}]"),
        ["5:33: secret-outside-allowlist"],
    ),
    "one binding twice": (
        network(
            "[{domain: b.example, name: T, value_from: {env: T}},"
            " {domain: B.example, name: T, value_from: {env: U}}]"
        ),
        ["5:76: duplicate-secret"],
    ),
    "secrets of a disabled network": (
        container(
            "network_policy: {type: disabled, domain_secrets: [{domain: a, name: T, value_from: {env: T}}]}"
        ),
        ["4:54: conflicting-keys"],
    ),
    "a secret file elsewhere": (
        network("[{domain: b.example, name: T, value_from: {file: ../f}}]"),
        ["5:72: outside-folder"],
    ),
    "a skill of no type": (skills("[{skill_id: x}]"), ["4:14: missing-key"]),
    "an unknown type": (skills("[{type: zip, skill_id: x}]"), ["4:21: invalid-value"]),
    "a reference to nothing": (skills("[{type: skill_reference}]"), ["4:14: missing-key"]),
    "keys of the other type": (
        skills("[{type: skill_reference, skill_id: x, version: '1', source: s}]"),
        ["4:73: conflicting-keys"],
    ),
    "a version that is a number": (
        skills("[{type: skill_reference, skill_id: x, version: 2}]"),
        ["4:60: quote-it"],
    ),
    "a version that is none": (
        skills("[{type: skill_reference, skill_id: x, version: v2}]"),
        ["4:60: invalid-value"],
    ),
    "an id too long": (
        skills(f"[{{type: skill_reference, version: '1', skill_id: {'x' * 65}}}]"),
        ["4:62: invalid-value"],
    ),
    "one skill twice": (
        skills(
            "[{type: skill_reference, skill_id: x, version: '1'},"
            " {type: skill_reference, skill_id: x, version: '2'}]"
        ),
        ["4:100: duplicate-skill"],
    ),
    "a skill without a folder": (
        skills("[{type: inline, name: a, description: b, source: nowhere}]"),
        ["4:62: file-missing"],
    ),
    "a file for a folder": (
        skills("[{type: inline, name: a, description: b, source: a.txt}]"),
        ["4:62: not-a-folder"],
    ),
    "a folder elsewhere": (
        skills("[{type: inline, name: a, description: b, source: ../x}]"),
        ["4:62: outside-folder"],
    ),
    "no description": (
        skills("[{type: inline, name: a, description: ' ', source: sub}]"),
        ["4:51: invalid-value", "4:64: invalid-skill"],
    ),
    "no SKILL.md": (
        skills("[{type: inline, name: a, description: b, source: sub}]"),
        ["4:62: invalid-skill"],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_is_told_at_its_place_and_no_literal_is_repeated(folder: Folder, case: str) -> None:
    text, wanted = REFUSED[case]
    assert folder.problems(text) == wanted
    assert CANARY not in str(load(["m.yaml"]))


@pytest.mark.parametrize(
    ("allowed", "domain", "found"),
    [
        ("*.example.com", "API.example.com", None),
        ("*", "api.example.com", None),
        ("*.example.com", "example.com", "allow the domain, or take the secret away"),
        ("*.example.com", "api.exampel.com", "allow the domain, or take the secret away"),
        ("api.example.com", "api.exampel.com", "did you mean api.example.com?"),
    ],
)
def test_a_wildcard_covers_the_domain_of_a_secret_and_is_never_proposed_for_one(
    folder: Folder, allowed: str, domain: str, found: str | None
) -> None:
    text = network(f"[{{domain: {domain}, name: T, value_from: {{env: T}}, version: 1}}]")
    loaded = folder.load(text.replace("api.example.com, b.example]", f"'{allowed}']"))
    assert [one.hint for one in loaded.diagnostics] == ([] if found is None else [found])


def test_a_literal_teaches(folder: Folder) -> None:
    found = folder.only(REFUSED["a literal"][0])
    assert found.hint is not None
    assert "value_from: {env: NAME}" in found.hint


def inputs_of(folder: Folder, text: str) -> WriteOnly:
    """The inputs of the one container of a manifest, contents read."""
    read = fingerprint(folder.desired(text))
    assert read.diagnostics == ()
    return read.desired.containers[0].inputs


def test_what_is_declared_is_sorted_and_has_positions(folder: Folder) -> None:
    text = network(
        "[{domain: b.example, name: T, value_from: {file: sub/token}, version: 2},"
        " {domain: API.example.com, name: U, value_from: {env: API_TOKEN}}]"
    ) + (
        "    skills:\n"
        "      - {type: skill_reference, skill_id: z, version: '12'}\n"
        "      - {type: skill_reference, skill_id: b, version: '1'}\n"
    )
    inputs = inputs_of(folder, text)
    assert inputs.skills == (SkillReference("b", "1"), SkillReference("z", "12"))
    assert [(one.domain, one.value_from, one.version) for one in inputs.secrets] == [
        ("API.example.com", FromVariable("API_TOKEN"), None),
        ("b.example", FromFile("sub/token", "sub/token"), 2),
    ]
    positions = dict(folder.desired(text).containers[0].positions)
    assert (positions["skills.0.skill_id"].line, positions["skills.1.version"].line) == (8, 7)
    assert positions["network_policy.domain_secrets.0.name"].column > 90


def test_defaults_hold_them_and_a_container_replaces_the_whole_value(folder: Folder) -> None:
    desired = folder.desired(
        "version: 1\ndefaults: {skills: [{type: skill_reference, skill_id: x, version: '1'}]}\n"
        "containers:\n  - name: ab-a\n  - {name: ab-b, skills: []}\n  - {name: ab-c, skills: }\n"
    )
    assert [bool(entry.inputs) for entry in desired.containers] == [True, False, False]


@pytest.mark.parametrize(("version", "column"), [("", 48), (", version: latest", 60)])
def test_a_skill_that_is_not_pinned_is_warned_about(folder: Folder, version: str, column: int) -> None:
    loaded = folder.load(skills(f"[{{type: skill_reference, skill_id: x{version}}}]"))
    assert loaded.desired is not None
    (found,) = loaded.diagnostics
    assert (found.code, found.severity.value) == ("skill-not-pinned", "warning")
    assert found.position is not None
    assert found.position.column == column


INLINE = skills("[{type: inline, name: a, description: b, source: s}]")


def test_a_folder_is_read_whole_without_what_machines_leave_behind(folder: Folder) -> None:
    for name in ("SKILL.md", "ref/a.md", "ref/deep/b.md", "z.py"):
        folder.write(f"s/{name}", name)
    for name in (".DS_Store", ".git/config", "__pycache__/z.pyc", "ref/.env"):
        folder.write(f"s/{name}", CANARY)
    (skill,) = inputs_of(folder, INLINE).skills
    assert isinstance(skill, InlineSkill)
    assert [file.path for file in skill.files] == ["SKILL.md", "ref/a.md", "ref/deep/b.md", "z.py"]
    again = inputs_of(folder, INLINE.replace("source: s", "source: ./s/")).skills[0]
    assert isinstance(again, InlineSkill)
    assert again.contents == skill.contents
    folder.write("s/z.py", "other")
    moved = inputs_of(folder, INLINE).skills[0]
    assert isinstance(moved, InlineSkill)
    assert moved.contents != skill.contents


def test_skills_that_a_merge_key_makes_of_one_folder_stay_themselves(folder: Folder) -> None:
    folder.write("s/SKILL.md", "x")
    one = "&one {type: inline, name: a, description: b, source: s}"
    merged = "{<<: *one, name: c}, {<<: *one, name: d, description: e}"
    inputs = inputs_of(folder, skills(f"[{one}, {merged}]"))
    named = [(skill.name, skill.description) for skill in inputs.skills if isinstance(skill, InlineSkill)]
    assert named == [("a", "b"), ("c", "b"), ("d", "e")]


def _link(folder: Folder, name: str, to: str) -> None:
    (folder.path / "s" / name).symlink_to(to)


def _large(folder: Folder, *names: str, size: int) -> None:
    for name in names:
        with (folder.path / "s" / name).open("wb") as file:
            file.truncate(size)


FOLDERS: dict[str, tuple[Callable[[Folder], object], str, str]] = {
    "a second SKILL.md": (lambda folder: folder.write("s/x/Skill.MD", ""), "invalid-skill", "x/Skill.MD"),
    "only one further down": (
        lambda folder: (folder.path / "s" / "SKILL.md").rename(folder.path / "s" / "x" / "SKILL.md"),
        "invalid-skill",
        "at the top",
    ),
    "a link out of it": (lambda folder: _link(folder, "l", "../../a.txt"), "invalid-skill", "leads out"),
    "a link to a folder out of it": (lambda folder: _link(folder, "l", "/etc"), "invalid-skill", "out"),
    "a link to nowhere": (lambda folder: _link(folder, "l", "nothing"), "file-missing", "leads nowhere"),
    "a link to itself from below": (lambda folder: _link(folder, "x/l", ".."), "invalid-skill", "end"),
    "a pipe": (lambda folder: os.mkfifo(folder.path / "s" / "p"), "not-a-file", "regular file"),
    "a large file": (
        lambda folder: _large(folder, "large", size=MAX_FILE_BYTES + 1),
        "skill-too-large",
        f"at most {MAX_FILE_BYTES} bytes",
    ),
    "too much of it": (
        lambda folder: _large(folder, "l1", "l2", "l3", "l4", size=MAX_ZIP_BYTES // 4),
        "skill-too-large",
        f"at most {MAX_ZIP_BYTES} bytes",
    ),
    "too many files": (
        lambda folder: [folder.write(f"s/x/{n}", "") for n in range(500)],
        "skill-too-large",
        "at most 500 files",
    ),
    "a name that is none": (lambda folder: folder.write("s/a\nb", ""), "invalid-skill", "a name"),
    "a name that is no text": (
        lambda folder: (folder.path / "s" / os.fsdecode(b"\xff")).touch(),
        "invalid-skill",
        "a name",
    ),
}


@pytest.mark.parametrize("case", FOLDERS)
def test_what_is_no_skill_is_told_at_its_source(folder: Folder, case: str) -> None:
    change, code, says = FOLDERS[case]
    folder.write("s/SKILL.md", "x")
    folder.write("s/x/y", "")
    change(folder)
    found = folder.only(INLINE)
    assert (found.code, says in found.message) == (code, True), found
    assert found.position is not None
    assert (found.position.line, found.position.column) == (4, 62)


def test_a_link_within_the_folder_is_followed(folder: Folder) -> None:
    folder.write("s/SKILL.md", "x")
    folder.write("s/x/y", "")
    _link(folder, "l", "x")
    (skill,) = inputs_of(folder, INLINE).skills
    assert isinstance(skill, InlineSkill)
    assert [file.path for file in skill.files] == ["SKILL.md", "l/y", "x/y"]


def values(folder: Folder, place: str, **environment: str) -> tuple[DomainSecret, list[str]]:
    """The one secret with its value, or what is wrong with it."""
    text = network(f"[{{domain: b.example, name: T, value_from: {place}}}]")
    read = with_values(folder.desired(text), environment, lambda *_: True, Secret("k"))
    (secret,) = read.desired.containers[0].inputs.secrets
    assert CANARY not in str(read)
    return secret, [found.message for found in read.diagnostics]


def test_values_come_from_variables_and_files(folder: Folder) -> None:
    found, problems = values(folder, "{env: T}", T=f"{CANARY}\n")
    assert (found.value, problems) == (Secret(f"{CANARY}\n"), [])
    assert found.keyed == keyed_mark(Secret("k"), "b.example", "T", Secret(f"{CANARY}\n"))
    for end in ("", "\n", "\r\n"):
        folder.write("sub/t", f" {CANARY} {end}")
        assert values(folder, "{file: sub/t}")[0].value == Secret(f" {CANARY} ")
    folder.write("sub/t", f"{CANARY}\n\n")
    assert values(folder, "{file: sub/t}")[0].value == Secret(f"{CANARY}\n")


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("{env: T}", "the environment variable T is not set"),
        ("{env: EMPTY}", "the environment variable EMPTY is empty"),
        ("{env: NO_TEXT}", "the environment variable NO_TEXT is no UTF-8 text"),
        ("{env: LONG}", f"the environment variable LONG has more than {MAX_CHARACTERS} characters"),
        ("{file: nothing}", "the file nothing is not there"),
        ("{file: sub}", "the file sub cannot be read: Is a directory"),
        ("{file: sub/empty}", "the file sub/empty is empty"),
        ("{file: sub/latin}", "the file sub/latin is no UTF-8 text"),
    ],
)
def test_a_value_that_is_none_is_told_without_it(folder: Folder, place: str, says: str) -> None:
    folder.write("sub/empty", "\n")
    folder.write("sub/latin", CANARY.encode() + b"\xe9")
    long = "x" * (MAX_CHARACTERS + 1)
    secret, problems = values(folder, place, EMPTY="", NO_TEXT=f"{CANARY}\udcff", LONG=long)
    assert problems == [f"{says}; the secret T for b.example needs it"]
    assert secret.value is None


def test_a_place_that_many_use_is_read_once_and_told_at_each(folder: Folder) -> None:
    one = "{domain: b.example, name: %s, value_from: {env: T}}"
    text = network(f"[{one % 'A'}, {one % 'B'}]")
    read = with_values(folder.desired(text), {}, lambda _, secret: secret.name == "A")
    assert len(read.diagnostics) == 1
    read = with_values(folder.desired(text), {"T": "x"}, lambda *_: True)
    first, second = read.desired.containers[0].inputs.secrets
    assert first.value is second.value
    assert first.keyed is None

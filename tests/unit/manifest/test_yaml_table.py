"""YAML that surprises or is broken: each is a diagnostic with a place, and what is harmless is read right."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

import pytest
from unit.manifest.folder import container

from reconciler.manifest.syntax import MAX_DEPTH

if TYPE_CHECKING:
    from unit.manifest.folder import Folder

HEAD = "version: 1\ncontainers: []\n"

BROKEN: dict[str, tuple[str | bytes, list[str]]] = {
    "a duplicate key": ("version: 1\ncontainers: []\nversion: 1\n", ["3:1: duplicate-key"]),
    "a duplicate key that is spelled otherwise": (
        'version: 1\ncontainers: []\n"\\u0076ersion": 2\n',
        ["3:1: duplicate-key"],
    ),
    "a duplicate key deep inside": (
        container("expires_after: {anchor: last_active_at, minutes: 1, minutes: 2}"),
        ["4:57: duplicate-key"],
    ),
    "a number as key": (HEAD + "1: 2\n", ["3:1: wrong-type"]),
    "a word as key": (HEAD + "on: 2\n", ["3:1: wrong-type"]),
    "no key": (HEAD + "?\n: 2\n", ["3:2: wrong-type"]),
    "a list as key": (HEAD + "? [a, b]\n: 2\n", ["3:3: wrong-type"]),
    "a mapping as key": (HEAD + "{a: b}: 2\n", ["3:1: wrong-type"]),
    "an alias as key": ("version: 1\ncontainers: [{name: &a x, *a : b}]\n", ["2:27: wrong-type"]),
    "a merge key of text": (container("<<: memory_limit"), ["4:9: wrong-type"]),
    "a merge key of nothing": (container("<<:"), ["4:8: wrong-type"]),
    "a merge key of a list of text": (container("<<: [{memory_limit: 1g}, x]"), ["4:30: wrong-type"]),
    "two merge keys": (container("<<: {memory_limit: 1g}\n<<: {prune_files: true}"), ["5:5: duplicate-key"]),
    "a merge key of itself": ("version: 1\ncontainers: [&c {name: a, <<: *c}]\n", ["2:31: recursive-alias"]),
    "a tagged merge key": (container("!!merge <<: {memory_limit: 1g}"), ["4:5: explicit-tag"]),
    "a merged key that is wrong": (
        "version: 1\ncontainers: [&c {name: a, foo: 1}, {<<: *c, name: b}]\n",
        ["2:27: unknown-key"],
    ),
    "a merged name": ("version: 1\ncontainers: [&c {name: a}, {<<: *c}]\n", ["2:28: duplicate-name"]),
    "a quoted merge key is a key like any": (container("'<<': {memory_limit: 1g}"), ["4:5: unknown-key"]),
    "a known tag": (container("memory_limit: !!str 1g"), ["4:19: explicit-tag"]),
    "a number's tag": (
        container("expires_after: {anchor: last_active_at, minutes: !!int '5'}"),
        ["4:54: explicit-tag"],
    ),
    "a tag of one's own": (container("network_policy: !secret {x: y}"), ["4:21: explicit-tag"]),
    "a bare tag": (container("memory_limit: ! 1g"), ["4:19: explicit-tag"]),
    "a Python tag": (container("memory_limit: !!python/object/apply:os.system [id]"), ["4:19: explicit-tag"]),
    "a tag on a document": ("--- !x\nversion: 1\n", ["1:5: explicit-tag"]),
    "a tag on a key": (HEAD + "!!str a: 1\n", ["3:1: explicit-tag"]),
    "an unknown alias": (container("memory_limit: *no"), ["4:19: unknown-alias"]),
    "an alias into another document": (
        "version: 1\ncontainers: &c []\n---\nversion: 1\ncontainers: *c\n",
        ["5:13: unknown-alias"],
    ),
    "a recursive alias": ("version: 1\ncontainers: &a [*a]\n", ["2:17: recursive-alias"]),
    "a secret under another key": (
        container(
            "network_policy: {type: allowlist, allowed_domains: [a.com], domain_secrets: &d "
            "[{domain: a.com, name: T, value_from: {env: &s hunter2}}]}\nmemory_limit: *s\nskills: *d"
        ),
        ["5:19: hidden-alias", "6:13: hidden-alias"],
    ),
    "contents under another key": (
        container("files: [{path: a, content: &c hunter2}, {path: b, content: *c}, {path: *c, content: d}]"),
        ["4:76: hidden-alias"],
    ),
    "an anchor twice": (
        "version: 1\ncontainers: [{name: &a x}, {name: &a z}]\n",
        ["2:35: duplicate-anchor"],
    ),
    "a tab as indentation": ("version: 1\ncontainers:\n\t- name: a\n", ["3:1: yaml-syntax"]),
    "an unclosed bracket": ("version: 1\ncontainers: [\n", ["2:14: yaml-syntax"]),
    "an unclosed quote": ("version: 1\ncontainers: 'a\n", ["2:15: yaml-syntax"]),
    "a wrong indentation": ("version: 1\n containers: []\n", ["2:12: yaml-syntax"]),
    "a surrogate": (container('memory_limit: "\\ud83d"'), ["4:22: yaml-syntax"]),
    "an error after a good document": (
        "version: 1\nfoo: 1\n---\n[\n",
        ["2:1: unknown-key", "4:2: yaml-syntax"],
    ),
    "a control character": (HEAD + "# \x01\n", ["3:3: invalid-character"]),
    "NUL": (HEAD + "a\x00", ["3:2: invalid-character"]),
    "DEL": (HEAD + "\x7f", ["3:1: invalid-character"]),
    "a line break that editors do not see": (
        container('memory_limit: "1g\u2028"'),
        ["4:22: invalid-character"],
    ),
    "the same of Latin-1": (container('memory_limit: "1g\x85"'), ["4:22: invalid-character"]),
    "a BOM in the middle": (HEAD + "\ufeff\n", ["3:1: invalid-character"]),
    "invalid UTF-8": (b"version: 1\n# \xc3\xa9\xff\n", ["2:4: not-utf-8"]),
    "a cut UTF-8 character": (b"version: 1\n# \xc3", ["2:3: not-utf-8"]),
    "Latin-1": ("version: 1\n# é\n".encode("latin-1"), ["2:3: not-utf-8"]),
    "UTF-16, little end": (codecs.BOM_UTF16_LE + HEAD.encode("utf-16-le"), ["1:1: not-utf-8"]),
    "UTF-16, big end": (codecs.BOM_UTF16_BE + HEAD.encode("utf-16-be"), ["1:1: not-utf-8"]),
    "UTF-16 without a BOM": (HEAD.encode("utf-16-le"), ["1:2: invalid-character"]),
    "UTF-32": (codecs.BOM_UTF32_LE + HEAD.encode("utf-32-le"), ["1:1: not-utf-8"]),
    "a place after wide characters": (
        '{version: 1, containers: [], "😀é": 1, b: 1}\n',
        ["1:30: unknown-key", "1:39: unknown-key"],
    ),
    "lines after CRLF": ("version: 1\r\ncontainers: []\r\nfoo: 1\r\n", ["3:1: unknown-key"]),
    "lines after CR": ("version: 1\rcontainers: []\rfoo: 1\r", ["3:1: unknown-key"]),
    "an empty file": ("", ["1:1: no-manifest"]),
    "only a comment": ("# nothing\n", ["1:1: no-manifest"]),
    "only empty documents": ("---\n---\n...\n", ["1:1: no-manifest"]),
    "too deep": ("version: 1\ncontainers: " + "[" * 100, [f"2:{13 + MAX_DEPTH - 1}: too-deep"]),
}

HARMLESS = {
    "a BOM": "\ufeff" + HEAD,
    "CRLF": HEAD.replace("\n", "\r\n"),
    "tabs between tokens": "version:\t1\t# one\ncontainers:\t[]\n",
    "no line break at the end": HEAD.rstrip(),
    "JSON": '{"version": 1, "containers": []}',
    "a directive": "%YAML 1.1\n---\n" + HEAD,
    "empty documents between": "---\n---\n" + HEAD + "---\n---\n",
    "an end of document": HEAD + "...\n",
    "comments": "# a\n" + HEAD + "# b\n",
    "only a scope in the second document": HEAD + "---\nversion: 1\nscope: {}\n",
    "only the version in the second document": HEAD + "---\nversion: 1\n",
}


@pytest.mark.parametrize(("text", "expected"), BROKEN.values(), ids=BROKEN)
def test_broken_yaml_is_reported_once_at_its_place(
    folder: Folder, text: str | bytes, expected: list[str]
) -> None:
    assert folder.problems(text) == expected


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS)
def test_harmless_variety_changes_nothing(folder: Folder, text: str) -> None:
    assert folder.desired(text) == folder.desired(HEAD)


def test_an_alias_stands_for_its_anchor(folder: Folder) -> None:
    written = folder.desired("""\
version: 1
containers:
  - name: a
    network_policy: &policy {type: allowlist, allowed_domains: &domains [x.y]}
    expires_after: {anchor: last_active_at, minutes: &minutes 7}
  - name: b
    network_policy: *policy
  - name: c
    network_policy: {type: allowlist, allowed_domains: *domains}
    expires_after: {anchor: last_active_at, minutes: *minutes}
""")
    a, b, c = (container.spec for container in written.containers)
    assert a.network_policy == b.network_policy == c.network_policy
    assert a.expires_after == c.expires_after
    assert b.expires_after is None


def test_merged_keys_are_those_that_a_mapping_does_not_have(folder: Folder) -> None:
    written = folder.desired("""\
version: 1
containers:
  - &base
    name: a
    memory_limit: 4g
    expires_after: &long {anchor: last_active_at, minutes: 20}
    prune_files: true
  - &other {name: b, memory_limit: 16g, <<: *base}
  - {<<: *other, name: c}
  - <<: [{memory_limit: 64g, name: d}, *base]
    expires_after: {<<: *long, minutes: 5}
""")
    a, b, c, d = written.containers
    assert [each.name for each in written.containers] == ["a", "b", "c", "d"]
    assert [each.spec.memory_limit for each in (a, b, c, d)] == ["4g", "16g", "16g", "64g"]
    assert [each.spec.expires_after and each.spec.expires_after.minutes for each in (a, b, c, d)] == [
        *(20, 20, 20, 5)
    ]
    assert all(each.prune_files for each in (a, b, c, d))
    assert dict(b.positions)["prune_files"].line == 7


def test_what_is_wrong_below_an_anchor_is_said_once(folder: Folder) -> None:
    text = "version: 1\ncontainers:\n" + "  - {name: a, network_policy: &e {type: x}}\n"
    text += "".join(f"  - {{name: b{i}, network_policy: *e}}\n" for i in range(20))
    assert folder.problems(text) == ["3:41: invalid-value"]

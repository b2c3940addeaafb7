"""Messages say what was expected and what was found, hints what to write; contents of files never."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unit.manifest.folder import container, scope

if TYPE_CHECKING:
    from unit.manifest.folder import Folder

MESSAGES = {
    "a mistyped key": (
        container("memory_limt: 1g"),
        'unknown key "memory_limt" in a container',
        "did you mean memory_limit?",
    ),
    "a key in another style": (
        container("expiresAfter: {}"),
        'unknown key "expiresAfter" in a container',
        "did you mean expires_after?",
    ),
    "a key like no other": (
        container("lifecycle: {qq: 1}"),
        'unknown key "qq" in lifecycle',
        "known here: ignore, prevent_destroy, replace, when_expired",
    ),
    "a key of containers in defaults": (
        "version: 1\ncontainers: []\ndefaults: {files: []}\n",
        'unknown key "files" in defaults',
        "each container has its own files",
    ),
    "a name with a mistyped prefix": (
        "version: 1\nscope: {prefix: ci-}\ncontainers: [{name: cli-a-b}]\n",
        '"cli-a-b" does not begin with the scope\'s prefix "ci-"',
        'did you mean "ci-a-b"?',
    ),
    "a name with another end of its prefix": (
        "version: 1\nscope: {prefix: team-a-}\ncontainers: [{name: team_a-b-c}]\n",
        '"team_a-b-c" does not begin with the scope\'s prefix "team-a-"',
        'did you mean "team-a-b-c"?',
    ),
    "a name without the prefix": (
        "version: 1\nscope: {prefix: ci-}\ncontainers: [{name: reports}]\n",
        '"reports" does not begin with the scope\'s prefix "ci-"',
        'did you mean "ci-reports"?',
    ),
    "a prefix without its end": (
        scope("prefix: team"),
        'a prefix ends in one of - _ . /, found "team"',
        'did you mean "team-"?',
    ),
    "an exclusion beside the scope": (
        scope("prefix: ci-\nexclude: [other-]"),
        'expected a longer prefix that begins with "ci-", found "other-"',
        'did you mean "ci-other-"?',
    ),
    "a protection beside the scope": (
        scope('prefix: ci-\nprotect: ["prod-*"]'),
        'expected a glob of names that begin with "ci-", found "prod-*"',
        'did you mean "ci-prod-*"?',
    ),
    "a mistyped choice": (
        scope("compare: digset"),
        'expected one of digest, size, found "digset"',
        "did you mean digest?",
    ),
    "a choice in capitals": (
        container("memory_limit: 4G"),
        'expected one of 1g, 4g, 16g, 64g, found "4G"',
        "did you mean 4g?",
    ),
    "another type": (
        container("files: {a: b}"),
        "expected a list, found a mapping",
        None,
    ),
    "nothing": (
        "version: 1\ncontainers:\n",
        "expected a list, found nothing",
        "write [] for an empty list",
    ),
    "a quoted number": (
        container("expires_after: {anchor: last_active_at, minutes: '20'}"),
        'expected a whole number, found the text "20"',
        "remove the quotes",
    ),
    "a quoted boolean": (
        container("prune_files: 'true'"),
        'expected true or false, found the text "true"',
        "remove the quotes",
    ),
    "a version without its trailing zero": (
        "version: 1\ncontainers: [{name: 1.10}]\n",
        "expected text, found 1.10 (which YAML may read as a number)",
        'quote it: "1.10"',
    ),
    "a number too small": (
        container("expires_after: {anchor: last_active_at, minutes: 0}"),
        "expected at least 1, found the number 0",
        None,
    ),
    "a number too large": (
        scope("limits: {max_delete_percent: 101}"),
        "expected at most 100, found the number 101",
        None,
    ),
    "a key that is missing": (
        "version: 1\ncontainers: [{}]\n",
        "missing key name in a container",
        None,
    ),
    "a folder in a path": (
        container("files: [{path: data/x.csv, content: z}]"),
        'expected a bare name, found "data/x.csv": the API stores files flat under /mnt/data/',
        "write x.csv",
    ),
    "the stamp's mark": (
        "version: 1\ncontainers: [{name: a~b}]\n",
        (
            "expected a name of 1 to 100 letters, digits, spaces and . _ / - "
            'that begins with a letter or digit, found "a~b"'
        ),
        "~ is reserved for the stamp that live names may carry",
    ),
    "a tab": (
        "version: 1\ncontainers:\n\t- a\n",
        "not valid YAML: found character that cannot start any token while scanning for the next token",
        "indent with spaces, a tab cannot stand here",
    ),
    "what is not built": (
        container("lifecycle: {collect: 2}"),
        "not supported yet: collect in lifecycle",
        None,
    ),
    "a variable that is declared nowhere": (
        container("files: [{path: a, content: '${b}'}]"),
        "no manifest declares the variable b",
        "declare it under variables, or write $${ for a literal ${",
    ),
    "a mistyped variable": (
        "version: 1\nvariables: {region: {default: eu}}\ncontainers: [{name: '${regoin}'}]\n",
        "no manifest declares the variable regoin",
        "did you mean region?",
    ),
    "a variable that nothing sets": (
        "version: 1\nvariables: {region: {}}\ncontainers: [{name: '${region}'}]\n",
        "nothing sets the variable region",
        "--var region=..., --var-file, RECONCILER_VAR_region, or a default",
    ),
    "a shell's reference": (
        container("files: [{path: a, content: '${HOME:-/root}'}]"),
        "expected ${ and the name of a variable and }, found another ${",
        "write $${ for a literal ${",
    ),
    "a variable's value that breaks a rule": (
        "version: 1\nvariables: {size: {default: 2g}}\ncontainers: [{name: a, memory_limit: '${size}'}]\n",
        'expected one of 1g, 4g, 16g, 64g, found "2g"; ${size} is set by its default at m.yaml:2:29',
        None,
    ),
    "a variable for a number": (
        (
            "version: 1\nvariables: {m: {default: '5'}}\n"
            "defaults: {expires_after: {anchor: last_active_at, minutes: '${m}'}}\ncontainers: []\n"
        ),
        'expected a whole number, found the text "5"; ${m} is set by its default at m.yaml:2:26',
        "a variable is text: it stands for no number, true, false, list or mapping",
    ),
    "a default in the place of a variable": (
        "version: 1\nvariables: {region: eu}\ncontainers: []\n",
        'expected a mapping, found the text "eu"',
        "write {default: ...}, or {} for a variable without a default",
    ),
    "a variable in two documents": (
        "version: 1\nvariables: {a: {}}\ncontainers: []\n---\nversion: 1\nvariables: {a: {}}\n",
        'the variable "a" is already declared at m.yaml:2:13',
        None,
    ),
    "no replicas": (
        container("replicas: 0"),
        "expected at least 1, found the number 0",
        "leave the entry out to have none of it, and the key out to have one by the bare name",
    ),
    "a replica that is declared by itself": (
        "version: 1\ncontainers: [{name: a, replicas: 3}, {name: a-1}]\n",
        'the container "a-1" is already declared at m.yaml:2:21',
        None,
    ),
    "a replica whose name was declared": (
        "version: 1\ncontainers: [{name: a-1}, {name: a, replicas: 3}]\n",
        'the container "a-1", one of these replicas, is already declared at m.yaml:2:21',
        None,
    ),
    "a long text": (
        container(f"memory_limit: {'m' * 100}"),
        f'expected one of 1g, 4g, 16g, 64g, found "{"m" * 39}…"',
        None,
    ),
}


@pytest.mark.parametrize(("text", "message", "hint"), MESSAGES.values(), ids=MESSAGES)
def test_a_message_teaches(folder: Folder, text: str, message: str, hint: str | None) -> None:
    found = folder.only(text)
    assert found.message == message
    assert found.hint == hint


def test_json_pairs_of_escapes_are_explained(folder: Folder) -> None:
    found = folder.only(container('files: [{path: a, content: "\\ud83d\\ude00"}]'))
    assert found.code == "yaml-syntax"
    assert found.hint is not None
    assert "U and eight digits" in found.hint


@pytest.mark.parametrize("secret", ["'canary ${x}'", "4711", "0x4711", "[canary]", "{canary: 4711}", "true"])
def test_contents_are_never_repeated(folder: Folder, secret: str) -> None:
    found = folder.only(container(f"files: [{{path: a, content: {secret}}}]"))
    said = f"{found.message} {found.hint}"
    assert not any(word in said for word in ("canary", "4711", "true"))


def test_contents_are_not_shown_by_repr(folder: Folder) -> None:
    desired = folder.desired(container("files: [{path: a, content: canary}]"))
    assert "canary" not in repr(desired)

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
    "what is not built": (container("replicas: 2"), "not supported yet: replicas in a container", None),
    "a variable": (
        container("files: [{path: a, content: '${b}'}]"),
        "not supported yet: ${ in a value",
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

"""Manifests that were made to hurt, and the code of what is said about each.

Built only when asked for, since some are large.
"""

from __future__ import annotations

import codecs
import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MB = 1_000_000
HEAD = "version: 1\ncontainers: []\n"
VALID = "valid"
"""Said of what is only unusual."""


def bomb(link: str) -> str:
    """Levels of ten aliases each."""
    levels = "".join(f"a{i}: &a{i} {link.format(', '.join([f'*a{i - 1}'] * 10))}\n" for i in range(1, 12))
    return f"version: 1\na0: &a0 {{x: [x, x, x, x, x, x, x, x, x, x]}}\n{levels}"


def garbage(size: int) -> bytes:
    """Bytes of anything."""
    return random.Random(7).randbytes(size)  # noqa: S311 - garbage, not a secret


def letters(size: int) -> str:
    """Characters that mean something to YAML."""
    return "".join(random.Random(7).choices("ab:-[]{}&*!|>'\"%@`#,? \n\t", k=size))  # noqa: S311 - as above


def containers(count: int, body: str) -> str:
    """A set of containers that share what is wrong with them; `{}` is a number."""
    return "version: 1\ncontainers:\n" + "".join(f"  - {body.format(i)}\n" for i in range(count))


HOSTILE: dict[str, tuple[Callable[[], str | bytes], str]] = {
    "100 MB of spaces": (lambda: b" " * 100 * MB, "too-large"),
    "100 MB of a valid set": (lambda: containers(2_500_000, "{{name: c{}, memory_limit: 1g}}"), "too-large"),
    "7 MB of a valid set": (lambda: containers(180_000, "{{name: c{}, memory_limit: 1g}}"), "too-large"),
    "7 MB of one text": (lambda: "version: 1\ncontainers: [{name: " + "a" * 7 * MB + "}]\n", "invalid-value"),
    "7 MB of one quoted text": (lambda: HEAD + 'x: "' + "a" * 7 * MB + '"\n', "invalid-value"),
    "7 MB of an open quote": (lambda: HEAD + 'x: "' + "a b\n " * MB, "yaml-syntax"),
    "7 MB of comments": (lambda: "# x\n" * MB + HEAD, VALID),
    "7 MB of line breaks": (lambda: "\n" * 7 * MB + HEAD, VALID),
    "7 MB of documents": (lambda: HEAD + "---\n" * MB, "too-large"),
    "70 keys of 100 kB": (
        lambda: HEAD + "".join(f"{chr(97 + i % 26)}{i}{'k' * 100_000}: 1\n" for i in range(70)),
        "yaml-syntax",
    ),
    "a key of 1 MB": (lambda: HEAD + "? " + "k" * MB + "\n: 1\n", "invalid-value"),
    "seven keys of 1 MB": (
        lambda: HEAD + "".join(f"? {i}{'k' * MB}\n: 1\n" for i in "abcdefg"),
        "invalid-value",
    ),
    "a name of 1 MB": (lambda: f"version: 1\ncontainers: [{{name: {'a' * MB}}}]\n", "invalid-value"),
    "a number of 1 MB": (lambda: f"version: {'1' * MB}\ncontainers: []\n", "invalid-value"),
    "an anchor of 1 MB": (lambda: f"version: *{'a' * MB}\n", "unknown-alias"),
    "a tag of 1 MB": (lambda: f"version: !{'a' * MB} 1\n", "explicit-tag"),
    "1 MB of NUL": (lambda: b"\0" * MB, "invalid-character"),
    "1 MB of anything": (lambda: garbage(MB), "not-utf-8"),
    "1 MB of letters": (lambda: letters(MB), "yaml-syntax"),
    "100,000 brackets": (lambda: "[" * 100_000, "too-deep"),
    "100,000 braces": (lambda: "{a: " * 100_000, "too-deep"),
    "100,000 dashes": (lambda: "- " * 100_000, "too-deep"),
    "100,000 keys of keys": (lambda: "? " * 100_000, "too-deep"),
    "2,000 indented keys": (lambda: "".join(f"{' ' * i}a:\n" for i in range(2_000)), "too-deep"),
    "a bomb of lists": (lambda: bomb("[{}]"), "too-large"),
    "a bomb of merges": (lambda: bomb("{{<<: [{}]}}"), "too-large"),
    "a merge of 50,000 aliases": (
        lambda: "version: 1\ncontainers: [&c {name: a, memory_limit: 1g}, {<<: [" + "*c, " * 50_000 + "]}]\n",
        "duplicate-name",
    ),
    "100,000 merges of 100 keys": (
        lambda: (
            "version: 1\ncontainers: [&c {"
            + ", ".join(f"k{i}: 1" for i in range(100))
            + "}"
            + ", {<<: *c}" * 100_000
            + "]\n"
        ),
        "too-large",
    ),
    "100,000 anchors": (
        lambda: HEAD + "x: [" + ", ".join(f"&a{i} 1" for i in range(100_000)) + "]\n",
        "unknown-key",
    ),
    "an entry with 100 problems, aliased 250 times": (
        lambda: (
            "version: 1\ncontainers: [&c {name: a, "
            + ", ".join(f"x{i}: 1" for i in range(100))
            + "}"
            + ", *c" * 250
            + "]\n"
        ),
        "unknown-key",
    ),
    "a million entries": (lambda: "version: 1\ncontainers: [" + "1," * MB + "]\n", "too-large"),
    "340,000 entries": (lambda: "version: 1\ncontainers: [" + "1," * 340_000 + "]\n", "too-many-problems"),
    "340,000 domains": (
        lambda: (
            "version: 1\ncontainers: [{name: a, network_policy: {type: allowlist, allowed_domains: ["
            + "a.b," * 340_000
            + "]}}]\n"
        ),
        "duplicate-domain",
    ),
    "60,000 files of one name": (
        lambda: "version: 1\ncontainers: [{name: a, files: [" + "{path: x, content: y}," * 60_000 + "]}]\n",
        "duplicate-path",
    ),
    "100,000 unknown keys": (
        lambda: HEAD + "".join(f"k{i}: 1\n" for i in range(100_000)),
        "too-many-problems",
    ),
    "29,000 unknown keys": (lambda: HEAD + "".join(f"k{i}: 1\n" for i in range(29_000)), "unknown-key"),
    "29,000 mistyped keys": (lambda: containers(29_000, "{{name: c{}, memory_limt: 1g}}"), "unknown-key"),
    "29,000 wrong choices": (lambda: containers(29_000, "{{name: c{}, memory_limit: 3g}}"), "invalid-value"),
    "100,000 names that are one": (lambda: containers(100_000, "{{name: a}}"), "duplicate-name"),
    "100,000 duplicate keys": (lambda: HEAD + "version: 1\n" * 99_000, "duplicate-key"),
    "200,000 duplicate keys": (lambda: HEAD + "version: 1\n" * 200_000, "duplicate-key"),
    "60,000 missing files": (
        lambda: (
            "version: 1\ncontainers: [{name: a, files: ["
            + ", ".join(f"{{path: p{i}, source: none/s{i}}}" for i in range(60_000))
            + "]}]\n"
        ),
        "file-missing",
    ),
    "100,000 comments that allow": (
        lambda: (
            "version: 1\ncontainers: []  # reconciler: allow x -- y\n"
            + "# reconciler: allow x -- y\n" * 100_000
        ),
        VALID,
    ),
    "a line of 7 MB with a mistake at its end": (
        lambda: "{version: 1, containers: [], x: 1, " + " " * 5 * MB + "y: 2}",
        "unknown-key",
    ),
    "3,000 secrets for 3,000 domains, none of them allowed": (
        lambda: (
            "version: 1\ncontainers: [{name: a, network_policy: {type: allowlist, allowed_domains: ["
            + ", ".join(f"host{i}.example.com" for i in range(3_000))
            + "], domain_secrets: ["
            + ", ".join(
                f"{{domain: hosx{i}.example.com, name: T, value_from: {{env: X}}, version: 1}}"
                for i in range(3_000)
            )
            + "]}}]\n"
        ),
        "secret-outside-allowlist",
    ),
    "5,000 variables, all mistyped where they are used": (
        lambda: (
            "variables:\n"
            + "".join(f"  name{i}: {{default: x}}\n" for i in range(5_000))
            + containers(5_000, "name: a${{nane{}}}")
        ),
        "undeclared-variable",
    ),
    "30,000 prefixes excluded, 30,000 names": (
        lambda: (
            "scope: {prefix: aaa-, exclude: ["
            + ", ".join(f"aaa-{i}x-" for i in range(30_000))
            + "]}\n"
            + containers(30_000, "name: aaa-c{}")
        ),
        "invalid-value",
    ),
    "10,000 replicas of 4 MB": (
        lambda: (
            "version: 1\ncontainers: [{name: a, replicas: 10000, files: [{path: f, content: "
            + "a" * 4 * MB
            + "}]}]\n"
        ),
        VALID,
    ),
    "4 MB aliased 5,000 times": (
        lambda: (
            containers(1, "{{name: a, files: [&f {{path: f, content: " + "a" * 4 * MB + "}}]}}")
            + "".join(f"  - {{name: c{i}, files: [*f]}}\n" for i in range(5_000))
        ),
        VALID,
    ),
    "10,000 replicas of 5,000 files": (
        lambda: (
            "version: 1\ncontainers: [{name: a, replicas: 10000, files: ["
            + ", ".join(f"{{path: f{i}, content: a}}" for i in range(5_000))
            + "]}]\n"
        ),
        "too-many-files",
    ),
    "NUL": (lambda: HEAD + "a\0", "invalid-character"),
    "a BOM": (lambda: "\ufeff" + HEAD, VALID),
    "UTF-16": (lambda: codecs.BOM_UTF16_LE + HEAD.encode("utf-16-le"), "not-utf-8"),
    "CRLF": (lambda: HEAD.replace("\n", "\r\n"), VALID),
    "a tab": (lambda: "version: 1\n\tcontainers: []\n", "yaml-syntax"),
    "half of a surrogate pair": (lambda: b"version: 1\nx: \xed\xa0\x80\n", "not-utf-8"),
    "an escaped half of a pair": (lambda: HEAD + 'x: "\\ud83d"\n', "yaml-syntax"),
    "invalid UTF-8": (lambda: b"version: 1\nx: \xff\n", "not-utf-8"),
    "a recursive alias": (lambda: "version: 1\ncontainers: &a [*a]\n", "recursive-alias"),
    "binary": (lambda: HEAD + "x: !!binary aGVsbG8=\n", "explicit-tag"),
    "a PNG": (lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not-utf-8"),
    "a zip": (lambda: b"PK\x03\x04\x14\0\0\0", "invalid-character"),
}

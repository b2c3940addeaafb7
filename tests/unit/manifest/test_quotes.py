"""What problems of real manifests quote: the right line, and no content or secret, however broken it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unit.manifest.folder import container

from reconciler.render.diagnostics_text import diagnostic_lines
from reconciler.render.paint import Paint

if TYPE_CHECKING:
    from unit.manifest.folder import Folder


def told(folder: Folder, text: str | bytes) -> list[str]:
    return list(diagnostic_lines(folder.load(text).diagnostics, Paint()))


def test_a_problem_is_told_with_its_line_a_caret_and_a_hint(folder: Folder) -> None:
    assert told(folder, container("memory_limit: 4G  # large")) == [
        'm.yaml:4:19: expected one of 1g, 4g, 16g, 64g, found "4G" [invalid-value]',
        "     4 |     memory_limit: 4G  # large",
        "       |                   ^^",
        "    hint: did you mean 4g?",
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_line_is_the_one_that_editors_count(folder: Folder, end: str) -> None:
    assert told(folder, f"\ufeffversion: 1{end}containers: []{end}# c{end}foo: 1{end}".encode())[1] == (
        "     4 | foo: 1"
    )


def test_a_warning_about_a_declared_value_can_be_quoted_later(folder: Folder) -> None:
    desired = folder.desired(container("memory_limit: 4g"))
    position = dict(desired.containers[0].positions)["memory_limit"]
    assert position.file == "m.yaml"
    assert position.file.behind.quote(position.line, position.column).text == "    memory_limit: 4g"  # type: ignore[attr-defined]  # a plain name to everybody else


def test_what_is_no_text_is_quoted_too(folder: Folder) -> None:
    assert told(folder, b"version: 1\nfoo: a\xffb\n")[1:3] == ["     2 | foo: a\ufffdb", "       |       ^^"]
    assert told(folder, "version: 1\nfoo: a\x00b\n")[1:3] == ["     2 | foo: a\\x00b", "       |       ^^^^^"]
    assert "canary" not in "".join(told(folder, b"content: canary\xff\n"))


SECRETIVE = {
    "beside a content": "{path: a/b, content: canary}",
    "a content that is wrong": "{path: a, content: [canary, {canary: canary}], x: 1}",
    "a content of several lines": "path: a/b\ncontent: |\n  canary\n  canary\n",
    "a content of several quoted lines": "path: a/b\ncontent: 'canary\n  canary'\n",
    "a content that ends too early": "path: a/b\ncontent: |\n     canary\n   canary\n",
    "a content that is never closed": "{path: a, x: 1, content: 'canary\n  canary\n",
    "a content with a colon": "path: a/b\ncontent: x: canary\n",
    "a second content that is not read": "{x: 1, content: a}\n- {y: 2, content: 'canary",
    "a content in a list that is not closed": "{path: a, content: [canary, canary\n",
    "an anchored content": "{path: a/b, content: &a canary}",
    "a content by another name": "{path: a, contents: canary}",
    "a content given twice": "{path: a, content: b, content: canary}",
    "a content whose key is an alias": "{path: &c content, *c : canary}",
    "a content whose key is a list": "{path: a, ? [content] : canary}",
    "a tagged content": "{path: a/b, content: !x canary}",
    "a content that reads as a tag": "{path: a/b, content: !canary x}",
    "a content that reads as an alias": "{path: a/b, content: *canary}",
    "a content that reads as an anchor": "{path: a/b, content: &canary }",
}


@pytest.mark.parametrize("body", SECRETIVE.values(), ids=SECRETIVE)
def test_no_content_is_quoted(folder: Folder, body: str) -> None:
    text = "version: 1\ncontainers:\n- name: a\n  files:\n  - " + body.replace("\n", "\n    ")
    lines = told(folder, text)
    assert lines
    assert "canary" not in "\n".join(lines)


@pytest.mark.parametrize(
    "secret",
    [
        "{domain: a.b, name: X, value: canary}",
        "{domain: a.b, name: X, value_from: canary}",
        "{domain: a.b, name: X, value_from: {literal: canary, env: X}}",
        "{domain: a.b, name: X, value_from: {env: canary-1}}",
        "{domain: a.b, name: X, value_from: {file: canary/1, x: 1}}",
        "canary",
        "[canary]",
        "{domain: a.b, nmae: X, value: 'canary",
    ],
)
def test_no_secret_is_quoted_where_it_should_never_have_stood(folder: Folder, secret: str) -> None:
    lines = told(folder, container(f"foo: 1\nnetwork_policy: {{type: x, domain_secrets: [{secret}]}}"))
    assert lines
    quoted = [line for line in lines if line.startswith("     ") and "hint:" not in line]
    assert "canary" not in "\n".join(quoted)


def test_no_secret_of_a_second_list_is_quoted(folder: Folder) -> None:
    first = "domain_secrets: [{domain: a.b, name: T, value_from: {env: T}}]"
    second = "domain_secrets: [{domain: a.b, name: U, value: canary}]"
    lines = told(folder, container(f"network_policy: {{type: allowlist, {first}, {second}}}"))
    assert any("duplicate-key" in line for line in lines)
    assert "canary" not in "\n".join(lines)


def test_harmless_parts_of_a_secret_are_quoted(folder: Folder) -> None:
    secret = "{domain: a, name: X, value_from: {env: E}}"
    lines = told(folder, container(f"network_policy: {{type: x, domain_secrets: [{secret}]}}"))
    assert any(secret.replace("E}", "***}") in line for line in lines)


def test_a_secret_that_reads_as_a_key_is_not_quoted(folder: Folder) -> None:
    policy = "network_policy: {type: allowlist, allowed_domains: [a.example], domain_secrets: [%s]}"
    secret = "{domain: a.example, name: X, value_from: {%s}}"
    lines = told(folder, container(policy % secret % "canary"))
    assert any("unknown key in value_from [unknown-key]" in line for line in lines)
    assert not any("canary" in line for line in lines)
    assert any(
        'unknown key "fille" in' in line for line in told(folder, container(policy % secret % "fille"))
    )


def test_the_rest_of_a_broken_file_is_quoted_where_nothing_secret_was_begun(folder: Folder) -> None:
    lines = told(folder, container("files: [{path: a, content: b}]\nfoo: 1") + "  - name: [\n")
    assert "     6 |   - name: [" in lines

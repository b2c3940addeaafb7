"""Variables: what sets them, where they are put in, and what is said when they are not right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifest import Given, load
from reconciler.manifest.variables import filled, mentioned, references
from reconciler.model.errors import UsageError
from reconciler.model.spec import InlineContent, LocalFile

if TYPE_CHECKING:
    from pathlib import Path

    from unit.manifest.folder import Folder

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.spec import DesiredContainer

ONE = """\
version: 1
variables: {a: {default: by-default, description: "any text with ${b}"}, b: {}}
containers: [{name: "${a}"}]
"""


def load_one(folder: Folder, text: str, values: Given) -> DesiredContainer:
    loaded = load([folder.write("m.yaml", text)], values)
    assert loaded.diagnostics == ()
    assert loaded.desired is not None
    (container,) = loaded.desired.containers
    return container


def problems(folder: Folder, text: str, values: Given) -> tuple[Diagnostic, ...]:
    loaded = load([folder.write("m.yaml", text)], values)
    assert loaded.desired is None
    return loaded.diagnostics


SET = {
    "nothing": (Given(), "by-default"),
    "the environment": (Given(environment={"RECONCILER_VAR_a": "by-env", "a": "x"}), "by-env"),
    "a file": (Given(files=("1.yaml",), environment={"RECONCILER_VAR_a": "by-env"}), "by-1"),
    "the last file": (Given(files=("1.yaml", "2.yaml")), "by-2"),
    "the last file that has it": (Given(files=("1.yaml", "b.yaml")), "by-1"),
    "an option": (Given((("a", "by-option"),), ("1.yaml",), {"RECONCILER_VAR_a": "by-env"}), "by-option"),
    "the last option": (Given((("a", "first"), ("a", "last"), ("b", "other"))), "last"),
    "an environment variable of nobody": (Given(environment={"RECONCILER_VAR_other": "x"}), "by-default"),
}


@pytest.mark.parametrize("by", SET)
def test_the_nearest_setting_counts(folder: Folder, by: str) -> None:
    folder.write("1.yaml", "a: by-1\n")
    folder.write("2.yaml", "# with a comment\na: by-2\n")
    folder.write("b.yaml", "b: x\n")
    values, expected = SET[by]
    assert load_one(folder, ONE, values).name == expected


def test_variables_stand_in_any_value(folder: Folder) -> None:
    text = """\
version: 1
scope: {prefix: "${x}-", exclude: ["${x}-z-"], protect: ["${x}-p*"], compare: "${by}"}
variables: {x: {default: ab}, size: {default: 4g}, by: {default: size}, policy: {default: allowlist}}
---
version: 1
containers:
  - name: ${x}-c
    memory_limit: ${size}
    network_policy: {type: "${policy}", allowed_domains: ["${x}.example", "${x}${x}"]}
    files: [{path: "${x}.json", content: '{"x": "${x}"}'}, {source: "sub/${f}.txt"}]
---
version: 1
variables: {f: {default: b}}
"""
    loaded = load([folder.write("m.yaml", text)])
    assert loaded.diagnostics == ()
    assert loaded.desired is not None
    scope, (container,) = loaded.desired.scope, loaded.desired.containers
    assert (scope.prefix, scope.exclude, scope.protect, scope.compare) == (
        "ab-",
        ("ab-z-",),
        ("ab-p*",),
        "size",
    )
    assert (container.spec.name, container.spec.memory_limit) == ("ab-c", "4g")
    assert container.spec.network_policy is not None
    assert container.spec.network_policy.allowed_domains == ("ab.example", "abab")
    inline, local = container.files or ()
    assert (inline.spec.path, inline.content) == ("ab.json", InlineContent(b'{"x": "ab"}'))
    assert local.content == LocalFile("sub/b.txt")


CONTENTS = {
    "": b"",
    "$": b"$",
    "$$": b"$$",
    "$5 {a}": b"$5 {a}",
    "$a": b"$a",
    "$${a}": b"${a}",
    "$$${a}": b"$${a}",
    "$${": b"${",
    "${a}": b"A",
    "${a}}": b"A}",
    "${a}${a}": b"AA",
    "$ ${a} $${a} $": b"$ A ${a} $",
    "{${a}$": b"{A$",
}


@pytest.mark.parametrize("content", CONTENTS)
def test_what_a_dollar_is(folder: Folder, content: str) -> None:
    entry = f"{{name: b, files: [{{path: c, content: '{content}'}}]}}"
    text = f"version: 1\nvariables: {{a: {{}}}}\ncontainers: [{entry}]\n"
    (file,) = load_one(folder, text, Given((("a", "A"),))).files or ()
    assert file.content == InlineContent(CONTENTS[content])


@given(text=st.text("${}a\\", max_size=12) | st.text(max_size=12))
def test_every_text_can_be_written_and_every_text_put_in(text: str) -> None:
    escaped = text.replace("${", "$${")
    assert references(escaped) == []
    assert filled(escaped, lambda _: "never") == text
    assert filled("-${a}-", {"a": text}.__getitem__) == f"-{text}-"


@pytest.mark.parametrize("text", ["${a}", r'"\x24{a}"', r'"\u0024{a}"', r'"\U00000024{a}"'])
def test_a_reference_is_noticed_however_yaml_writes_it(text: str) -> None:
    assert mentioned(text)


def test_what_is_put_in_is_not_looked_at_again(folder: Folder) -> None:
    text = (
        "version: 1\nvariables: {a: {}, b: {}, c: {default: '$${d}'}}\n"
        "containers: [{name: e, files: [{path: f, content: '${a} ${b} ${c}'}]}]\n"
    )
    values = Given((("a", "${b}"),), environment={"RECONCILER_VAR_b": "$${a} ${"})
    (file,) = load_one(folder, text, values).files or ()
    assert file.content == InlineContent(b"${b} $${a} ${ ${d}")


def test_an_alias_is_filled_in_once(folder: Folder) -> None:
    text = """\
version: 1
variables: {a: {default: A}}
containers:
  - {name: b-1, files: &f [&g {path: x, content: &c "${a} $${a}"}]}
  - {name: b-2, files: *f}
  - {name: b-3, files: [*g]}
  - {name: b-4, files: [{path: x, content: *c}]}
"""
    loaded = load([folder.write("m.yaml", text)])
    assert loaded.desired is not None
    contents = [file.content for entry in loaded.desired.containers for file in entry.files or ()]
    assert contents == [InlineContent(b"A ${a}")] * 4


def test_a_problem_in_an_alias_is_told_once(folder: Folder) -> None:
    text = (
        "version: 1\ncontainers: [{name: a, files: &f [{path: x, content: '${a}'}]}, {name: b, files: *f}]\n"
    )
    assert [found.code for found in problems(folder, text, Given())] == ["undeclared-variable"]


def test_everything_that_cannot_be_set_is_told(folder: Folder) -> None:
    folder.write("1.yaml", "a: x\nregoin: us\n")
    text = "version: 1\nvariables: {a: {}, region: {}}\ncontainers: []\n"
    found = problems(folder, text, Given((("Xyz", "x"), ("regin", "y")), ("1.yaml",)))
    assert [(str(each.position or ""), each.code, each.message, each.hint) for each in found] == [
        ("", "unknown-variable", '--var "Xyz": no manifest declares this variable', "declared: a, region"),
        ("", "unknown-variable", '--var "regin": no manifest declares this variable', "did you mean region?"),
        (
            "1.yaml:2:1",
            "unknown-variable",
            'no manifest declares the variable "regoin"',
            "did you mean region?",
        ),
    ]


def test_without_declarations_the_hint_says_so(folder: Folder) -> None:
    (found,) = problems(folder, "version: 1\ncontainers: []\n", Given((("a", "x"),)))
    assert found.hint == "no manifest declares any variable"


def test_what_cannot_be_read_may_declare_anything(folder: Folder) -> None:
    found = problems(folder, "version: 1\ncontainers: [\n", Given((("a", "x"),)))
    assert [each.code for each in found] == ["yaml-syntax"]


FILES: dict[str, tuple[str | bytes, list[str]]] = {
    "nothing": ("", ["1:1: wrong-type"]),
    "a comment": ("# a: b\n", ["1:1: wrong-type"]),
    "a list": ("- a\n", ["1:1: wrong-type"]),
    "text": ("canary\n", ["1:1: wrong-type"]),
    "two documents": ("a: b\n---\na: canary\n", ["3:1: wrong-type"]),
    "a number": ("a: 4711\n", ["1:4: quote-it"]),
    "a number that YAML reads otherwise": ("a: 04711\n", ["1:4: quote-it"]),
    "a boolean": ("a: true\n", ["1:4: quote-it"]),
    "no value": ("a:\n", ["1:3: wrong-type"]),
    "a list as value": ("a: [canary]\n", ["1:4: wrong-type"]),
    "a mapping as value": ("a: {default: canary}\n", ["1:4: wrong-type"]),
    "another variable": ("a: canary ${b}\n", ["1:4: nested-variable"]),
    "a doubled key": ("a: canary\na: canary\n", ["2:1: duplicate-key"]),
    "a tag": ("a: !!str canary\n", ["1:4: explicit-tag"]),
    "what reads as a tag": ("a: !canary 4711\n", ["1:4: explicit-tag"]),
    "what reads as an alias": ("a: *canary\n", ["1:4: unknown-alias"]),
    "a merge of text": ("<<: canary\n", ["1:5: wrong-type"]),
    "not UTF-8": (b"a: canary\xff\n", ["1:10: not-utf-8"]),
    "no YAML": ("a: 'canary\n", ["1:11: yaml-syntax"]),
    "several": (
        "b: 4711\na: {}\nzzz: canary\n",
        ["1:4: quote-it", "2:4: wrong-type", "3:1: unknown-variable"],
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_of_variables_is_read_strictly_and_never_quoted(folder: Folder, case: str) -> None:
    content, expected = FILES[case]
    folder.write("v.yaml", content)
    found = problems(folder, ONE, Given(files=("v.yaml",)))
    ours = [each for each in found if each.position and each.position.file == "v.yaml"]
    assert [f"{each.position}: {each.code}".removeprefix("v.yaml:") for each in ours] == expected
    assert not any(word in f"{each.message} {each.hint}" for each in found for word in ("canary", "4711"))


def test_a_file_of_variables_may_hold_a_literal_reference(folder: Folder) -> None:
    folder.write("v.yaml", "a: $${b}\n")
    text = "version: 1\nvariables: {a: {}}\ncontainers: [{name: c, files: [{path: d, content: '${a}'}]}]\n"
    (file,) = load_one(folder, text, Given(files=("v.yaml",))).files or ()
    assert file.content == InlineContent(b"${b}")


@pytest.mark.parametrize(
    "values", [Given((("a", "\udcff"),)), Given(environment={"RECONCILER_VAR_a": "\udcff"})]
)
def test_bytes_that_are_no_text_are_refused(folder: Folder, values: Given) -> None:
    (found,) = problems(folder, ONE, values)
    assert (found.code, found.position) == ("not-utf-8", None)


SOURCES = {
    "--var": Given((("a", "-x"),)),
    "v.yaml:1:4": Given(files=("v.yaml",)),
    "RECONCILER_VAR_a": Given(environment={"RECONCILER_VAR_a": "-x"}),
    "its default at m.yaml:2:26": Given(),
}


@pytest.mark.parametrize("source", SOURCES)
def test_a_refused_value_is_reported_at_its_use_with_what_set_it(folder: Folder, source: str) -> None:
    folder.write("v.yaml", "a: -x\n")
    text = "version: 1\nvariables: {a: {default: -x}}\ncontainers:\n  - name: ${a}\n"
    (found,) = problems(folder, text, SOURCES[source])
    assert str(found.position) == "m.yaml:4:11"
    assert found.message.endswith(f'found "-x"; ${{a}} is set by {source}')


def test_what_is_found_later_can_be_told_too(folder: Folder) -> None:
    loaded = load([folder.write("m.yaml", ONE)])
    assert loaded.desired is not None
    position = dict(loaded.desired.containers[0].positions)["name"]
    assert dict(loaded.uses) == {position: ("${a} is set by its default at m.yaml:2:26",)}


def test_values_are_in_no_repr() -> None:
    assert "canary" not in repr(Given((("a", "canary"),), environment={"RECONCILER_VAR_b": "canary"}))


def test_text_that_grows_beyond_measure_is_refused(folder: Folder) -> None:
    files = ", ".join(f"{{path: f{number}, content: '{'${a}' * 100}'}}" for number in range(20))
    text = f"version: 1\nvariables: {{a: {{}}}}\ncontainers: [{{name: b, files: [{files}]}}]\n"
    found = problems(folder, text, Given((("a", "x" * 1024 * 1024),)))
    assert [each.code for each in found] == ["too-large"]


def test_a_file_that_is_not_there_is_a_wrong_command_line(folder: Folder, tmp_path: Path) -> None:
    folder.write("m.yaml", ONE)
    for name in ("no.yaml", str(tmp_path)):
        with pytest.raises(UsageError, match="cannot read"):
            load(["m.yaml"], Given(files=(name,)))

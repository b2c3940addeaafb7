"""The published schema of manifests: current, valid, true to the loader, and shipped."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from msgspec.structs import fields
from unit.manifest.folder import Folder, container, scope
from unit.manifest.test_properties import manifests
from unit.manifest.test_rules_table import TABLES

import reconciler
from reconciler.manifest import published, schema
from reconciler.manifest.json_schema import NAME, text
from reconciler.manifest.locate import locate
from reconciler.manifest.rules import PREFIX_PATTERN
from reconciler.manifest.values import Suspect
from reconciler.manifest.walk import Walk
from reconciler.model.profile import MEMORY_LIMITS
from reconciler.model.scope import Limits, Scope
from reconciler.model.spec import (
    ALLOWLIST,
    DISABLED,
    LAST_ACTIVE_AT,
    Compare,
    DesiredContainer,
    Ignorable,
    ReplaceOrder,
    WhenExpired,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(reconciler.__file__).parent
SCHEMA = json.loads(published(NAME))
VARIABLE = {"$ref": "#/$defs/TextWithVariable"}
VALIDATOR = Draft202012Validator(SCHEMA)

BEYOND_A_SCHEMA = {
    # what one document does not know
    "document: no containers in the set",
    "document: two scopes",
    "name: a doubled name",
    "name: a tripled name",
    "name: a doubled name across documents",
    "name: an aliased entry",
    "name: outside of the scope",
    "name: outside of a scope given in a later document",
    "name: excluded",
    "name: a doubled scope puts nobody outside",
    # what the $ of Python's patterns lets through, and no other's
    "name: a name with a line break",
    "variable: a name with a line break",
    # what is declared elsewhere, or nowhere, and which text a variable is
    *(
        f"variable: {case}"
        for case in (
            "one name twice",
            "one name in two documents",
            "undeclared",
            "undeclared, many in one value",
            "undeclared everywhere",
            "a reference by an escape",
            "unset",
            "a value that breaks a rule",
            "where a document cannot be read, nothing is undeclared",
        )
    ),
    "replicas: too many in the whole set, said once",
    "replicas: a name that has no room for a number",
    "replicas: a replica that is declared by itself",
    "replicas: a replica that was declared by itself",
    "replicas: one name with replicas twice, said once",
    "replicas: replicas of replicas",
    "replicas: excluded, said once",
    "replicas: some of them excluded",
    # what compares two values of it
    "scope: exclude that is not below the prefix",
    "scope: exclude that is the prefix",
    "scope: protect of names that the scope cannot hold",
    "field: a domain twice, in capitals",
    "file: one path twice",
    "file: one path twice, once by the source's name",
    "file: an aliased entry",
    # what counts bytes, or looks at the disk or at the parts of a path
    "file: path of 128 characters in 256 bytes",
    "file: a source with a control character",
    "file: a source's own name that is no path",
    "file: a missing source",
    "file: a source below a file",
    "file: a glob that matches nothing",
    "file: a glob of which exclude leaves nothing",
    "file: a glob in a folder that is not there",
    "file: a glob below a file",
    "file: a glob above",
    "file: a glob of folders",
    "file: a glob with ** within a name",
    "file: a glob with .. behind a wildcard",
    "file: a folder with a path",
    "file: a folder with a name that is no path",
    "file: exclude of one file",
    "file: exclude of folders by a slash",
    "file: a source above",
    "file: a source above, by a detour",
    "file: an absolute source",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """The current folder."""
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path)


CASES = {f"{table}: {name}": case[0] for table, cases in TABLES.items() for name, case in cases.items()}


def _plain(value: Any) -> Any:
    """A value as JSON has it; what is suspect becomes what fits nowhere, neither text nor whole."""
    if isinstance(value, Suspect):
        return 0.5
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


def test_the_published_schema_is_current() -> None:
    assert published(NAME) == text(), f"python -m reconciler.manifest.json_schema > schemas/{NAME}"
    assert schema() == SCHEMA


def test_the_command_that_regenerates_it_prints_it() -> None:
    command = [sys.executable, "-m", "reconciler.manifest.json_schema"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == text()


def test_it_is_a_valid_schema_of_its_draft() -> None:
    assert SCHEMA["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(SCHEMA)


def _objects(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if part.get("type") in ("object", ["object", "null"]):
            yield part
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from _objects(inner)


def test_every_mapping_is_closed_and_every_key_described() -> None:
    mappings = list(_objects(SCHEMA))
    assert len(mappings) == 14
    for mapping in mappings:
        assert mapping["additionalProperties"] is False
        assert mapping["description"]
        for key, value in mapping.get("properties", {}).items():
            assert value.get("description") or "$ref" in value, key


def _tells(value: dict[str, Any]) -> bool:
    """Whether an editor can complete a value: from examples, choices, a default or a type with two values.

    The choices behind a condition are not among them, as yaml-language-server does not look there.
    """
    known = {"examples", "enum", "const", "default"}
    places = (value, value.get("items", {}))
    return any(known & part.keys() or part.get("type") == "boolean" for part in places)


def test_every_key_is_explained_where_it_stands_and_can_be_completed() -> None:
    for mapping in _objects(SCHEMA):
        for key, value in mapping.get("properties", {}).items():
            assert value.get("description"), key
            assert len(value["description"]) > 10, key
            assert _tells(value), key


def test_every_example_in_it_is_valid_where_it_stands() -> None:
    for mapping in _objects(SCHEMA):
        for key, value in mapping.get("properties", {}).items():
            judge = Draft202012Validator({**value, "$defs": SCHEMA["$defs"]})
            for example in (*value.get("examples", ()), *([value["default"]] if "default" in value else ())):
                assert judge.is_valid(example), (key, example)


def _parts(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from _parts(inner)


def test_what_a_variable_may_stand_for_is_completed_all_the_same() -> None:
    conditions = [part for part in _parts(SCHEMA) if part.get("if") == VARIABLE]
    choices = [part for part in conditions if {"enum", "const"} & part["else"].keys()]
    assert len(choices) == 9
    for part in choices:
        assert part["examples"] == part["else"].get("enum", [part["else"].get("const")])


def test_nothing_is_a_choice_of_schemas() -> None:
    """Below one, a plain validator would tell of all that is wrong at the top of the choice."""
    for part in _parts(SCHEMA):
        assert not {"anyOf", "oneOf"} & part.keys()


def test_a_key_that_is_out_of_place_is_told_where_it_stands() -> None:
    """It is said to be null, which no such key can be; `false` would be told at the mapping."""
    for part in _parts(SCHEMA):
        assert False not in part.get("properties", {}).values()
    for mapping in SCHEMA["$defs"].values():
        names = {name for part in _parts(mapping) for name in _absent(part)}
        for name in names:
            judge = Draft202012Validator({**mapping["properties"][name], "$defs": SCHEMA["$defs"]})
            assert not judge.is_valid(None), name


def _absent(part: dict[str, Any]) -> list[str]:
    patterns = [name for name, inner in part.get("patternProperties", {}).items() if inner == {"const": None}]
    return [name for pattern in patterns for name in pattern[2:-2].split("|")]


LEAVES: dict[str, tuple[str, tuple[str | int, ...], str | None]] = {
    # where a plain validator of JSON Schema puts its error: the value, or the mapping with the unknown key
    "a version": ("version: 2\ncontainers: []\n", ("version",), None),
    "a choice": (container("memory_limit: 3g"), ("containers", 0, "memory_limit"), None),
    "a number": (
        container("expires_after: {anchor: last_active_at, minutes: x}"),
        ("containers", 0, "expires_after", "minutes"),
        None,
    ),
    "a bound": (scope("limits: {max_delete_percent: 101}"), ("scope", "limits", "max_delete_percent"), None),
    "a name": ("version: 1\ncontainers: [{name: a~b}]\n", ("containers", 0, "name"), None),
    "a boolean": (
        container("lifecycle: {prevent_destroy: 'true'}"),
        ("containers", 0, "lifecycle", "prevent_destroy"),
        None,
    ),
    "a path": (container("files: [{path: a/b, content: x}]"), ("containers", 0, "files", 0, "path"), None),
    "a list": (container("files: {a: b}"), ("containers", 0, "files"), None),
    "a text": (scope("prefix: ab-\nexclude: [1]"), ("scope", "exclude", 0), None),
    "a choice in a union": (
        container("network_policy: {type: x}"),
        ("containers", 0, "network_policy", "type"),
        None,
    ),
    "a value of lists": (
        container("lifecycle: {ignore: [files, filse]}"),
        ("containers", 0, "lifecycle", "ignore", 1),
        None,
    ),
    "an unknown key": (container("memory_limt: 1g"), ("containers", 0), "memory_limt"),
    "an unknown key in a union": (
        container("expires_after: {anchor: last_active_at, minutes: 1, minute: 2}"),
        ("containers", 0, "expires_after"),
        "minute",
    ),
    "an unknown key of the document": ("version: 1\ncontainers: []\nscoep: {}\n", (), "scoep"),
    "a missing key": ("version: 1\ncontainers: [{memory_limit: 1g}]\n", ("containers", 0), None),
    "a missing key in a union": (
        container("expires_after: {minutes: 1}"),
        ("containers", 0, "expires_after"),
        None,
    ),
}


@pytest.mark.parametrize(("manifest", "path", "key"), LEAVES.values(), ids=LEAVES)
def test_a_plain_validator_finds_the_same_leaf(
    folder: Folder, manifest: str, path: tuple[str | int, ...], key: str | None
) -> None:
    (document,) = Walk("m.yaml", manifest).documents()
    (error,) = VALIDATOR.iter_errors(_plain(document.value))
    assert tuple(error.absolute_path) == path
    assert key is None or f"'{key}' was unexpected" in error.message
    node = locate(document, path)
    assert folder.only(manifest).position == (node.key_position(key) if key else node.position)


SECRET = "{domain: a.com, name: T, value: c4k3}"
POLICY = ("containers", 0, "network_policy")
SEVERAL: dict[str, tuple[str, list[tuple[tuple[str | int, ...], str]]]] = {
    # all that a plain validator tells of, in the order of its places: where, and in which words
    "kinds of skills": (
        container("skills: [{type: foo}, {}, {type: inline, name: a, source: 1}]"),
        [
            (("containers", 0, "skills", 0, "type"), "'foo' is not one of ['skill_reference', 'inline']"),
            (("containers", 0, "skills", 1), "'type' is a required property"),
            (("containers", 0, "skills", 2), "'description' is a required property"),
            (("containers", 0, "skills", 2, "source"), "1 is not of type 'string'"),
        ],
    ),
    "keys of another kind of skill": (
        container(
            "skills: [{type: skill_reference, skill_id: a, source: b}, {type: inline, version: 2, nam: c}]"
        ),
        [
            (("containers", 0, "skills", 0, "source"), "None was expected"),
            (
                ("containers", 0, "skills", 1),
                "Additional properties are not allowed ('nam' was unexpected)",
            ),
            (("containers", 0, "skills", 1), "'description' is a required property"),
            (("containers", 0, "skills", 1), "'name' is a required property"),
            (("containers", 0, "skills", 1), "'source' is a required property"),
            (("containers", 0, "skills", 1, "version"), "2 is not of type 'string'"),
            (("containers", 0, "skills", 1, "version"), "None was expected"),
        ],
    ),
    "an expiry": (
        container("expires_after: {anchor: x, minutes: 0}"),
        [
            (("containers", 0, "expires_after", "anchor"), "'last_active_at' was expected"),
            (("containers", 0, "expires_after", "minutes"), "0 is less than the minimum of 1"),
        ],
    ),
    "an unknown key for a known one": (
        container("expires_after: {anchor: last_active_at, minute: 20}"),
        [
            (
                ("containers", 0, "expires_after"),
                "Additional properties are not allowed ('minute' was unexpected)",
            ),
            (("containers", 0, "expires_after"), "'minutes' is a required property"),
        ],
    ),
    "an allowlist of nothing": (
        container("network_policy: {type: allowlist}"),
        [(POLICY, "'allowed_domains' is a required property")],
    ),
    "a disabled network that allows": (
        container("network_policy: {type: disabled, allowed_domains: [a], domains: [b]}"),
        [
            (POLICY, "Additional properties are not allowed ('domains' was unexpected)"),
            ((*POLICY, "allowed_domains"), "None was expected"),
        ],
    ),
    "a file of two origins": (
        container(
            "files: [{path: a, content: b, source: c, bytes: 1}, {source: '*.md', path: d}, {path: e}]"
        ),
        [
            (("containers", 0, "files", 0, "bytes"), "None was expected"),
            (("containers", 0, "files", 0, "source"), "None was expected"),
            (("containers", 0, "files", 1, "path"), "None was expected"),
            (("containers", 0, "files", 2), "'source' is a required property"),
        ],
    ),
    "a literal secret where none belongs, which is not shown": (
        container(f"network_policy: {{type: disabled, domain_secrets: [{SECRET}]}}"),
        [
            ((*POLICY, "domain_secrets"), "None was expected"),
            (
                (*POLICY, "domain_secrets", 0),
                "Additional properties are not allowed ('value' was unexpected)",
            ),
            ((*POLICY, "domain_secrets", 0), "'value_from' is a required property"),
        ],
    ),
    "a literal secret, which is not shown": (
        container(f"network_policy: {{type: allowlist, allowed_domains: [''], domain_secrets: [{SECRET}]}}"),
        [
            ((*POLICY, "allowed_domains", 0), "'' should be non-empty"),
            (
                (*POLICY, "domain_secrets", 0),
                "Additional properties are not allowed ('value' was unexpected)",
            ),
            ((*POLICY, "domain_secrets", 0), "'value_from' is a required property"),
        ],
    ),
    "no mapping, and no list": (
        "version: 1\ncontainers: []\ndefaults: {expires_after: 20, network_policy: disabled, skills: {}}\n",
        [
            (("defaults", "expires_after"), "20 is not of type 'object', 'null'"),
            (("defaults", "network_policy"), "'disabled' is not of type 'object', 'null'"),
            (("defaults", "skills"), "{} is not of type 'array', 'null'"),
        ],
    ),
    "types of texts": (
        """
        version: 1
        variables: {a: {default: 1}}
        containers: [{name: 1, memory_limit: 2, files: [{path: 3, content: 4}], lifecycle: {replace: 5}}]
        """,
        [
            (("containers", 0, "files", 0, "content"), "4 is not of type 'string'"),
            (("containers", 0, "files", 0, "path"), "3 is not of type 'string'"),
            (("containers", 0, "lifecycle", "replace"), "5 is not one of ['create_first', 'delete_first']"),
            (("containers", 0, "memory_limit"), "2 is not one of ['1g', '4g', '16g', '64g', None]"),
            (("containers", 0, "name"), "1 is not of type 'string'"),
            (("variables", "a", "default"), "1 is not of type 'string'"),
        ],
    ),
}


@pytest.mark.parametrize(("manifest", "told"), SEVERAL.values(), ids=SEVERAL)
def test_a_plain_validator_tells_of_each_fault_at_its_leaf(
    manifest: str, told: list[tuple[tuple[str | int, ...], str]]
) -> None:
    (document,) = Walk("m.yaml", manifest).documents()
    errors = VALIDATOR.iter_errors(_plain(document.value))
    assert sorted((tuple(error.absolute_path), error.message) for error in errors) == sorted(told)


FULL = """
version: 1
scope: {prefix: ab-, exclude: [ab-x], prune: false, sweep: false, compare: size, protect: [ab-y],
        limits: {max_deletes: 1, max_delete_percent: 2}}
variables: {a: {default: b, description: c}}
defaults:
  memory_limit: 1g
  expires_after: {anchor: last_active_at, minutes: 20}
  prune_files: false
  lifecycle: {replace: create_first, prevent_destroy: false, when_expired: leave, ignore: [files]}
  network_policy:
    type: allowlist
    allowed_domains: [a.com]
    domain_secrets: [{domain: a.com, name: T, value_from: {env: T}, version: 1}]
  skills:
  - {type: skill_reference, skill_id: a, version: '2'}
containers:
- name: ab-c
  replicas: 2
  files: [{path: a, content: b, sensitive: false}]
  memory_limit: 1g
  expires_after: {anchor: last_active_at, minutes: 20}
  prune_files: false
  lifecycle: {replace: create_first, prevent_destroy: false, when_expired: leave, ignore: [files]}
  network_policy: {type: disabled}
  skills: []
"""


def _places(value: Any) -> Iterator[tuple[dict[str, Any] | list[Any], Any]]:
    """Every mapping or list in a value, with each of its keys or indexes."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])


def test_null_is_valid_where_it_loads_and_nowhere_else(folder: Folder) -> None:
    manifest = yaml.safe_load(FULL)
    folder.desired(json.dumps(manifest))
    valid = set()
    for holder, key in _places(manifest):
        kept, holder[key] = holder[key], None
        loads = folder.load(json.dumps(manifest)).desired is not None
        assert VALIDATOR.is_valid(manifest) == loads, key
        valid |= {key} if loads else set()
        holder[key] = kept
    assert valid == {"memory_limit", "network_policy", "skills", "expires_after"}


def test_no_key_of_the_waiting_grammar_is_published() -> None:
    names = {key for mapping in _objects(SCHEMA) for key in mapping.get("properties", ())}
    assert not names & {
        "keep_alive",
        "renew_before",
        "collect",
    }


def _property(mapping: str, key: str) -> dict[str, Any]:
    found: dict[str, Any] = SCHEMA["$defs"][mapping]["properties"][key]
    return {**found, **_strict(found)}


def _strict(found: dict[str, Any]) -> dict[str, Any]:
    """What a value is held against that holds no variable."""
    assert found.get("if", VARIABLE) == VARIABLE, "nothing but a variable stands beside it"
    strict: dict[str, Any] = found.get("else", found)
    return strict


def test_choices_and_defaults_are_those_of_the_model() -> None:
    assert _property("Container", "memory_limit")["enum"] == [*MEMORY_LIMITS, None]
    assert set(_property("NetworkPolicy", "type")["enum"]) == {DISABLED, ALLOWLIST}
    assert _property("ExpiresAfter", "anchor")["const"] == LAST_ACTIVE_AT
    assert set(_property("Scope", "compare")["enum"]) == set(Compare)
    assert set(_property("Lifecycle", "replace")["enum"]) == set(ReplaceOrder)
    assert set(_property("Lifecycle", "when_expired")["enum"]) == set(WhenExpired)
    assert set(_strict(_property("Lifecycle", "ignore")["items"])["enum"]) == set(Ignorable)
    scope = Scope()
    assert _property("Scope", "compare")["default"] == scope.compare
    assert _property("Scope", "prune")["default"] is scope.prune
    assert _property("Scope", "sweep")["default"] is scope.sweep
    assert _property("Limits", "max_delete_percent")["default"] == Limits().max_delete_percent
    assert "default" not in _property("Limits", "max_deletes")
    defaults = {field.name: field.default for field in fields(DesiredContainer)}
    assert _property("Container", "prune_files")["default"] is defaults["prune_files"]
    assert _property("Lifecycle", "replace")["default"] == defaults["replace"]
    assert _property("Lifecycle", "when_expired")["default"] == defaults["when_expired"]
    assert _property("Lifecycle", "prevent_destroy")["default"] is defaults["prevent_destroy"]


@settings(deadline=None)
@given(manifest=manifests())
def test_what_loads_is_valid(manifest: dict[str, Any]) -> None:
    VALIDATOR.validate(manifest)


@pytest.mark.parametrize("case", CASES)
def test_what_does_not_load_is_invalid_as_far_as_a_schema_can_tell(case: str) -> None:
    documents = list(Walk("m", CASES[case]).documents())
    valid = all(VALIDATOR.is_valid(_plain(document.value)) for document in documents)
    assert valid == (case in BEYOND_A_SCHEMA)


def test_a_schema_that_is_not_there_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        published("nothing.v1.json")


def test_it_is_read_from_inside_an_installed_package(tmp_path: Path) -> None:
    """Lays the package out as the wheel does, away from any checkout."""
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
        for file in PACKAGE.rglob("*.py"):
            archive.write(file, file.relative_to(PACKAGE.parent))
        archive.writestr(f"reconciler/schemas/{NAME}", published(NAME))
    with zipfile.ZipFile(tmp_path / "archive.zip") as archive:
        archive.extractall(tmp_path / "site")
    script = f"from reconciler.manifest import published; print(published({NAME!r}), end='')"
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path / "site", capture_output=True, text=True, check=True
    )
    assert ran.stdout == text()


def test_the_pattern_of_prefixes_is_the_rule() -> None:
    pattern = _property("Scope", "prefix")["pattern"]
    assert pattern == PREFIX_PATTERN

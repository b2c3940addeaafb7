"""What policies say of containers and plans, and where."""

from __future__ import annotations

import json
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace
from support.builders import HERE, allow, declared_file, desired, entry, plan_of, spec, state

from reconciler.manifest import fingerprint, load, published
from reconciler.model.diagnostics import Diagnostic, Position
from reconciler.model.profile import OPENAI
from reconciler.model.spec import ExpiresAfter
from reconciler.policies.bounded import TookTooLongError, at_most
from reconciler.policies.documents import container_document
from reconciler.policies.judging import MOST, judge_containers, judge_plan
from reconciler.policies.values import Policies, PolicyFile, Subject

if TYPE_CHECKING:
    from reconciler.model.spec import DesiredContainer


def at(line: int) -> Position:
    return Position("ci.yaml", line, 3)


def policies(*schemas: dict[str, Any], subject: Subject = Subject.CONTAINER) -> Policies:
    """Policies with these schemas, in files `0.json`, `1.json`."""
    return Policies(tuple(PolicyFile(f"{i}.json", subject, schema) for i, schema in enumerate(schemas)))


def judged(container: DesiredContainer, *schemas: dict[str, Any]) -> list[Diagnostic]:
    return list(judge_containers(policies(*schemas), desired(container), OPENAI))


def test_a_document_is_what_the_manifest_comes_to() -> None:
    container = entry("ci-a", declared_file("a.txt", b"secret contents"), fields=spec(memory_limit="4g"))
    document = container_document(container, OPENAI)
    assert document == {
        "name": "ci-a",
        "memory_limit": "4g",
        "expires_after": {"anchor": "last_active_at", "minutes": 20},
        "network_policy": {"type": "disabled"},
        "files": [{"path": "a.txt", "bytes": 15, "sha256": container.files[0].spec.sha256}],  # type: ignore[index]  # it has files
        "prune_files": False,
        "lifecycle": {"replace": "create_first"},
    }
    assert "secret contents" not in json.dumps(document)
    assert "files" not in container_document(entry(unmanaged=True), OPENAI)


def test_every_document_is_of_the_published_form() -> None:
    schema = json.loads(published("container.v1.json"))
    Draft202012Validator.check_schema(schema)
    for fields in (spec(), spec(network_policy=allow("a.example"), expires_after=ExpiresAfter(5))):
        for container in (entry(fields=fields), entry("ci-a", declared_file("a"), fields=fields)):
            Draft202012Validator(schema).validate(container_document(container, OPENAI))


SMALL = {
    "title": "Stay small",
    "description": "Ask first.",
    "properties": {"memory_limit": {"enum": ["1g"]}},
}


def test_a_violation_says_who_what_and_which_policy() -> None:
    container = replace(entry(fields=spec(memory_limit="4g")), positions=(("memory_limit", at(9)),))
    assert judged(container, SMALL) == [
        Diagnostic(
            "error",  # type: ignore[arg-type]  # a StrEnum
            "policy",
            "ci-a: Stay small: memory_limit: '4g' is not one of ['1g'] (0.json)",
            at(9),
            "Ask first.",
        )
    ]


def test_what_satisfies_every_policy_is_not_mentioned() -> None:
    assert judged(entry(), SMALL, {"required": ["files"]}, {}) == []


POSITIONS = (
    ("network_policy", at(4)),
    ("network_policy.allowed_domains", at(5)),
    ("network_policy.allowed_domains.0", at(6)),
    ("network_policy.allowed_domains.1", at(7)),
)


@pytest.mark.parametrize(
    ("schema", "position"),
    [
        ({"properties": {"network_policy": {"not": {}}}}, at(4)),
        ({"properties": {"network_policy": {"properties": {"type": {"const": "disabled"}}}}}, at(4)),
        ({"properties": {"network_policy": {"properties": {"allowed_domains": {"maxItems": 1}}}}}, at(5)),
        (
            {
                "properties": {
                    "network_policy": {"properties": {"allowed_domains": {"items": {"const": "a.b"}}}}
                }
            },
            at(7),
        ),
        ({"properties": {"memory_limit": {"const": "4g"}}}, HERE),  # the default, which stands nowhere
        ({"required": ["owner"]}, HERE),
        ({"properties": {"files": {"items": {"properties": {"bytes": {"maximum": 3}}}}}}, at(20)),
        ({"anyOf": [{"properties": {"network_policy": {"properties": {"type": {"const": "x"}}}}}]}, at(4)),
    ],
)
def test_a_violation_stands_at_the_leaf(schema: dict[str, Any], position: Position) -> None:
    container = replace(
        entry("ci-a", fields=spec(network_policy=allow("a.b", "c.d"))),
        positions=POSITIONS,
        files=(
            replace(declared_file("a", b"1"), position=at(19)),
            replace(declared_file("b"), position=at(20)),
        ),
    )
    (found,) = judged(container, schema)
    assert found.position == position


def test_an_inner_rule_has_a_title_and_a_weight_of_its_own() -> None:
    rules = {
        "title": "House rules",
        "description": "See the wiki.",
        "allOf": [
            {"title": "Small", "x-severity": "warning", "properties": {"memory_limit": {"enum": ["1g"]}}},
            {"$ref": "#/$defs/quick"},
            {"required": ["title"], "properties": {"title": {}}},
        ],
        "$defs": {"quick": {"title": "Quick", "properties": {"expires_after": False}}},
    }
    found = judged(entry(fields=spec(memory_limit="4g")), rules)
    assert [(one.severity, one.message.split(": ")[1], one.hint) for one in found] == [
        ("error", "House rules", "See the wiki."),
        ("error", "House rules", "See the wiki."),
        ("warning", "Small", "See the wiki."),
    ]


def test_a_property_that_is_called_title_is_no_title() -> None:
    rule = {"properties": {"title": {}, "name": {"properties": {}, "const": "x"}}}
    (found,) = judged(entry(), rule)
    assert found.message == "ci-a: name: 'x' was expected (0.json)"


def test_every_violation_of_every_container_is_told_and_of_one_a_hundred() -> None:
    both = desired(replace(entry("ci-a"), position=at(1)), replace(entry("ci-b"), position=at(2)))
    many = judge_containers(policies({"required": ["a", "b"]}, {"required": ["c"]}), both, OPENAI)
    assert [one.message.split(":")[0] for one in many] == ["ci-a", "ci-a", "ci-b", "ci-b", "ci-a", "ci-b"]
    assert len(judged(entry(), {"required": [str(i) for i in range(MOST + 50)]})) == MOST


def test_what_is_wrong_with_replicas_is_told_once() -> None:
    replicas = [replace(entry(f"ci-a-{number}"), position=at(3)) for number in range(3)]
    schema = {
        "required": ["owner", "team"],
        "properties": {"name": {"maxLength": 3}, "memory_limit": {"const": "4g"}},
    }
    found = judge_containers(policies(schema), desired(*replicas), OPENAI)
    assert [one.message.partition(": ")[0] for one in found] == ["ci-a-0"] * 4


def test_what_is_wrong_with_one_replica_is_told() -> None:
    replicas = [replace(entry(f"ci-a-{number}"), position=at(3)) for number in range(3)]
    (found,) = judge_containers(
        policies({"properties": {"name": {"not": {"const": "ci-a-1"}}}}), desired(*replicas), OPENAI
    )
    assert found.message.startswith("ci-a-1: ")


def test_a_value_of_any_length_is_told_in_short() -> None:
    container = entry(fields=spec(network_policy=allow(*(f"{i:0100}.example" for i in range(100)))))
    (found,) = judged(container, {"properties": {"network_policy": {"not": {}}}})
    assert len(found.message) < 300


PLAN = {
    "x-applies-to": "plan",
    "title": "One at a time",
    "properties": {
        "summary": {"properties": {"create": {"maximum": 1}}},
        "changes": {"items": {"properties": {"name": {"not": {"const": "ci-b"}}}}},
    },
}


def test_a_plan_is_judged_as_it_is_saved() -> None:
    plan = plan_of(desired(entry("ci-a"), entry("ci-b")), state())
    found = judge_plan(policies(PLAN, subject=Subject.PLAN), plan)
    assert [(one.message.split(": ")[2], one.position) for one in found] == [
        ("summary.create", None),
        ("changes.1.name", HERE),
    ]
    assert judge_plan(policies(PLAN), plan) == ()


SLOW = [
    {"properties": {"name": {"pattern": "^(a+)+$"}}},
    {
        "$ref": "#/$defs/d0",
        "$defs": {
            **{f"d{i}": {"allOf": [{"$ref": f"#/$defs/d{i + 1}"}] * 2} for i in range(40)},
            "d40": {},
        },
    },
]


@pytest.mark.parametrize("schema", SLOW, ids=["pattern", "references"])
def test_a_policy_that_would_take_for_ever_is_ended(schema: dict[str, Any]) -> None:
    began = time.monotonic()
    wanted = desired(entry("a" * 60 + "!"))
    (found,) = judge_containers(policies(schema), wanted, OPENAI, seconds=0.3)
    assert (found.severity, found.code, found.position) == (
        "error",
        "invalid-policy",
        Position("0.json", 1, 1),
    )
    assert "took longer than 0.3 seconds" in found.message
    assert time.monotonic() - began < 10


def test_a_policy_that_refers_to_itself_without_end_is_told() -> None:
    (found,) = judged(entry(), {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}})
    assert (found.code, "without end" in found.message) == ("invalid-policy", True)


def test_a_limit_leaves_no_alarm_behind() -> None:
    with at_most(0.05):
        pass
    time.monotonic()
    threading.Event().wait(0.1)  # an alarm that were left would end the test
    with pytest.raises(TookTooLongError), at_most(0.05):
        threading.Event().wait(5)


def test_nothing_is_ever_fetched() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        rule = {"$ref": f"http://127.0.0.1:{listener.getsockname()[1]}/rule.json"}
        (found,) = judge_containers(policies(rule), desired(entry()), OPENAI, seconds=2)
        assert (found.code, "took longer" in found.message) == ("invalid-policy", False)
        listener.settimeout(0)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_positions_of_a_manifest_reach_every_domain_and_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ci.yaml").write_text(
        "version: 1\nscope: {prefix: ci-}\ncontainers:\n  - name: ci-a\n    network_policy:\n"
        "      type: allowlist\n      allowed_domains:\n        - z.example\n        - a.bad\n"
        "    files:\n      - {content: z, path: z.txt}\n      - {content: a, path: a.txt}\n",
        encoding="utf-8",
    )
    loaded = load(["ci.yaml"])
    assert loaded.desired is not None
    rule = {
        "properties": {"network_policy": {"properties": {"allowed_domains": {"items": {"pattern": "le$"}}}}}
    }
    names = {"properties": {"files": {"items": {"properties": {"path": {"not": {"const": "a.txt"}}}}}}}
    found = judge_containers(policies(rule, names), fingerprint(loaded.desired).desired, OPENAI)
    assert [str(one.position) for one in found] == ["ci.yaml:9:11", "ci.yaml:12:28"]

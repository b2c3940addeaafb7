"""From declared skills and domain secrets to values; of a secret only where its value is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from reconciler.manifest import paths
from reconciler.manifest.input_rules import INLINE
from reconciler.model.write_only import (
    DomainSecret,
    FromFile,
    FromVariable,
    InlineSkill,
    Skill,
    SkillReference,
    WriteOnly,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.manifest import grammar_inputs
    from reconciler.manifest.skill_folders import Folders
    from reconciler.manifest.values import Node
    from reconciler.model.diagnostics import Position
    from reconciler.model.write_only import ValueFrom


def inputs(keys: Mapping[str, Node], folders: Folders) -> WriteOnly:
    """The write-only inputs of a container, `keys` being its own and those of `defaults`."""
    return WriteOnly(
        tuple(_skill(node, folders) for node in _skills(keys)),
        tuple(_secret(node) for node in _secrets(keys)),
    )


def positions(keys: Mapping[str, Node]) -> Iterator[tuple[str, Position]]:
    """Where each of them stands, numbered in the order in which it is kept."""
    for path, nodes in (("skills", _skills(keys)), ("network_policy.domain_secrets", _secrets(keys))):
        for at, node in enumerate(nodes):
            yield f"{path}.{at}", node.position
            yield from ((f"{path}.{at}.{key}", child.position) for key, child in node.children())


def _skills(keys: Mapping[str, Node]) -> list[Node]:
    declared = keys.get("skills")
    return sorted(
        declared.items() if declared else (), key=lambda node: _skill_order(cast("Any", node.value))
    )


def _skill_order(value: grammar_inputs.SkillEntry) -> tuple[str, str, str]:
    return (value["type"], value.get("skill_id", ""), value.get("name", ""))


def _secrets(keys: Mapping[str, Node]) -> list[Node]:
    policy = keys.get("network_policy")
    declared = policy.child("domain_secrets") if policy else None
    return sorted(
        declared.items() if declared else (), key=lambda node: _secret_order(cast("Any", node.value))
    )


def _secret_order(value: grammar_inputs.DomainSecretEntry) -> tuple[str, str]:
    return (value["domain"].lower(), value["name"])


def _skill(node: Node, folders: Folders) -> Skill:
    value = cast("grammar_inputs.SkillEntry", node.value)
    if value["type"] != INLINE:
        return SkillReference(value["skill_id"], value.get("version"))
    source = value["source"]
    at = (node.child("source") or node).position
    files = folders.at(paths.beside(node.file, source)).files
    return InlineSkill(value["name"], value["description"], source, files, at)


def _secret(node: Node) -> DomainSecret:
    value = cast("grammar_inputs.DomainSecretEntry", node.value)
    origin = node.child("value_from") or node
    return DomainSecret(
        value["domain"],
        value["name"],
        _value_from(value["value_from"], node.file),
        origin.position,
        value.get("version"),
    )


def _value_from(value: grammar_inputs.ValueFrom, manifest: str) -> ValueFrom:
    if "env" in value:
        return FromVariable(value["env"])
    return FromFile(value["file"], paths.beside(manifest, value["file"]))

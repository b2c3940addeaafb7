"""A declared container as policies see it: `schemas/container.v1.json`.

It is what the manifest comes to: keys of `defaults` merged, omitted fields at the target's own defaults, so
that a policy need not know in how many ways something can be left out. Files come with sizes and digests,
never with contents or where they lie on this machine; without a `files` key there is none here either. Skills
likewise; and secrets come with where their values are, as the manifest says it, never with values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.model.write_only import SkillReference

if TYPE_CHECKING:
    from reconciler.model.profile import Profile
    from reconciler.model.spec import ContainerSpec, DesiredContainer, DesiredFile
    from reconciler.model.write_only import DomainSecret, Skill


def container_document(entry: DesiredContainer, profile: Profile) -> dict[str, Any]:
    """One declared container as plain values, with the manifest's keys."""
    document = _fields(entry.spec, profile)
    if entry.inputs.skills:
        document["skills"] = [_skill(skill) for skill in entry.inputs.skills]
    if entry.inputs.secrets:
        document["network_policy"]["domain_secrets"] = [_secret(one) for one in entry.inputs.secrets]
    if entry.files is not None:
        document["files"] = [_file(file) for file in entry.files]
    document["prune_files"] = entry.prune_files
    document["lifecycle"] = {"replace": entry.replace.value}
    return document


def _fields(spec: ContainerSpec, profile: Profile) -> dict[str, Any]:
    expiry = spec.expires_after or profile.expires_after
    network = spec.network_policy or profile.network_policy
    policy: dict[str, Any] = {"type": network.type}
    if network.allowed_domains is not None:
        policy["allowed_domains"] = list(network.allowed_domains)
    return {
        "name": spec.name,
        "memory_limit": spec.memory_limit or profile.memory_limit,
        "expires_after": {"anchor": expiry.anchor, "minutes": expiry.minutes},
        "network_policy": policy,
    }


def _skill(skill: Skill) -> dict[str, Any]:
    if isinstance(skill, SkillReference):
        version = {} if skill.version is None else {"version": skill.version}
        return {"type": "skill_reference", "skill_id": skill.skill_id, **version}
    said = {"type": "inline", "name": skill.name, "description": skill.description, "source": skill.source}
    return {**said, "files": len(skill.files), "bytes": skill.bytes, "sha256": skill.contents}


def _secret(secret: DomainSecret) -> dict[str, Any]:
    kind, _, written = secret.value_from.written.partition(" ")
    version = {} if secret.version is None else {"version": secret.version}
    return {"domain": secret.domain, "name": secret.name, "value_from": {kind: written}, **version}


def _file(file: DesiredFile) -> dict[str, Any]:
    return {"path": file.spec.path, "bytes": file.spec.bytes, "sha256": file.spec.sha256}

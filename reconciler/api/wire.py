"""Rows of the API to values and back, in one pass, tolerant of everything but a row without an id.

Fields may be missing, null, or of an unexpected type (gateways drop some, old answers lack others): such a
field reads as not shown. A null name reads as the empty one, which no scope claims.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from reconciler.api.errors import ProtocolError
from reconciler.model.live import LiveContainer, LiveFile, Origin, Seen, base_name
from reconciler.model.names import parse_live_name
from reconciler.model.spec import ContainerSpec, ExpiresAfter, FileSpec, NetworkPolicy
from reconciler.model.write_only import NOTHING_WRITTEN, SkillReference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.write_only import DomainSecret, Skill, WriteOnly


def read_container(row: object, date: int | None, origin: Origin) -> LiveContainer:
    """Decodes a container row (API reference: ContainerResource).

    Raises:
        ProtocolError: it is no object, or has no id.
    """
    values = _object(row)
    name = _text(values.get("name")) or ""
    active = _integer(values.get("last_active_at"))
    return LiveContainer(
        id=_identifier(values),
        name=name,
        status=_text(values.get("status")) or "",
        created_at=_integer(values.get("created_at")) or 0,
        spec=ContainerSpec(
            name=parse_live_name(name).declared,
            memory_limit=_text(values.get("memory_limit")),
            network_policy=_network(values.get("network_policy")),
            expires_after=_expiry(values.get("expires_after")),
        ),
        last_active_at=active,
        seen=_seen(origin, date),
        used_at=active,
    )


def read_file(row: object) -> LiveFile:
    """Decodes a file row (API reference: ContainerFileResource).

    Raises:
        ProtocolError: it is no object, or has no id.
    """
    values = _object(row)
    path = _text(values.get("path")) or ""
    return LiveFile(
        id=_identifier(values),
        path=path,
        source=_text(values.get("source")) or "",
        created_at=_integer(values.get("created_at")) or 0,
        spec=FileSpec(base_name(path), _integer(values.get("bytes"))),
    )


def create_body(name: str, spec: ContainerSpec, inputs: WriteOnly = NOTHING_WRITTEN) -> dict[str, Any]:
    """Encodes a create; an omitted field is left to the server's default, never sent as null.

    Raises:
        LocalFileError: a file of an inline skill is not what was planned.
    """
    body: dict[str, Any] = {"name": name}
    if spec.memory_limit is not None:
        body["memory_limit"] = spec.memory_limit
    if spec.expires_after is not None:
        body["expires_after"] = {"anchor": spec.expires_after.anchor, "minutes": spec.expires_after.minutes}
    if spec.network_policy is not None:
        body["network_policy"] = {"type": spec.network_policy.type}
        if spec.network_policy.allowed_domains is not None:
            body["network_policy"]["allowed_domains"] = list(spec.network_policy.allowed_domains)
    if inputs.secrets:
        body["network_policy"]["domain_secrets"] = [_secret(secret) for secret in inputs.secrets]
    if inputs.skills:
        body["skills"] = [_skill(skill) for skill in inputs.skills]
    return body


def _secret(secret: DomainSecret) -> dict[str, Any]:
    if secret.value is None:
        message = f"the value of the secret {secret.binding} was not read"
        raise ValueError(message)
    return {"domain": secret.domain, "name": secret.name, "value": secret.value.reveal()}


def _skill(skill: Skill) -> dict[str, Any]:
    if isinstance(skill, SkillReference):
        version = {} if skill.version is None else {"version": skill.version}
        return {"type": "skill_reference", "skill_id": skill.skill_id, **version}
    from reconciler.api.bundle import encoded  # noqa: PLC0415 - zips are for those who have skills

    source = {"type": "base64", "media_type": "application/zip", "data": encoded(skill)}
    return {"type": "inline", "name": skill.name, "description": skill.description, "source": source}


def _object(row: object) -> Mapping[str, Any]:
    if not isinstance(row, dict):
        raise ProtocolError(f"expected an object, the server sent {row!r:.80}")
    return row


def _identifier(values: Mapping[str, Any]) -> str:
    identifier = _text(values.get("id"))
    if not identifier:
        raise ProtocolError("the server sent a row without an id")
    if identifier.isascii():
        return identifier
    try:
        identifier.encode()
    except UnicodeEncodeError as error:  # JSON can write half a character, a URL cannot
        raise ProtocolError(f"the server sent an id that no request can name: {identifier!r:.80}") from error
    return identifier


def _network(value: object) -> NetworkPolicy | None:
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        return None
    domains = value.get("allowed_domains")
    if not isinstance(domains, list):
        return _policy(value["type"])
    return _policy(value["type"], tuple(domain for domain in domains if isinstance(domain, str)))


# The rows of a list are much alike: what thousands of them share is made once.
_seen = lru_cache(Seen)
_policy = lru_cache(NetworkPolicy)
_idle = lru_cache(ExpiresAfter)


def _expiry(value: object) -> ExpiresAfter | None:
    if not isinstance(value, dict):
        return None
    return _idle(_integer(value.get("minutes")), _text(value.get("anchor")))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _integer(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():  # JSON does not tell 3 from 3.0
        return int(value)
    return value if isinstance(value, int) else None

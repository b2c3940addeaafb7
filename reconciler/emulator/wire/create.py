"""The body of ``POST /containers``, checked to the limits of the API's specification.

Inline skills and domain secrets are checked and then forgotten: the API never shows them back, and a data
file must not hold a secret.
"""

from dataclasses import dataclass
from typing import Any

from reconciler.emulator.settings import Settings
from reconciler.emulator.wire import errors
from reconciler.emulator.wire.checks import (
    check_array,
    check_choice,
    check_integer,
    check_kind,
    check_object,
    check_string,
    required,
)
from reconciler.emulator.wire.skills import SkillReference, parse_skill

MEMORY_LIMITS = ("1g", "4g", "16g", "64g")
DISABLED = {"type": "disabled"}
FIELDS = ("name", "expires_after", "file_ids", "memory_limit", "network_policy", "skills")
POLICY_FIELDS = ("type", "allowed_domains", "domain_secrets")
SECRET_CHARACTERS = 10_485_760


@dataclass(frozen=True, slots=True)
class CreateContainer:
    """What a create asks for, defaults filled in.

    Attributes:
        network_policy: As shown on the row, without secrets.
        minutes: Idle minutes until expiry; ``None`` when the body does not say.
        file_ids: Files of the Files API to copy.
        skills: The skills that are referred to; inline ones are gone.
    """

    name: str
    memory_limit: str
    network_policy: dict[str, Any]
    minutes: int | None
    file_ids: tuple[str, ...]
    skills: tuple[SkillReference, ...]


def parse_create(value: Any, settings: Settings) -> CreateContainer:
    """Check a create body.

    Raises:
        ApiError: 400, with ``param`` and a code of the API's family.
    """
    if isinstance(value, dict) and settings.kept_fields is not None:
        value = {key: item for key, item in value.items() if key in settings.kept_fields}
    body = check_object(value, None, _known(FIELDS, "", settings))
    name = check_string(required(body, "name", None), "name")
    skills = check_array(body.get("skills", []), "skills")
    references = [parse_skill(skill, f"skills[{index}]") for index, skill in enumerate(skills)]
    file_ids = check_array(body.get("file_ids", []), "file_ids")
    return CreateContainer(
        name=name,
        memory_limit=check_choice(body.get("memory_limit", "1g"), "memory_limit", MEMORY_LIMITS),
        network_policy=_network_policy(body.get("network_policy", DISABLED), settings),
        minutes=_minutes(body["expires_after"], settings.max_minutes) if "expires_after" in body else None,
        file_ids=tuple(check_string(item, f"file_ids[{index}]") for index, item in enumerate(file_ids)),
        skills=tuple(reference for reference in references if reference is not None),
    )


def _known(keys: tuple[str, ...], prefix: str, settings: Settings) -> tuple[str, ...]:
    return tuple(key for key in keys if prefix + key not in settings.refused_fields)


def _minutes(value: Any, most: int) -> int:
    param = "expires_after"
    body = check_object(value, param, ("anchor", "minutes"))
    check_choice(required(body, "anchor", param), f"{param}.anchor", ("last_active_at",))
    return check_integer(required(body, "minutes", param), f"{param}.minutes", least=1, most=most)


def _network_policy(value: Any, settings: Settings) -> dict[str, Any]:
    param = "network_policy"
    kind = check_kind(value, param, ("disabled", "allowlist"))
    if kind == "disabled":
        check_object(value, param, ("type",))
        return dict(DISABLED)
    body = check_object(value, param, _known(POLICY_FIELDS, f"{param}.", settings))
    domains = check_array(required(body, "allowed_domains", param), f"{param}.allowed_domains", least=1)
    for index, domain in enumerate(domains):
        _check_domain(domain, f"{param}.allowed_domains[{index}]", settings.organization_domains)
    if "domain_secrets" in body:
        secrets = check_array(body["domain_secrets"], f"{param}.domain_secrets", least=1)
        for index, secret in enumerate(secrets):
            _check_secret(secret, f"{param}.domain_secrets[{index}]")
    return {"type": kind, "allowed_domains": domains}


def _check_domain(value: Any, param: str, allowed: tuple[str, ...] | None) -> None:
    domain = check_string(value, param).casefold()
    if allowed is not None and domain not in {other.casefold() for other in allowed}:
        raise errors.ApiError(
            400,
            f"Invalid value: '{value}'. The domain is not on the allowlist of the organization.",
            param=param,
            code="invalid_value",
        )


def _check_secret(value: Any, param: str) -> None:
    body = check_object(value, param, ("domain", "name", "value"))
    for key, most in (("domain", None), ("name", None), ("value", SECRET_CHARACTERS)):
        check_string(required(body, key, param), f"{param}.{key}", least=1, most=most)

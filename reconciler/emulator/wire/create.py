"""The body of ``POST /containers``, checked to the limits of the API's specification.

Skills and domain secrets are checked and then forgotten: the API never shows them back, and a data file must
not hold a secret.
"""

from dataclasses import dataclass
from re import fullmatch
from typing import Any

from reconciler.emulator.wire import errors
from reconciler.emulator.wire.checks import (
    check_array,
    check_choice,
    check_integer,
    check_object,
    check_string,
    required,
)

MEMORY_LIMITS = ("1g", "4g", "16g", "64g")
DISABLED = {"type": "disabled"}

_KEYS = ("name", "expires_after", "file_ids", "memory_limit", "network_policy", "skills")
_SECRET_CHARACTERS = 10_485_760
_ZIP_CHARACTERS = 70_254_592
_SKILL_ID_CHARACTERS = 64


@dataclass(frozen=True, slots=True)
class CreateContainer:
    """What a create asks for, defaults filled in.

    Attributes:
        network_policy: As shown on the row, without secrets.
        minutes: Idle minutes until expiry; ``None`` when the body does not say.
    """

    name: str
    memory_limit: str
    network_policy: dict[str, Any]
    minutes: int | None
    file_ids: tuple[str, ...]


def parse_create(value: Any, max_minutes: int) -> CreateContainer:
    """Check a create body.

    Raises:
        ApiError: 400, with ``param`` and a code of the API's family.
    """
    body = check_object(value, None, _KEYS)
    name = check_string(required(body, "name", None), "name")
    for index, skill in enumerate(check_array(body.get("skills", []), "skills")):
        _check_skill(skill, f"skills[{index}]")
    file_ids = check_array(body.get("file_ids", []), "file_ids")
    return CreateContainer(
        name=name,
        memory_limit=check_choice(body.get("memory_limit", "1g"), "memory_limit", MEMORY_LIMITS),
        network_policy=_network_policy(body.get("network_policy", DISABLED)),
        minutes=_minutes(body["expires_after"], max_minutes) if "expires_after" in body else None,
        file_ids=tuple(check_string(item, f"file_ids[{index}]") for index, item in enumerate(file_ids)),
    )


def _minutes(value: Any, most: int) -> int:
    param = "expires_after"
    body = check_object(value, param, ("anchor", "minutes"))
    check_choice(required(body, "anchor", param), f"{param}.anchor", ("last_active_at",))
    return check_integer(required(body, "minutes", param), f"{param}.minutes", least=1, most=most)


def _network_policy(value: Any) -> dict[str, Any]:
    param = "network_policy"
    kind = _kind(value, param, ("disabled", "allowlist"))
    if kind == "disabled":
        check_object(value, param, ("type",))
        return dict(DISABLED)
    body = check_object(value, param, ("type", "allowed_domains", "domain_secrets"))
    domains = check_array(required(body, "allowed_domains", param), f"{param}.allowed_domains", least=1)
    for index, domain in enumerate(domains):
        check_string(domain, f"{param}.allowed_domains[{index}]")
    if "domain_secrets" in body:
        secrets = check_array(body["domain_secrets"], f"{param}.domain_secrets", least=1)
        for index, secret in enumerate(secrets):
            _check_secret(secret, f"{param}.domain_secrets[{index}]")
    return {"type": kind, "allowed_domains": domains}


def _check_secret(value: Any, param: str) -> None:
    body = check_object(value, param, ("domain", "name", "value"))
    for key, most in (("domain", None), ("name", None), ("value", _SECRET_CHARACTERS)):
        check_string(required(body, key, param), f"{param}.{key}", least=1, most=most)


def _check_skill(value: Any, param: str) -> None:
    if _kind(value, param, ("skill_reference", "inline")) == "skill_reference":
        _check_skill_reference(value, param)
    else:
        _check_inline_skill(value, param)


def _check_skill_reference(value: Any, param: str) -> None:
    body = check_object(value, param, ("type", "skill_id", "version"))
    check_string(required(body, "skill_id", param), f"{param}.skill_id", least=1, most=_SKILL_ID_CHARACTERS)
    version = body.get("version", "latest")
    if isinstance(version, int):  # the spec says a string; the API guide's samples show a number
        check_integer(version, f"{param}.version", least=1)
    elif version != "latest" and not fullmatch("0*[1-9][0-9]*", check_string(version, f"{param}.version")):
        raise errors.ApiError(
            400,
            f"Invalid value: '{version}'. Expected a positive integer or 'latest'.",
            param=f"{param}.version",
            code="invalid_value",
        )


def _check_inline_skill(value: Any, param: str) -> None:
    body = check_object(value, param, ("type", "name", "description", "source"))
    for key in ("name", "description"):
        check_string(required(body, key, param), f"{param}.{key}")
    source = required(body, "source", param)
    param = f"{param}.source"
    check_object(source, param, ("type", "media_type", "data"))
    check_choice(required(source, "type", param), f"{param}.type", ("base64",))
    check_choice(required(source, "media_type", param), f"{param}.media_type", ("application/zip",))
    check_string(required(source, "data", param), f"{param}.data", least=1, most=_ZIP_CHARACTERS)


def _kind(value: Any, param: str, choices: tuple[str, ...]) -> str:
    """The discriminator of a union, checked before the rest so that the refusal names it."""
    if not isinstance(value, dict):
        raise errors.invalid_type(param, "an object", value)
    return check_choice(required(value, "type", param), f"{param}.type", choices)

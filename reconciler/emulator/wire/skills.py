"""Skills as a create names them: by reference, or inline as a zip in base64."""

from dataclasses import dataclass
from re import fullmatch
from typing import Any, Literal

from reconciler.emulator.wire import errors
from reconciler.emulator.wire.bundle import check_bundle, decode_bundle
from reconciler.emulator.wire.checks import (
    check_choice,
    check_integer,
    check_kind,
    check_object,
    check_string,
)
from reconciler.emulator.wire.checks import required as need

BUNDLE_CHARACTERS = 70_254_592
SKILL_ID_CHARACTERS = 64
VERSION_PATTERN = "latest|0*[1-9][0-9]*"
_SAFE_DIGITS = 15

Version = int | Literal["latest"]


@dataclass(frozen=True, slots=True)
class SkillReference:
    """A skill by its id; ``version`` is ``None`` for the skill's default. ``param`` is where it was named."""

    skill_id: str
    version: Version | None
    param: str


def parse_skill(value: Any, param: str) -> SkillReference | None:
    """Check a skill; ``None`` for an inline one, which refers to nothing.

    Raises:
        ApiError: 400, with ``param`` and a code of the API's family.
    """
    if check_kind(value, param, ("skill_reference", "inline")) == "inline":
        _check_inline(value, param)
        return None
    body = check_object(value, param, ("type", "skill_id", "version"))
    skill_id = check_string(
        need(body, "skill_id", param), f"{param}.skill_id", least=1, most=SKILL_ID_CHARACTERS
    )
    version = parse_version(body["version"], f"{param}.version") if "version" in body else None
    return SkillReference(skill_id, version, param)


def parse_version(value: Any, param: str) -> Version:
    """A positive integer, as text or, as the API guide's samples show it, as a number; or ``latest``.

    Raises:
        ApiError: 400.
    """
    if isinstance(value, int | float):
        return check_integer(value, param, least=1)
    text = check_string(value, param)
    if not fullmatch(VERSION_PATTERN, text):
        raise errors.ApiError(
            400,
            f"Invalid value: '{text}'. Expected a positive integer or 'latest'.",
            param=param,
            code="invalid_value",
        )
    return "latest" if text == "latest" else version_number(text)


def version_number(digits: str) -> int:
    """The number of a version; one of more digits than any version has is cut to one that never was."""
    digits = digits.lstrip("0")
    return int(digits or "0") if len(digits) <= _SAFE_DIGITS else 10**_SAFE_DIGITS


def _check_inline(value: Any, param: str) -> None:
    body = check_object(value, param, ("type", "name", "description", "source"))
    for key in ("name", "description"):
        check_string(need(body, key, param), f"{param}.{key}")
    source = need(body, "source", param)
    param = f"{param}.source"
    check_object(source, param, ("type", "media_type", "data"))
    check_choice(need(source, "type", param), f"{param}.type", ("base64",))
    check_choice(need(source, "media_type", param), f"{param}.media_type", ("application/zip",))
    param = f"{param}.data"
    data = check_string(
        need(source, "data", param.removesuffix(".data")), param, least=1, most=BUNDLE_CHARACTERS
    )
    check_bundle(decode_bundle(data, param), param)

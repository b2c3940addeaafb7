"""What skills and domain secrets must be, value by value: the rules of `rules` for write-only inputs.

Where a secret is spoken of, no message repeats what stands there: somebody may have written the value itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from reconciler.manifest.findings import Problem, quoted
from reconciler.model.write_only import LATEST

if TYPE_CHECKING:
    from reconciler.manifest.grammar_inputs import SkillEntry, ValueFrom

REFERENCE = "skill_reference"
INLINE = "inline"

MAX_ID = 64
VERSION_PATTERN = rf"^({LATEST}|[1-9][0-9]{{0,14}})$"
VARIABLE_PATTERN = "^[A-Za-z_][A-Za-z0-9_]*$"

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_NEVER_A_VALUE = "the value itself never stands in a manifest"

SKILL: dict[str, Any] = {
    "allOf": [
        {
            "if": {"properties": {"type": {"const": INLINE}}, "required": ["type"]},
            "then": {
                "required": ["name", "description", "source"],
                "properties": {"skill_id": False, "version": False},
            },
        },
        {
            "if": {"properties": {"type": {"const": REFERENCE}}, "required": ["type"]},
            "then": {
                "required": ["skill_id"],
                "properties": {"name": False, "description": False, "source": False},
            },
        },
    ],
}
"""Two conditions and no `else`, since the type may be a variable."""

VALUE_FROM: dict[str, Any] = {
    "if": {"required": ["env"]},
    "then": {"properties": {"file": False}},
    "else": {"required": ["file"]},
}


def skill(value: SkillEntry) -> Problem | None:
    """Each type of skill has its own keys."""
    inline = value["type"] == INLINE
    own = ("name", "description", "source") if inline else ("skill_id",)
    foreign = ("skill_id", "version") if inline else ("name", "description", "source")
    for key in foreign:
        if key in value:
            other = REFERENCE if inline else INLINE
            message = f"{key} belongs to type: {other}, found type: {value['type']}"
            return Problem("conflicting-keys", message, key=key)
    missing = [key for key in own if key not in value]
    if missing:
        return Problem("missing-key", f"missing key {missing[0]} in a skill of type: {value['type']}")
    return None


def value_from(value: ValueFrom) -> Problem | None:
    """The value of a secret comes from one place."""
    if "env" in value and "file" in value:
        return Problem("conflicting-keys", "expected env or file, found both", key="file")
    if "env" not in value and "file" not in value:
        return Problem("missing-key", "missing key env or file: nothing says where the value is")
    return None


def skill_id(value: str) -> Problem | None:
    """The id of a skill of the account."""
    if not value or len(value) > MAX_ID or _CONTROL.search(value):
        return _invalid(f"expected a skill's id of 1 to {MAX_ID} characters, found {quoted(value)}")
    return None


def skill_version(value: str) -> Problem | None:
    """The version of a skill: a number, as text, or the latest."""
    if re.fullmatch(VERSION_PATTERN, value):
        return None
    return _invalid(f'expected a version such as "2", or {LATEST}, found {quoted(value)}')


def words(value: str) -> Problem | None:
    """What a skill is called, and what it is for."""
    return None if value.strip() else _invalid("expected some words, found none")


def skill_name(value: str) -> Problem | None:
    """The name of an inline skill."""
    if problem := words(value):
        return problem
    if _CONTROL.search(value):
        return _invalid(f"expected a name without control characters, found {quoted(value)}")
    return None


def secret_name(value: str) -> Problem | None:
    """What stands for a secret within the container, after a dollar sign."""
    if not value or _CONTROL.search(value):
        return _invalid("expected the name of a secret, without control characters")
    return None


def variable(value: str) -> Problem | None:
    """The name of an environment variable."""
    if re.fullmatch(VARIABLE_PATTERN, value):
        return None
    return _invalid("expected the name of an environment variable, found other text", _NEVER_A_VALUE)


def secret_file(value: str) -> Problem | None:
    """The place of a local file that holds a value, relative to its manifest."""
    if not value or _CONTROL.search(value):
        return _invalid("expected the path of a file, found other text", _NEVER_A_VALUE)
    return None


def literal(key: str) -> Problem:
    """Somebody wrote a secret down, and has to hear more than that the key is unknown."""
    return Problem(
        "literal-secret",
        f"a secret's value never stands in a manifest, found the key {key}",
        "write value_from: {env: NAME} or value_from: {file: PATH}; a value that was here is known to git",
    )


def _invalid(message: str, hint: str | None = None) -> Problem:
    return Problem("invalid-value", message, hint)

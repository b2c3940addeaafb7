"""How the grammar of manifests asks our rules: as validators of pydantic that carry our own problems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic import AfterValidator, ConfigDict, WithJsonSchema
from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.manifest.findings import Problem

RULE: Final = "rule"
"""The type of an error that carries a Problem of ours."""


OR_NULL: Final[dict[str, Any]] = {"type": ["object", "null"]}
"""What a JSON Schema says of a mapping for which null may stand wherever it is."""


def obeys(rule: Callable[[Any], Problem | None]) -> Callable[[Any], Any]:
    """A validator that asks a rule."""

    def check(value: Any) -> Any:
        problem = rule(value)
        if problem is None:
            return value
        raise PydanticCustomError(RULE, "a rule was broken", {"problem": problem})

    return check


def text(rule: Callable[[str], Problem | None], **schema: Any) -> tuple[AfterValidator, WithJsonSchema]:
    """Text that obeys a rule, and what a JSON Schema can say of the rule."""
    return AfterValidator(obeys(rule)), WithJsonSchema({"type": "string", **schema})


def closed(**extra: Any) -> ConfigDict:
    """A mapping without unknown keys, in which nothing is converted."""
    return ConfigDict(extra="forbid", strict=True, json_schema_extra=extra)

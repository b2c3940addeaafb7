"""The published JSON Schema of a document, made from the grammar.

`python -m reconciler.manifest.json_schema > schemas/manifest.v1.json` writes the file anew. The module is
not called `schema`, as importing it would then hide the package's function of that name.

Nothing in it is a choice of schemas (`anyOf`, `oneOf`): a plain validator tells of what is wrong below such a
choice at its top, without the reason and with all that stands there. Conditions keep errors at their leaves.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from reconciler.manifest import variables
from reconciler.manifest.grammar import Manifest

NAME = "manifest.v1.json"

_VARIABLE = "TextWithVariable"
_ABOUT = ("description", "default", "examples")


class _Plain(GenerateJsonSchema):
    """Without a title for every key, which would only repeat the key; null is one of several types."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - no key has a title
        """No key is titled."""
        return False

    def nullable_schema(self, schema: Any) -> JsonSchemaValue:
        """What is named says by itself (OR_NULL) that null may stand for it."""
        inner = self.generate_inner(schema["schema"])
        return inner if "$ref" in inner else {**inner, "type": [inner["type"], "null"]}


def generate() -> dict[str, Any]:
    """The schema as plain values."""
    made = TypeAdapter(Manifest).json_schema(schema_generator=_Plain)
    loose = _loosened(_told_at_keys(made))
    loose["$defs"] = {**loose["$defs"], _VARIABLE: _with_variable()}
    return {"$schema": _Plain.schema_dialect, "$id": NAME, **loose}


def _told_at_keys(schema: Any) -> Any:
    """Says of keys that are out of place that they are null, which none of them can be.

    Where it says `false`, Python's jsonschema tells of it at the mapping, without the key and with the value,
    which may be a secret. Not as `properties`, as an editor would complete the keys twice.
    """
    if isinstance(schema, list):
        return [_told_at_keys(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _told_at_keys(inner) for key, inner in schema.items()}
    keys = made.get("properties", {})
    if keys and all(inner is False for inner in keys.values()):
        del made["properties"]
        made["patternProperties"] = {f"^({'|'.join(keys)})$": {"const": None}}
    return made


def _with_variable() -> dict[str, Any]:
    reference = rf"{variables.BEFORE}{variables.NAME}\}}"
    return {"$comment": "Text with a variable in it.", "type": "string", "pattern": reference}


def _loosened(schema: Any) -> Any:
    """Lets a variable stand wherever a text is held against choices or a pattern.

    An editor looks for choices beside the condition, not behind it: they are examples as well.
    """
    if not isinstance(schema, dict):
        return schema
    if _is_choosy(schema):
        return _conditional(schema)
    made = dict(schema)
    for key in {"properties", "$defs"} & made.keys():
        made[key] = {name: _loosened(inner) for name, inner in made[key].items()}
    if "items" in made:
        made["items"] = _loosened(made["items"])
    return made


def _conditional(schema: dict[str, Any]) -> dict[str, Any]:
    about = {key: schema[key] for key in _ABOUT if key in schema}
    judged = {key: value for key, value in schema.items() if key not in _ABOUT}
    if choices := _choices(schema):
        about["examples"] = choices
        judged.pop("type", None)  # else a number would be wrong twice
    return {**about, "if": {"$ref": f"#/$defs/{_VARIABLE}"}, "else": judged}


def _is_choosy(schema: dict[str, Any]) -> bool:
    return "pattern" in schema or any(isinstance(choice, str) for choice in _choices(schema))


def _choices(schema: dict[str, Any]) -> list[Any]:
    return [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else ())]


def text() -> str:
    """The schema as the published file holds it."""
    return json.dumps(generate(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())

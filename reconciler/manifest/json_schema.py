"""The published JSON Schema of a document, made from the grammar.

`python -m reconciler.manifest.json_schema > schemas/manifest.v1.json` writes the file anew. The module is
not called `schema`, as importing it would then hide the package's function of that name.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from reconciler.manifest import variables
from reconciler.manifest.grammar import Manifest

NAME = "manifest.v1.json"

_VARIABLE = "TextWithVariable"
_ABOUT = ("description", "default", "examples")


class _Plain(GenerateJsonSchema):
    """Without a title for every key, which would only repeat the key."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - no key has a title
        """No key is titled."""
        return False


def generate() -> dict[str, Any]:
    """The schema as plain values."""
    made = TypeAdapter(Manifest).json_schema(schema_generator=_Plain)
    loose = _loosened(made)
    loose["$defs"] = {**loose["$defs"], _VARIABLE: _with_variable()}
    return {"$schema": _Plain.schema_dialect, "$id": NAME, **loose}


def _with_variable() -> dict[str, Any]:
    reference = rf"{variables.BEFORE}{variables.NAME}\}}"
    return {"description": "Text with a variable in it.", "type": "string", "pattern": reference}


def _loosened(schema: Any) -> Any:
    """Lets a variable stand wherever a text is held against choices or a pattern.

    An error is still told at the value, and an editor still knows the choices.
    """
    if not isinstance(schema, dict):
        return schema
    if _is_choosy(schema):
        about = {key: schema[key] for key in _ABOUT if key in schema}
        judged = {key: value for key, value in schema.items() if key not in _ABOUT}
        return {**about, "anyOf": [judged, {"$ref": f"#/$defs/{_VARIABLE}"}]}
    made = dict(schema)
    for key in {"properties", "$defs"} & made.keys():
        made[key] = {name: _loosened(inner) for name, inner in made[key].items()}
    if "items" in made:
        made["items"] = _loosened(made["items"])
    return made


def _is_choosy(schema: dict[str, Any]) -> bool:
    choices = (*schema.get("enum", ()), schema.get("const"))
    return "pattern" in schema or any(isinstance(choice, str) for choice in choices)


def text() -> str:
    """The schema as the published file holds it."""
    return json.dumps(generate(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())

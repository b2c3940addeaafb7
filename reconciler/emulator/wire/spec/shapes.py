"""JSON Schemas in few words."""

from collections.abc import Mapping, Sequence
from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
INTEGER: Schema = {"type": "integer"}
SECONDS: Schema = {"type": "integer", "description": "Unix seconds."}
BINARY: Schema = {"type": "string", "format": "binary"}


def record(properties: Mapping[str, Schema], *, optional: Sequence[str] = (), more: bool = False) -> Schema:
    """An object whose keys are required unless they are ``optional``; ``more`` lets it have others."""
    schema: Schema = {"type": "object", "properties": dict(properties)}
    needed = [key for key in properties if key not in optional]
    if needed:
        schema["required"] = needed
    if not more:
        schema["additionalProperties"] = False
    return schema


def text(*, least: int = 0, most: int | None = None) -> Schema:
    """A string of a bounded length."""
    bounds = {"minLength": least} if least else {}
    return TEXT | bounds | ({} if most is None else {"maxLength": most})


def one_of(*values: str) -> Schema:
    """A string of an enumeration."""
    return {"type": "string", "enum": list(values)}


def array(items: Schema, *, least: int = 0, most: int | None = None) -> Schema:
    """An array."""
    bounds = {"minItems": least} if least else {}
    return {"type": "array", "items": items} | bounds | ({} if most is None else {"maxItems": most})


def union(schemas: Mapping[str, str]) -> Schema:
    """One of some components, told apart by ``type``."""
    refs = {kind: f"#/components/schemas/{name}" for kind, name in schemas.items()}
    return {
        "oneOf": [{"$ref": target} for target in refs.values()],
        "discriminator": {"propertyName": "type", "mapping": refs},
    }


def ref(name: str) -> Schema:
    """A component."""
    return {"$ref": f"#/components/schemas/{name}"}

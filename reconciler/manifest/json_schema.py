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

from reconciler.manifest.grammar import Manifest

NAME = "manifest.v1.json"


class _Plain(GenerateJsonSchema):
    """Without a title for every key, which would only repeat the key."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - no key has a title
        """No key is titled."""
        return False


def generate() -> dict[str, Any]:
    """The schema as plain values."""
    made = TypeAdapter(Manifest).json_schema(schema_generator=_Plain)
    return {"$schema": _Plain.schema_dialect, "$id": NAME, **made}


def text() -> str:
    """The schema as the published file holds it."""
    return json.dumps(generate(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())

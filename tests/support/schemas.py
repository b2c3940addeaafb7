"""What is printed, held against what is published."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from reconciler.manifest import published


def result_validator() -> Draft202012Validator:
    """Checks whole results, plans included."""
    plan = Resource.from_contents(json.loads(published("plan.v1.json")))
    registry: Registry[Any] = Registry().with_resource("plan.v1.json", plan)
    return Draft202012Validator(json.loads(published("result.v1.json")), registry=registry)

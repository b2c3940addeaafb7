"""Whether a value is a JSON Schema that judges by itself: of the one draft, and without a way out.

References are resolved before anything is judged, so that a broken one does not wait for the container that
reaches it. They lead nowhere but into the same file: nothing is ever fetched.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from reconciler.policies.values import SEVERITIES, SEVERITY, BrokenError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema.protocols import Validator

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCES = ("$ref", "$dynamicRef")


def check(schema: dict[str, Any]) -> None:
    """Refuses what cannot judge.

    Raises:
        BrokenError: it is no schema of this draft, or refers to something that is not in it.
    """
    named = schema.get("$schema", DRAFT)
    if not isinstance(named, str) or named.rstrip("#") != DRAFT:
        raise BrokenError(f'expected "$schema": "{DRAFT}", found {str(named)[:80]!r}')
    for inner in _every(schema):
        severity = inner.get(SEVERITY, SEVERITIES[0])
        if severity not in SEVERITIES:
            expected = " or ".join(f'"{word}"' for word in SEVERITIES)
            raise BrokenError(f'"{SEVERITY}" is {expected}, found {str(severity)[:40]!r}')


def validator(schema: dict[str, Any]) -> Validator:
    """What judges by a schema. Its empty registry keeps it from fetching: jsonschema's own default would."""
    registry: Registry[Any] = Registry()
    return Draft202012Validator(schema, registry=registry)


def _every(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each schema within a schema, and each that one refers to; all of them are checked on the way."""
    _judge(schema)
    root = DRAFT202012.create_resource(schema)
    registry: Registry[Any] = Registry()
    pending = [(root, registry.resolver_with_root(root))]
    seen: set[int] = set()
    while pending:
        resource, resolver = pending.pop()
        contents: Any = resource.contents
        if not isinstance(contents, dict) or id(contents) in seen:
            continue
        seen.add(id(contents))
        yield contents
        pending += ((inner, resolver.in_subresource(inner)) for inner in resource.subresources())
        for key in _REFERENCES:
            if key in contents:
                try:
                    found = resolver.lookup(contents[key])
                except (Unresolvable, ValueError):
                    raise _nowhere(contents[key]) from None
                if id(found.contents) not in seen:
                    _judge(found.contents)  # it may stand where no schema is looked for
                pending.append((DRAFT202012.create_resource(found.contents), found.resolver))


def _nowhere(reference: object) -> BrokenError:
    return BrokenError(
        f"nothing in this file is {str(reference)[:80]!r}",
        hint='a policy refers to its own file only ("#/$defs/…"); nothing is fetched',
    )


def _judge(schema: object) -> None:
    metaschema = Draft202012Validator(
        Draft202012Validator.META_SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    try:
        worst = best_match(metaschema.iter_errors(schema))
    except re.error as error:
        raise BrokenError(f"a pattern is no regular expression: {error}") from None
    if worst is not None:
        where = "".join(f"/{part}" for part in worst.absolute_path)
        raise BrokenError(f"this is no JSON Schema: {where or 'the whole'}: {worst.message[:200]}")

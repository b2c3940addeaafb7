"""One document judged by the grammar: every problem, each root cause once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from reconciler.manifest.findings import MAX_PROBLEMS, error, found, nearest
from reconciler.manifest.grammar import Manifest
from reconciler.manifest.places import known_keys, place_of
from reconciler.manifest.rules import VERSION
from reconciler.manifest.sentences import diagnose
from reconciler.manifest.values import BROKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails

    from reconciler.manifest.places import Location
    from reconciler.manifest.values import Node, Value
    from reconciler.model.diagnostics import Diagnostic

MOST_GUESSED = 2_000
"""Problems of one document for which it is guessed what was meant; nobody reads more, and that is slow."""

MANIFEST: TypeAdapter[Manifest] = TypeAdapter(Manifest)


def problems_of(document: Node) -> list[Diagnostic]:
    """What the grammar has against a document."""
    if not isinstance(document.value, dict):
        if document.value is BROKEN:
            return []
        return [error("wrong-type", f"expected a mapping, found {found(document.value)}", document.position)]
    try:
        MANIFEST.validate_python(document.value)
    except ValidationError as failed:
        if failed.error_count() > MAX_PROBLEMS:
            return [_too_many(document, failed.error_count())]
        causes = _root_causes(document, failed.errors(include_url=False))
        return [diagnose(document, failure, guess=at < MOST_GUESSED) for at, failure in enumerate(causes)]
    return []


def _too_many(document: Node, count: int) -> Diagnostic:
    message = f"{count} problems are too many to list: this does not look like a manifest"
    return error("too-many-problems", message, document.position)


def takes_part(document: Node) -> bool:
    """Tells whether a document speaks this version's grammar, so that its keys mean something here."""
    if not isinstance(document.value, dict):
        return False
    version = document.value.get("version")
    return not _foreign_version(version) and (version is not None or _speaks(document.value))


def _foreign_version(version: object) -> bool:
    return isinstance(version, int) and version != VERSION


def _speaks(value: dict[str, Value]) -> bool:
    return not known_keys("").isdisjoint(value)


def _root_causes(document: Node, failures: list[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Leaves out what follows from something that is reported anyway."""
    if not takes_part(document):
        yield from (failure for failure in failures if failure["loc"] == ("version",))
        return
    mistyped = set(_meant(failures))
    for failure in failures:
        follows = failure["type"] == "missing" and failure["loc"] in mistyped
        if not follows and failure["input"] is not BROKEN:
            yield failure


def _meant(failures: list[ErrorDetails]) -> Iterator[Location]:
    """The locations of missing keys that an unknown key beside them probably stands for."""
    missing = {failure["loc"] for failure in failures if failure["type"] == "missing"}
    around = {location[:-1] for location in missing}
    for failure in failures:
        location = failure["loc"]
        if failure["type"] == "extra_forbidden" and location[:-1] in around:
            near = nearest(str(location[-1]), known_keys(place_of(location[:-1])))
            if near is not None:
                yield (*location[:-1], near)

"""One document judged by the grammar: every problem, each root cause once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from reconciler.manifest.findings import MAX_PROBLEMS, error, found
from reconciler.manifest.grammar import Manifest
from reconciler.manifest.places import known_keys, place_of
from reconciler.manifest.rules import VERSION
from reconciler.manifest.sentences import diagnose
from reconciler.manifest.values import BROKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails

    from reconciler.manifest.findings import Guesses
    from reconciler.manifest.places import Location
    from reconciler.manifest.values import Node, Value
    from reconciler.model.diagnostics import Diagnostic

MANIFEST: TypeAdapter[Manifest] = TypeAdapter(Manifest)

_AT_ONCE = 5_000
"""Keys and items that are judged at once, so that what is no manifest is not judged to its end."""


def problems_of(document: Node, guesses: Guesses) -> list[Diagnostic]:
    """What the grammar has against a document; `guesses` what was meant where a word is unknown."""
    if not isinstance(document.value, dict):
        if document.value is BROKEN:
            return []
        return [error("wrong-type", f"expected a mapping, found {found(document.value)}", document.position)]
    failures: list[ErrorDetails] = []
    for part, first in _parts(document.value):
        try:
            MANIFEST.validate_python(part)
        except ValidationError as failed:
            if len(failures) + failed.error_count() > MAX_PROBLEMS:
                return [_too_many(document)]
            failures += (_moved(failure, first) for failure in failed.errors(include_url=False))
    return [diagnose(document, failure, guesses) for failure in _root_causes(document, failures, guesses)]


def _parts(value: dict[str, Value]) -> Iterator[tuple[dict[str, Value], int]]:
    """A document in documents with some of its containers each, and the number of the first of those."""
    containers = value.get("containers")
    if not isinstance(containers, list):
        yield value, 0
        return
    rest, first, weight = value, 0, 0
    for at, container in enumerate(containers):
        weight += _weight(container)
        if weight > _AT_ONCE and at > first:
            yield {**rest, "containers": containers[first:at]}, first
            rest, first, weight = {"version": VERSION}, at, _weight(container)
    yield (rest if first == 0 else {**rest, "containers": containers[first:]}), first


def _weight(value: Value) -> int:
    """How many problems a container may have, more or less; its lists have most."""
    if not isinstance(value, dict):
        return 1
    weight = len(value)
    for inner in value.values():
        if isinstance(inner, list):
            weight += sum(map(_weight_below, inner))
        elif isinstance(inner, dict):
            weight += _weight_below(inner)
    return weight


def _weight_below(value: Value) -> int:
    if not isinstance(value, dict):
        return 1
    return len(value) + sum(len(inner) for inner in value.values() if isinstance(inner, list))


def _moved(failure: ErrorDetails, first: int) -> ErrorDetails:
    """An error at a container, by the number that this has in the whole document."""
    match failure["loc"]:
        case ("containers", int(at), *below) if first:
            failure["loc"] = ("containers", first + at, *below)
    return failure


def _too_many(document: Node) -> Diagnostic:
    message = f"more than {MAX_PROBLEMS} problems are too many to list: this does not look like a manifest"
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


def _root_causes(document: Node, failures: list[ErrorDetails], guesses: Guesses) -> Iterator[ErrorDetails]:
    """Leaves out what follows from something that is reported anyway."""
    if not takes_part(document):
        yield from (failure for failure in failures if failure["loc"] == ("version",))
        return
    mistyped = set(_meant(failures, guesses))
    for failure in failures:
        follows = failure["type"] == "missing" and failure["loc"] in mistyped
        if not follows and failure["input"] is not BROKEN:
            yield failure


def _meant(failures: list[ErrorDetails], guesses: Guesses) -> Iterator[Location]:
    """The locations of missing keys that an unknown key beside them probably stands for."""
    missing = {failure["loc"] for failure in failures if failure["type"] == "missing"}
    around = {location[:-1] for location in missing}
    for failure in failures:
        location = failure["loc"]
        if failure["type"] == "extra_forbidden" and location[:-1] in around:
            near = guesses.nearest(str(location[-1]), known_keys(place_of(location[:-1])))
            if near is not None:
                yield (*location[:-1], near)

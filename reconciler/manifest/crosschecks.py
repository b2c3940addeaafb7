"""What entries have against each other, within a container and across the whole set.

These look at the raw values, so that a name declared twice is reported although one of the two entries
is invalid in some other way. A value that is itself refused takes no part.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from reconciler.manifest import replicas, rules, scope_checks
from reconciler.manifest.findings import Problem, error, nearest, quoted
from reconciler.manifest.places import known_keys
from reconciler.model.diagnostics import Diagnostic, Severity
from reconciler.model.spec import Compare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.manifest.values import Node
    from reconciler.model.diagnostics import Position
    from reconciler.model.scope import Scope

_ONCE_PER_SET = {
    "scope": Problem("duplicate-scope", "expected one scope in the whole set"),
    "defaults": Problem("duplicate-defaults", "expected one defaults in the whole set"),
}


def problems_of(documents: Sequence[Node]) -> Iterator[Diagnostic]:
    """Everything that only shows when entries are looked at together."""
    for key, problem in _ONCE_PER_SET.items():
        yield from _doubled_keys(documents, key, problem)
    containers = list(entries(documents))
    yield from _names(containers, only(documents, "scope"))
    yield from _uncompared(containers, only(documents, "scope"))
    for holder in (*containers, *holding(documents, "defaults")):
        yield from _domains(holder)
    for scope in holding(documents, "scope"):
        yield from scope_checks.problems_of(scope)


def _uncompared(containers: Iterable[Node], scope: Node | None) -> Iterator[Diagnostic]:
    """A digest that is declared and that nobody will look at."""
    compare = scope.child("compare") if scope else None
    if compare is None or compare.value != Compare.SIZE:
        return
    for container in containers:
        files = container.child("files")
        for file in files.items() if files else ():
            if (digest := file.child("sha256")) is not None:
                message = "sha256 is not compared under scope.compare: size, which reads no file"
                hint = "leave it out, or compare by digest"
                yield Diagnostic(Severity.WARNING, "unverifiable", message, digest.position, hint)


def no_containers(documents: Sequence[Node]) -> Diagnostic | None:
    """Refuses a set without the key `containers`: an empty set is written out, not arrived at."""
    for document in documents:
        if any(_stands_for(key, "containers") for key, _ in document.children()):
            return None
    message = "missing key containers: no document of the set has it"
    return error("missing-key", message, documents[0].position, "write containers: [] for a set without any")


def _stands_for(key: str, known: str) -> bool:
    return key == known or (key not in known_keys("") and nearest(key, (known,)) is not None)


def holding(documents: Iterable[Node], key: str) -> Iterator[Node]:
    """The values of a key of documents."""
    for document in documents:
        if (value := document.child(key)) is not None:
            yield value


def only(documents: Iterable[Node], key: str) -> Node | None:
    """The value of a key that one document has; None where none has it, or several."""
    found = list(holding(documents, key))
    return found[0] if len(found) == 1 else None


def entries(documents: Iterable[Node]) -> Iterator[Node]:
    """The containers of all documents, but for what is refused as one because it is no mapping."""
    for containers in holding(documents, "containers"):
        yield from containers.mappings()


def _doubled_keys(documents: Iterable[Node], key: str, problem: Problem) -> Iterator[Diagnostic]:
    places = [document.key_position(key) for document in documents if document.child(key)]
    for place in places[1:]:
        yield error(problem.code, f"{problem.message}, found another at {places[0]}", place)


def _names(containers: Iterable[Node], scope: Node | None) -> Iterator[Diagnostic]:
    borders = scope_checks.borders(scope)
    first: dict[str, Position] = {}
    declared = 0
    for entry in containers:
        names = replicas.declared_by(entry)
        number, name = entry.child("replicas"), entry.child("name")
        if name is None or not names:
            continue
        declared += len(names) if number else 0
        if number and declared > rules.MAX_REPLICAS:
            yield _too_many(number, declared)
            return
        yield from _names_of(entry, name, names, borders, first)


def _names_of(
    entry: Node, name: Node, names: Sequence[str], borders: Scope | None, first: dict[str, Position]
) -> Iterator[Diagnostic]:
    """What is wrong with the names of one entry, each kind once; `first` is where names were declared."""
    if problem := rules.name(names[-1]):
        yield error(problem.code, f"{problem.message}: the name of one of its replicas", name.position)
    if borders:
        yield from islice(filter(None, (scope_checks.outside(name, each, borders) for each in names)), 1)
    if taken := next((each for each in names if each in first), None):
        which = "" if names == (name.value,) else ", one of these replicas,"
        message = f"the container {quoted(taken)}{which} is already declared at {first[taken]}"
        yield error("duplicate-name", message, other(first[taken], name, entry))
    for each in names:
        first.setdefault(each, name.position)


def _too_many(replicas_: Node, declared: int) -> Diagnostic:
    message = (
        f"expected at most {rules.MAX_REPLICAS} replicas in the whole set, with these there are {declared}"
    )
    return error("invalid-value", message, replicas_.position)


def other(first: Position, inner: Node, outer: Node) -> Position:
    """The place of a repetition; what an alias repeats stands in one place, and the alias in another."""
    return outer.position if inner.position == first else inner.position


def _domains(holder: Node) -> Iterator[Diagnostic]:
    policy = holder.child("network_policy")
    domains = policy.child("allowed_domains") if policy else None
    first: dict[str, Node] = {}
    for domain in domains.items() if domains else ():
        if not isinstance(domain.value, str) or rules.domain(domain.value):
            continue
        earlier = first.setdefault(domain.value.casefold(), domain)
        if earlier is not domain:
            message = f"the domain {quoted(domain.value)} is already listed at {earlier.position}"
            yield error("duplicate-domain", message, domain.position)

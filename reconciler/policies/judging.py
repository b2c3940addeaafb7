"""Holding containers and plans against policies: every violation, each at the leaf that it is about."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from jsonschema.exceptions import best_match
from referencing.exceptions import Unresolvable

from reconciler.model.diagnostics import Diagnostic, Position, Severity
from reconciler.model.plan_json import plan_values
from reconciler.policies.bounded import TookTooLongError, at_most
from reconciler.policies.documents import container_document
from reconciler.policies.reading import CODE as BROKEN
from reconciler.policies.reading import SECONDS
from reconciler.policies.schemas import validator
from reconciler.policies.values import SEVERITY, VIOLATED, Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jsonschema.exceptions import ValidationError

    from reconciler.model.plan import Plan
    from reconciler.model.profile import Profile
    from reconciler.model.scope import Desired
    from reconciler.model.spec import DesiredContainer
    from reconciler.policies.values import Policies, PolicyFile

    Place = Callable[[tuple[str | int, ...]], Position | None]

MOST = 100
"""Violations of one policy by one container or plan that are told."""

_SHOWN = 160
"""Characters of a validator's own sentence, which repeats the value."""


class _Subject(NamedTuple):
    """What is judged: its name, where it is declared, what a schema sees of it, and where that stands."""

    name: str
    declared: Position | None
    document: dict[str, Any]
    place: Place


def judge_containers(
    policies: Policies, desired: Desired, profile: Profile, *, seconds: float = SECONDS
) -> tuple[Diagnostic, ...]:
    """Every violation by every declared container; `seconds` is what one policy may take."""
    files = policies.about(Subject.CONTAINER)
    documents = [(entry, container_document(entry, profile)) for entry in desired.containers] if files else []
    subjects = [
        _Subject(entry.name, entry.position, document, _in_container(entry)) for entry, document in documents
    ]
    return tuple(found for file in files for found in _judged(file, subjects, seconds))


def judge_plan(policies: Policies, plan: Plan, *, seconds: float = SECONDS) -> tuple[Diagnostic, ...]:
    """Every violation by a plan, in the form in which `plan -o` writes it."""
    files = policies.about(Subject.PLAN)
    subjects = [_Subject("the plan", None, plan_values(plan), _in_plan(plan))] if files else []
    return tuple(found for file in files for found in _judged(file, subjects, seconds))


def _judged(file: PolicyFile, subjects: Iterable[_Subject], seconds: float) -> list[Diagnostic]:
    """What a policy has against its subjects; where it cannot be asked, that is an error like any other.

    Replicas are one declaration: what is wrong with several is told of the first.
    """
    judge = validator(file.schema)
    found: list[Diagnostic] = []
    told: set[tuple[object, ...]] = set()
    try:
        with at_most(seconds):
            for subject in subjects:
                for error in islice(judge.iter_errors(subject.document), MOST):
                    same = (
                        subject.declared,
                        tuple(error.absolute_path),
                        tuple(error.absolute_schema_path),
                        error.message.replace(subject.name, ""),
                    )
                    if same not in told:
                        told.add(same)
                        found.append(_violation(file, subject.name, _leaf(error), subject.place))
    except TookTooLongError:
        why = f"judging by it took longer than {seconds:g} seconds: a pattern, or references that multiply"
        found.append(_broken(file, why))
    except RecursionError:
        found.append(_broken(file, "it is nested too deeply, or refers to itself without end"))
    except (Unresolvable, re.error) as error:
        found.append(_broken(file, str(error)[:_SHOWN]))
    return sorted(found, key=Diagnostic.sort_key)


def _broken(file: PolicyFile, why: str) -> Diagnostic:
    return Diagnostic(Severity.ERROR, BROKEN, why, Position(file.path, 1, 1))


def _leaf(error: ValidationError) -> ValidationError:
    """A union's error stands at the parent; the alternative that fits best says more."""
    return best_match([error]) or error


def _violation(file: PolicyFile, name: str, error: ValidationError, place: Place) -> Diagnostic:
    path = tuple(error.absolute_path)
    where = f"{'.'.join(map(str, path))}: " if path else ""
    title = _nearest(file, error, "title")
    says = f"{title}: " if isinstance(title, str) and title else ""
    detail = error.message if len(error.message) <= _SHOWN else f"{error.message[: _SHOWN - 1]}…"
    description = _nearest(file, error, "description")
    return Diagnostic(
        Severity(_nearest(file, error, SEVERITY) or Severity.ERROR),
        VIOLATED,
        f"{name}: {says}{where}{detail} ({file.path})",
        place(path),
        description if isinstance(description, str) and description else None,
    )


def _nearest(file: PolicyFile, error: ValidationError, key: str) -> Any:
    """An annotation of the schema that failed, or of the closest one around it that has it."""
    if isinstance(error.schema, dict) and key in error.schema:
        return error.schema[key]
    around = [schema[key] for schema in _way(file, error) if key in schema]
    return around[-1] if around else None


def _way(file: PolicyFile, error: ValidationError) -> Iterator[dict[str, Any]]:
    """The schemas that lead to the one that failed, as far as no reference is in between."""
    node: Any = file.schema
    keyword = True
    for part in error.absolute_schema_path:
        if keyword and isinstance(node, dict):
            yield node
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            return
        # what follows `properties` and its like is a name, which is no schema's keyword
        keyword = not (keyword and part in _NAMING)


_NAMING = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs"})


def _in_container(entry: DesiredContainer) -> Place:
    def place(path: tuple[str | int, ...]) -> Position:
        positions = dict(entry.positions)
        for length in range(len(path), 0, -1):
            match path[:length]:
                case ("files", int(number)) if entry.files is not None:
                    return entry.files[number].position
            found = positions.get(".".join(map(str, path[:length])))
            if found is not None:
                return found
        return entry.position

    return place


def _in_plan(plan: Plan) -> Place:
    def place(path: tuple[str | int, ...]) -> Position | None:
        match path:
            case ("changes", int(number), *_) if number < len(plan.changes):
                return plan.changes[number].source
        return None

    return place

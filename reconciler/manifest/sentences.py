"""Pydantic's errors in our words: what was expected, what was found, and what to do about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from reconciler.manifest import input_rules
from reconciler.manifest.findings import Guesses, Problem, error, found, not_yet, quoted
from reconciler.manifest.locate import locate
from reconciler.manifest.obeying import RULE
from reconciler.manifest.places import A_VARIABLE, OF_A_CONTAINER_ONLY, known_keys, place_of, spoken, waits
from reconciler.manifest.scalars import BOOLEAN
from reconciler.manifest.values import Suspect
from reconciler.model.diagnostics import Position

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from reconciler.manifest.places import Location
    from reconciler.manifest.values import Node
    from reconciler.model.diagnostics import Diagnostic

_WANTED = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "list_type": "a list",
    "dict_type": "a mapping",
}

_SECRET = frozenset({"content", "domain_secrets"})
"""The keys whose values, and all that is in them, no message repeats."""
_NO_VARIABLE = "write {default: ...}, or {} for a variable without a default"
_TRUE = frozenset({"y", "yes", "on", "true"})
_CHOICE = re.compile(r"'([^']*)'")


def diagnose(document: Node, failure: ErrorDetails, guesses: Guesses) -> Diagnostic:
    """One of pydantic's errors as a diagnostic; `guesses` what was meant where a word is unknown."""
    location = failure["loc"]
    if failure["type"] == "extra_forbidden":
        return _unknown_key(document, location, guesses)
    node = locate(document, location)
    problem = _problem(failure, guesses)
    culprit = node.child(problem.key) if problem.key else None
    return error(problem.code, problem.message, (culprit or node).position, problem.hint)


def _unknown_key(document: Node, location: Location, guesses: Guesses) -> Diagnostic:
    key, around = str(location[-1]), location[:-1]
    problem = _unknown(place_of(around), key, guesses)
    position = locate(document, around).key_position(key)
    if _may_be_secret(place_of(around), key, guesses):
        position = Position(str(position.file), position.line, position.column)  # of which no line is quoted
    return error(problem.code, problem.message, position, problem.hint)


def _may_be_secret(place: str, key: str, guesses: Guesses) -> bool:
    """Tells whether a key may be a value that is in the wrong place: `value_from: {hunter2}` has that key."""
    return place == "value_from" and guesses.nearest(key, known_keys(place)) is None


def _unknown(place: str, key: str, guesses: Guesses) -> Problem:
    if place == "domain_secrets" and key == "value":
        return input_rules.literal(key)
    where = f" in {spoken(place)}"
    if waits(place, key):
        return not_yet(f"{key}{where}")
    if place == "defaults" and key in OF_A_CONTAINER_ONLY:
        return Problem(
            "unknown-key", f"unknown key {quoted(key)}{where}", f"each container has its own {key}"
        )
    known = known_keys(place)
    hint = guesses.hint(key, known) or f"known here: {', '.join(sorted(known))}"
    shown = "" if _may_be_secret(place, key, guesses) else f" {quoted(key)}"
    return Problem("unknown-key", f"unknown key{shown}{where}", hint)


def _problem(failure: ErrorDetails, guesses: Guesses) -> Problem:
    kind, value, context = failure["type"], failure["input"], failure.get("ctx", {})
    if kind == RULE:
        problem: Problem = context["problem"]
        return problem
    if kind == "missing":
        place = spoken(place_of(failure["loc"][:-1]))
        return Problem("missing-key", f"missing key {failure['loc'][-1]} in {place}")
    if kind in _WANTED:
        problem = _wrong_type(kind, value, secret=not _SECRET.isdisjoint(failure["loc"]))
        return problem._replace(hint=_NO_VARIABLE) if place_of(failure["loc"]) == A_VARIABLE else problem
    if kind == "literal_error":
        return _not_a_choice(value, _CHOICE.findall(context["expected"]), guesses)
    return _out_of_bounds(kind, value, context) or Problem("invalid-value", failure["msg"])


def _wrong_type(kind: str, value: Any, *, secret: bool) -> Problem:
    message = f"expected {_WANTED[kind]}, found {found(value, secret=secret)}"
    if kind == "string_type" and isinstance(value, bool | int | Suspect):
        written = value.text if isinstance(value, Suspect) else str(value).lower()
        return Problem("quote-it", message, "quote it" if secret else f"quote it: {quoted(written)}")
    return Problem("wrong-type", message, _type_hint(kind, value))


def _type_hint(kind: str, value: Any) -> str | None:
    if kind == "bool_type" and isinstance(value, Suspect) and value.reads_as == BOOLEAN:
        return f"write {'true' if value.text.lower() in _TRUE else 'false'}"
    if kind == "bool_type" and value in ("true", "false"):
        return "remove the quotes"
    if kind == "int_type" and isinstance(value, str) and value.isdecimal():
        return "remove the quotes"
    if kind == "list_type" and value is None:
        return "write [] for an empty list"
    return None


def _not_a_choice(value: Any, choices: list[str], guesses: Guesses) -> Problem:
    wanted = choices[0] if len(choices) == 1 else f"one of {', '.join(choices)}"
    if isinstance(value, str):
        message = f"expected {wanted}, found {quoted(value)}"
        return Problem("invalid-value", message, guesses.hint(value, frozenset(choices)))
    return Problem("wrong-type", f"expected {wanted}, found {found(value)}")


def _out_of_bounds(kind: str, value: Any, context: dict[str, Any]) -> Problem | None:
    match kind:
        case "greater_than_equal":
            wanted = f"at least {context['ge']}"
        case "less_than_equal":
            wanted = f"at most {context['le']}"
        case "too_short":
            return Problem("invalid-value", "expected at least one item, found an empty list")
        case "too_long":
            return Problem("invalid-value", f"expected at most {context['max_length']} items, found more")
        case _:
            return None
    return Problem("invalid-value", f"expected {wanted}, found {found(value)}")

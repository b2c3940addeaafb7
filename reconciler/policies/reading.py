"""From the file of a policy to a schema that can judge, or what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from reconciler.model.diagnostics import Diagnostic, Position, Severity
from reconciler.model.errors import UsageError
from reconciler.policies.bounded import TookTooLongError, at_most
from reconciler.policies.discovery import discover
from reconciler.policies.values import SUBJECT, BrokenError, Policies, PolicyFile, Subject

if TYPE_CHECKING:
    from collections.abc import Sequence

CODE = "invalid-policy"
LARGEST = 1024 * 1024
"""Bytes of a policy; what is larger was not written by people."""

SECONDS = 20.0
"""Longest time that reading one policy, or judging by it, may take; 10,000 containers take about two."""


def load(paths: Sequence[str]) -> Policies:
    """Reads every policy; what is wrong with any of them is told at once.

    Raises:
        UsageError: there is no such file.
    """
    names, problems = discover(paths)
    files: list[PolicyFile] = []
    found = list(problems)
    for name in names:
        try:
            files.append(_read(name))
        except BrokenError as error:
            at = Position(name, error.line, error.column)
            found.append(Diagnostic(Severity.ERROR, CODE, str(error), at, error.hint))
    return Policies(tuple(files), tuple(found))


def _read(name: str) -> PolicyFile:
    schema = _parsed(_text(name))
    if not isinstance(schema, dict):
        raise BrokenError("expected a JSON Schema, which is an object here")
    subject = _word(schema, SUBJECT, tuple(Subject), Subject.CONTAINER)
    from reconciler.policies.schemas import check  # noqa: PLC0415 - jsonschema, where there is a schema

    try:
        with at_most(SECONDS):
            check(schema)
    except TookTooLongError:
        raise BrokenError(f"reading it took longer than {SECONDS:g} seconds") from None
    except RecursionError:
        raise BrokenError("it is nested too deeply, or refers to itself without end") from None
    return PolicyFile(name, Subject(subject), schema)


def _text(name: str) -> str:
    try:
        with Path(name).open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(f"cannot read the policy {name}: {error.strerror or error}") from error
    if len(raw) > LARGEST:
        raise BrokenError(f"a policy has at most {LARGEST // 1024} KiB")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BrokenError("expected UTF-8", hint="save the file as UTF-8") from None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise BrokenError(f"expected JSON: {error.msg}", error.lineno, error.colno) from None
    except RecursionError:
        raise BrokenError("it is nested too deeply") from None
    except ValueError as error:  # a number of more digits than Python reads
        raise BrokenError(f"expected JSON: {error}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuses a key that is given twice: of two rules one would be dropped in silence."""
    values = dict(pairs)
    if len(values) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise BrokenError(f'the key "{twice[:40]}" is given twice in one object')
    return values


def _no_number(constant: str) -> NoReturn:
    raise BrokenError(f"expected JSON, found {constant}")


def _word(schema: dict[str, Any], key: str, words: Sequence[str], default: str) -> str:
    value = schema.get(key, default)
    if not isinstance(value, str) or value not in words:
        expected = " or ".join(f'"{word}"' for word in words)
        raise BrokenError(f'"{key}" is {expected}, found {json.dumps(value)[:60]}')
    return value

"""Diagnostics as SARIF 2.1.0, for what shows them beside the code: hosts, editors, dashboards."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from reconciler.model.diagnostics import Severity
from reconciler.render.diagnostics_text import first_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from reconciler.model.diagnostics import Diagnostic, Position
    from reconciler.model.explanations import Explanation
    from reconciler.model.result import Result

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def sarif_json(
    result: Result, version: str, explain: Callable[[str], Iterable[Explanation]], most: int | None = None
) -> str:
    """One SARIF document, also on failure; ASCII only, like every JSON that is printed.

    Args:
        result: what a command came to.
        version: of this program.
        explain: gives what is known of a code, for the rules of the document.
        most: how many diagnostics are written, all of them for 0 and None.
    """
    shown, rest = first_of(result.diagnostics, most or None)
    codes = sorted({found.code for found in shown})
    places = {code: at for at, code in enumerate(codes)}
    run = {
        "tool": {
            "driver": {
                "name": "reconciler",
                "version": version,
                "rules": [_rule(code, explain(code)) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(result, rest)],
        "results": [_result(found, places[found.code]) for found in shown],
    }
    document = json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)
    return document.replace("##", "\\u0023#")  # only texts hold it: in them `##[` is an order to CI systems


def uri_of(path: str) -> str:
    """A path as a URI: relative ones stay so, and whatever a URI reads as its own is percent-encoded."""
    encoded = quote(path, safe="/", errors="surrogateescape")
    return f"file://{encoded}" if path.startswith("/") else encoded.removeprefix("./")


def _rule(code: str, known: Iterable[Explanation]) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": code}
    for found in known:
        rule |= {"fullDescription": {"text": found.means}, "help": {"text": found.do}}
        break
    return rule


def _result(found: Diagnostic, rule: int) -> dict[str, Any]:
    text = found.message if found.hint is None else f"{found.message}\nhint: {found.hint}"
    values: dict[str, Any] = {
        "ruleId": found.code,
        "ruleIndex": rule,
        "level": _LEVELS[found.severity],
        "message": {"text": text},
    }
    if found.position is not None:
        values["locations"] = [_location(found.position)]
    return values


def _location(at: Position) -> dict[str, Any]:
    region = {"startLine": at.line, "startColumn": at.column}
    return {"physicalLocation": {"artifactLocation": {"uri": uri_of(at.file)}, "region": region}}


def _invocation(result: Result, rest: int) -> dict[str, Any]:
    told = [_notification("note", f"{rest} more not listed")] if rest else []
    if result.error is not None:
        told.append(_notification("error", str(result.error), result.error.code))
    return {
        "executionSuccessful": result.error is None,
        "exitCode": int(result.exit_code),
        "toolExecutionNotifications": told,
    }


def _notification(level: str, text: str, code: str | None = None) -> dict[str, Any]:
    values: dict[str, Any] = {"level": level, "message": {"text": text}}
    return values if code is None else {**values, "descriptor": {"id": code}}

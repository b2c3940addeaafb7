"""Warnings that the manifests allow, and allowances that allow nothing. In prose first.

1. Only warnings and notes can be allowed. An error says that nothing could be done, or not what was meant;
   no comment makes it possible.
2. An allowance names one code and says why, on the line of the warning or alone on the line above. One
   without a reason, with a code that does not exist, or at an error, allows nothing and is itself a warning:
   it would look as if something were settled.
3. So is one that meets nothing, since the next reader would look for what it is about. Not so where that
   depends on what a command was told: a target, policies, a key of stamps, what is live.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from reconciler.model.diagnostics import Diagnostic, Severity
from reconciler.model.profile import BEYOND, DROPPED
from reconciler.policies.values import VIOLATED

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from reconciler.model.allowances import Allowance, Place

_FORM = "write `# reconciler: allow CODE -- reason`"


def settled(
    found: Sequence[Diagnostic], allowances: Sequence[Allowance], *, whole: bool = True
) -> tuple[Diagnostic, ...]:
    """What is left of diagnostics once the manifests had their say, and what is wrong with that.

    Unless everything is known that there is to find (`whole`), nothing meets nothing.
    """
    if not allowances:
        return tuple(found)
    errors = {_place(each) for each in found if each.severity is Severity.ERROR}
    others = {_place(each) for each in found} - errors
    problems = (_problem(each, errors, others, whole=whole) for each in allowances)
    return (*without_allowed(found, allowances), *(each for each in problems if each is not None))


def without_allowed(found: Iterable[Diagnostic], allowances: Iterable[Allowance]) -> tuple[Diagnostic, ...]:
    """The diagnostics that no comment allows."""
    allowed = {each.place for each in allowances if each.reason}
    return tuple(each for each in found if each.severity is Severity.ERROR or _place(each) not in allowed)


def as_errors(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The same with every warning an error (`--strict`); notes stay what they are."""
    return tuple(
        replace(each, severity=Severity.ERROR) if each.severity is Severity.WARNING else each
        for each in found
    )


def _place(found: Diagnostic) -> Place | None:
    return None if found.position is None else (found.position.file, found.position.line, found.code)


def _problem(
    allowance: Allowance, errors: Container[Place | None], others: Container[Place | None], *, whole: bool
) -> Diagnostic | None:
    """What is wrong with an allowance."""
    from reconciler.explain import explanations, nearest_code  # noqa: PLC0415 - only where there are any

    code = allowance.code
    if not code or not explanations(code):
        near = nearest_code(code)
        message = f"there is no code {code}" if code else "the comment names no code"
        return _invalid(allowance, message, f"did you mean {near}?" if near else _FORM)
    if not allowance.reason:
        return _invalid(allowance, f"the comment does not say why {code} is allowed", _FORM)
    if allowance.place in errors:
        return _invalid(allowance, f"{code} is an error here, and errors cannot be allowed", "repair it")
    if not whole or allowance.place in others or _depends(code):
        return None
    message = f"there is no {code} on line {allowance.line}, so the comment allows nothing"
    hint = "take the comment away"
    return Diagnostic(Severity.WARNING, "unused-allowance", message, allowance.position, hint)


def _invalid(allowance: Allowance, message: str, hint: str) -> Diagnostic:
    return Diagnostic(Severity.WARNING, "invalid-allowance", message, allowance.position, hint)


def _depends(code: str) -> bool:
    """Tells whether warnings of this code come and go with the command."""
    from reconciler.planning.hints import MISTYPED, RENAMED  # noqa: PLC0415 - few manifests allow anything
    from reconciler.planning.rotation import INVISIBLE  # noqa: PLC0415 - as above

    return code in {BEYOND, DROPPED, INVISIBLE, MISTYPED, RENAMED, VIOLATED}

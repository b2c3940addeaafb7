"""What is wrong with a set, gathered from all who look at it: each problem once, and no more than are listed.

Who finds problems may find very many, so they are asked for them one by one, and not any more once there are
enough. Warnings never take the place of an error: that would make a set valid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.manifest.findings import MAX_PROBLEMS
from reconciler.model.diagnostics import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable


class Gathered:
    """The problems of one set."""

    def __init__(self) -> None:
        self._errors: dict[Diagnostic, None] = {}
        self._others: dict[Diagnostic, None] = {}
        self.full = False
        """There are more errors than are listed, so that nobody needs to look for another."""
        self._more_others = False

    def take(self, found: Iterable[Diagnostic]) -> None:
        """Adds problems, as many as are still wanted. An aliased value is judged at every use."""
        if self.full:
            return
        for one in found:
            if one.severity is not Severity.ERROR:
                self._add_other(one)
            elif len(self._errors) < MAX_PROBLEMS or one in self._errors:
                self._errors[one] = None
            else:
                self.full = True
                return

    def _add_other(self, one: Diagnostic) -> None:
        if len(self._others) < MAX_PROBLEMS:
            self._others[one] = None
        else:
            self._more_others = self._more_others or one not in self._others

    def sorted(self) -> tuple[Diagnostic, ...]:
        """All of them by place; where some were left out, the last one says so."""
        errors, others = (sorted(found, key=Diagnostic.sort_key) for found in (self._errors, self._others))
        if self.full:
            errors.append(_rest(errors[-1], "problems"))
        if self._more_others:
            others.append(_rest(others[-1], "warnings"))
        return tuple(sorted((*errors, *others), key=Diagnostic.sort_key))


def _rest(last: Diagnostic, what: str) -> Diagnostic:
    message = f"more than {MAX_PROBLEMS} {what}, so that not all of them are listed"
    return Diagnostic(last.severity, "too-many-problems", message, last.position)

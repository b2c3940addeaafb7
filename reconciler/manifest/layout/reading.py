"""What a text says: its values, its comments, and what these allow. A layout changes none of that."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from reconciler.manifest.layout.governed import allowing
from reconciler.manifest.layout.lexemes import lexemes
from reconciler.manifest.quotable import Quotable
from reconciler.manifest.walk import Walk
from reconciler.model.diagnostics import errors_in
from reconciler.model.quotes import QuotableName
from reconciler.model.redacted import Redacted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.manifest.layout.governed import Allowing
    from reconciler.manifest.values import Value
    from reconciler.model.diagnostics import Diagnostic


class Said(Redacted, frozen=True):
    """A text that was read; with `problems` that are errors nothing else of it counts."""

    text: str
    values: list[Value]
    allowing: list[Allowing]
    problems: tuple[Diagnostic, ...]

    @property
    def broken(self) -> bool:
        """It cannot be read."""
        return errors_in(self.problems)

    def same_as(self, other: Said) -> bool:
        """Tells whether both hold the same values and the same comments, wherever these stand."""
        if self.broken or other.broken or len(self.allowing) != len(other.allowing):
            return False
        return _same(self.values, other.values) and _comments(self.text) == _comments(other.text)


def read(file: str, text: str) -> Said:
    r"""Reads a text whose lines end in `\n`."""
    named = QuotableName(file)
    walk = Walk(named, text)
    documents = list(walk.documents())
    named.behind = Quotable(text, tuple(walk.hidden), walk.unread_from)
    problems = tuple(walk.problems)
    allows = [] if errors_in(problems) else allowing(text, documents, walk.signed)
    return Said(text, [document.value for document in documents], allows, problems)


def _same(one: Value | Sequence[Value], other: Value | Sequence[Value]) -> bool:
    """Equality that holds 1 and true, and a number and its text, apart."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return one == other


def _comments(text: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for lexeme in lexemes(text):
        found.update(comment.text for comment in lexeme.comments)
        if lexeme.block is not None and lexeme.block.comment is not None:
            found[lexeme.block.comment.text] += 1
    return found

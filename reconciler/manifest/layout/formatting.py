"""The way from the bytes of a file to its canonical layout, or to what is wrong with it.

Whatever is laid out is read back: a result that does not hold the same values and the same comments is never
given out. Line breaks stay what they are (those of the first line where they are mixed).
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.manifest.findings import error
from reconciler.manifest.layout.arrange import arrange
from reconciler.manifest.layout.lexemes import lexemes
from reconciler.manifest.layout.parse import ComplexKey, documents_of
from reconciler.manifest.layout.write import written
from reconciler.manifest.quotable import Quotable
from reconciler.manifest.text import decode
from reconciler.manifest.values import offset, position
from reconciler.manifest.walk import Walk
from reconciler.model.diagnostics import Diagnostic, errors_in
from reconciler.model.quotes import QuotableName

if TYPE_CHECKING:
    from reconciler.manifest.values import Value

_BREAK = re.compile("\r\n|\r|\n")


class LaidOut(Struct, frozen=True):
    """A file before and after; both are the same bytes where there is nothing to change."""

    file: str
    before: bytes
    after: bytes

    @property
    def changed(self) -> bool:
        """The file is not laid out yet."""
        return self.before != self.after


def lay_out(file: str, raw: bytes) -> LaidOut | tuple[Diagnostic, ...]:
    """Lays a manifest out, or says why it cannot be read as one.

    Only what the text is matters here: a manifest with unknown keys or wrong values is laid out too.
    """
    text = decode(file, raw)
    if isinstance(text, Diagnostic):
        return (text,)
    first = _BREAK.search(text)
    text = _BREAK.sub("\n", text)
    values, problems = _values(file, text)
    if errors_in(problems):
        return problems
    try:
        laid = layout(text)
    except ComplexKey as key:
        at = position(file, offset(key.line, key.column))
        return (error("complex-key", "expected a key of one line", at, "no key of a manifest has more"),)
    if laid != text and not _says(file, laid, values, _comments(text)):
        sentence = "laying this file out would change what it says, so it is left as it is"
        return (error("layout-unsafe", sentence, position(file, 0), "this is a defect of fmt; report it"),)
    if first is not None and first[0] == "\r\n":
        laid = laid.replace("\n", "\r\n")
    return LaidOut(file, raw, laid.encode())


def layout(text: str) -> str:
    r"""Lays out a text that parses and whose lines end in `\n`, unchecked.

    Raises:
        ComplexKey: a key has several lines.
    """
    documents = list(documents_of(text))
    for document in documents:
        arrange(document)
    return written(documents)


def _says(file: str, laid: str, values: list[Value], comments: Counter[str]) -> bool:
    """Tells whether a text holds these values and these comments."""
    again, broken = _values(file, laid)
    return not errors_in(broken) and _same(values, again) and comments == _comments(laid)


def _values(file: str, text: str) -> tuple[list[Value], tuple[Diagnostic, ...]]:
    named = QuotableName(file)
    walk = Walk(named, text)
    values = [document.value for document in walk.documents()]
    named.behind = Quotable(text, tuple(walk.hidden), walk.unread_from)
    return values, tuple(walk.problems)


def _same(one: Value | list[Value], other: Value | list[Value]) -> bool:
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

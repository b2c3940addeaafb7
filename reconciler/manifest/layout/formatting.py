"""The way from the bytes of a file to its canonical layout, or to what is wrong with it.

Whatever is laid out is read back: a result that does not hold the same values and the same comments is never
given out, nor one whose comments allow anything else. Line breaks stay what they are (those of the first line
where they are mixed).
"""

from __future__ import annotations

import re

from msgspec import Struct

from reconciler.manifest.findings import error
from reconciler.manifest.layout.laying import laid_out
from reconciler.manifest.layout.parse import ComplexKey
from reconciler.manifest.layout.reading import read
from reconciler.manifest.text import decode
from reconciler.manifest.values import offset, position
from reconciler.model.diagnostics import Diagnostic

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
    before = read(file, _BREAK.sub("\n", text))
    if before.broken:
        return before.problems
    try:
        laid = laid_out(file, before)
    except ComplexKey as key:
        at = position(file, offset(key.line, key.column))
        return (error("complex-key", "expected a key of one line", at, "no key of a manifest has more"),)
    if laid is None:
        sentence = "laying this file out would change what it says, so it is left as it is"
        return (error("layout-unsafe", sentence, position(file, 0), "this is a defect of fmt; report it"),)
    if first is not None and first[0] == "\r\n":
        laid = laid.replace("\n", "\r\n")
    return LaidOut(file, raw, laid.encode())

"""Keeping what a server repeats of our secrets out of errors: some put a whole request into a message.

What is sent is known here, so it can be looked for, in every form that a JSON body or an address may give
it. Whole values are blanked first. Then whatever else of eight or more characters stands in a value, since a
server may have cut what it repeats. Of values under four characters nothing is blanked: they are part of
every text, and no secret.
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.model.write_only import Secret

BLANK = "[secret]"
SHORTEST = 4
PIECE = 8
"""Characters in a row that are no accident."""


class Redaction:
    """The secrets that were sent on a connection."""

    def __init__(self) -> None:
        self._values: set[str] = set()
        self._made: tuple[str, ...] | None = ()

    def add(self, secrets: Iterable[Secret]) -> None:
        """Hides these from now on."""
        values = {secret.reveal() for secret in secrets} - self._values
        if values:
            self._values |= values
            self._made = None  # most of what is sent meets no error

    def text(self, shown: str) -> str:
        """A text without them. What is long should be cut after this, not before."""
        for form in self._forms:
            shown = shown.replace(form, BLANK)
        return shown

    def short_text(self, shown: str) -> str:
        """A text that is a few hundred characters long, without pieces of them either."""
        shown = self.text(shown)
        for form in self._forms:
            shown = _without_pieces(shown, form)
        return shown

    def data(self, body: bytes) -> bytes:
        """A body without them."""
        for form in self._forms:
            body = body.replace(form.encode("utf-8", "surrogatepass"), BLANK.encode())
        return body

    @property
    def _forms(self) -> tuple[str, ...]:
        """Everything to be looked for, the longest first: one value may be part of another."""
        if self._made is None:
            forms = {form for value in self._values for form in _forms(value) if len(form) >= SHORTEST}
            self._made = tuple(sorted(forms, key=lambda form: (-len(form), form)))
        return self._made


def _forms(value: str) -> Iterator[str]:
    yield value
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield repr(value)[1:-1]
    yield " ".join(value.split())  # as an error shows a body
    yield quote(value)
    yield quote(value, safe="")
    yield b64encode(value.encode()).decode()


def _without_pieces(shown: str, form: str) -> str:
    """Blanks every run of characters that stands in the form, from `PIECE` on."""
    if len(form) < PIECE:
        return shown
    kept: list[str] = []
    at = 0
    while at < len(shown):
        length = PIECE
        if shown[at : at + PIECE] not in form or at + PIECE > len(shown):
            kept.append(shown[at])
            at += 1
            continue
        while at + length < len(shown) and shown[at : at + length + 1] in form:
            length += 1
        kept.append(BLANK)
        at += length
    return "".join(kept)

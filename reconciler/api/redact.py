"""Keeping what a server repeats of our secrets out of errors: some put a whole request into a message.

What is sent is known here, so it can be looked for, in every form that a JSON body or an address may give
it. Whole values are blanked first. Then whatever else of eight or more characters stands in a value, since a
server may have cut what it repeats. Values under four characters are part of every text, and blanked only
where they stand alone between quotation marks, as in a body.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.api.encoded import LONG, LongValue, encodings
from reconciler.api.errors import StatusError
from reconciler.api.pieces import PIECE, without_pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reconciler.model.errors import ApiError
    from reconciler.model.write_only import Secret

BLANK = "[secret]"
SHORTEST = 4
"""Bytes of what is blanked wherever it stands."""

_BLANK = BLANK.encode()
_MARKS = (b'"', b"'", b'\\"')


class Redaction:
    """The secrets that were sent on a connection."""

    def __init__(self) -> None:
        self._values: set[str] = set()
        self._new: set[str] = set()
        """Those that nothing was made of yet: most of what is sent meets no error."""
        self._long: list[LongValue] = []
        self._forms: dict[bytes, int] = {}
        """What the others may look like, in the order of `_in_order`, see `_in_text`."""

    def add(self, secrets: Iterable[Secret]) -> None:
        """Hides these from now on."""
        new = {secret.reveal() for secret in secrets} - self._values
        self._values |= new
        self._new |= new

    def data(self, body: bytes) -> bytes:
        """A body without them. What is long should be cut after this, not before."""
        for form, margin in self._in_text(body).items():
            body = body.replace(form, form[:margin] + _BLANK + form[len(form) - margin :])
        return body

    def short_text(self, shown: str) -> str:
        """A text that is a few hundred characters long, without them and without pieces of them."""
        sent = self._in_text(shown.encode("utf-8", "surrogatepass"))
        short = {form: margin for form, margin in sent.items() if len(form) - 2 * margin < PIECE}
        return without_pieces(shown, sent, BLANK, short)

    def _in_text(self, text: bytes) -> Mapping[bytes, int]:
        """What to look for in a text, and how many bytes of it at either end are not part of a value."""
        if self._new:
            self._long += (LongValue(value) for value in self._new if len(value) > LONG)
            made = (pair for value in self._new if len(value) <= LONG for pair in _forms(value))
            self._forms = _in_order({**self._forms, **dict(made)})
            self._new = set()
        if not self._long:
            return self._forms
        forms = (form for value in self._long for form in value.in_text(text))
        return _in_order({**self._forms, **dict.fromkeys(forms, 0)})


def hide_in(error: ApiError, hide: Callable[[str], str]) -> None:
    """Takes out of an error what it must not show, and the cause of the error that may have said it first."""
    shown = tuple(hide(each) if isinstance(each, str) else each for each in error.args)
    if shown != error.args:
        error.args = shown
        error.__cause__ = None
        error.__suppress_context__ = True
    if isinstance(error, StatusError):
        error.api_code, error.param, error.request_id = (
            hide(each) if each else each for each in (error.api_code, error.param, error.request_id)
        )


def _in_order(forms: dict[bytes, int]) -> dict[bytes, int]:
    """The longest first: one value may be part of another."""
    return {form: forms[form] for form in sorted(forms, key=lambda form: (-len(form), form))}


def _forms(value: str) -> Iterable[tuple[bytes, int]]:
    for form in encodings(value):
        if len(form) >= SHORTEST:
            yield form, 0
        elif form:
            yield from ((mark + form + mark, len(mark)) for mark in _MARKS)

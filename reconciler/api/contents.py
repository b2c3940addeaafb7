"""Keeping what a server repeats of a file out of the error of its upload, where nobody is to see the file.

That is one that a manifest calls sensitive, and whatever is written into a manifest, which may come from
variables. Nothing is done before there is an error: a large file is as slow to look for as it is to send.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from reconciler.api.encoded import LONG
from reconciler.api.errors import StatusError
from reconciler.api.pieces import AT_ONCE, PIECE, without_pieces
from reconciler.api.redact import BLANK, Redaction, hide_in
from reconciler.api.uploads import opened
from reconciler.model.errors import ApiError, LocalFileError
from reconciler.model.spec import InlineContent
from reconciler.model.write_only import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.spec import Uploadable

GONE = "what the server says is withheld, since the file that it may repeat cannot be read any more"


@contextmanager
def unseen(content: Uploadable, *, sensitive: bool) -> Iterator[None]:
    """Keeps contents out of whatever error of the API comes from within."""
    try:
        yield
    except ApiError as error:
        if sensitive or isinstance(content, InlineContent):
            _hide(error, content)
        raise


def _hide(error: ApiError, content: Uploadable) -> None:
    try:
        with opened(content) as file:
            beginning = file.read(LONG + 1)
    except (LocalFileError, OSError):
        hide_in(error, lambda _: GONE)
        return
    if len(beginning) > LONG:
        if isinstance(error, StatusError):
            error.api_code = error.param = None  # not worth going through the file for each
        hide_in(error, lambda shown: without_pieces(shown, _parts(content), BLANK))
        return
    redaction = Redaction()
    redaction.add(
        [Secret(beginning.decode("utf-8", "replace"))]
    )  # as a server's words do, where it is no text
    hide_in(error, redaction.short_text)


def _parts(content: Uploadable) -> Iterator[bytes]:
    """All of it, each part with the end of the one before."""
    with opened(content) as file:
        kept = b""
        while read := file.read(AT_ONCE - PIECE):
            yield kept + read
            kept = read[1 - PIECE :]

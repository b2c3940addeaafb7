"""What `fmt` did: the text of standard input as it is, diffs, or the names of files that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.render.escape import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.model.formatted import FormattedFile
    from reconciler.render.paint import Paint

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}
_WHOLE = 1 << 40
"""A line of a diff is never shortened."""


def formatted_lines(files: Iterable[FormattedFile], paint: Paint) -> Iterator[str]:
    """Yields lines; only the text of standard input is not escaped: it is the file that was asked for."""
    for file in files:
        if file.text is not None:
            yield from file.text.removesuffix("\n").split("\n") if file.text else ()
        elif file.diff is not None:
            yield from (_painted(line, paint) for line in file.diff)
        elif file.changed:
            yield safe(file.path, _WHOLE)


def _painted(line: str, paint: Paint) -> str:
    shown = safe(line, _WHOLE)
    colour = _COLOURS.get(line[:1])
    return shown if colour is None else paint(colour, shown)

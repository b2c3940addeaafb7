"""What `fmt` came to for one file."""

from __future__ import annotations

from msgspec import Struct


class FormattedFile(Struct, frozen=True):
    """A file by the path that was given, `-` for standard input; `changed` says that it was not laid out.

    `diff` are the lines of a unified diff where one was asked for. `text` is the laid-out text of standard
    input, unescaped.
    """

    path: str
    changed: bool
    diff: tuple[str, ...] | None = None
    text: str | None = None

"""Manifests in their canonical layout: all of the files that were named, or none of them.

Nothing is written before every file was read, laid out and read back; a file that is laid out already is not
touched.
"""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.control.manifests import InvalidManifests
from reconciler.control.replacing import replace_file
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.errors import LocalFileError, UsageError
from reconciler.model.formatted import FormattedFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.manifest.layout.formatting import LaidOut

STDIN = "-"


class Layout(Struct, frozen=True):
    """What is to be done: with `write` files are changed, with `diff` it is shown what changes."""

    write: bool = True
    diff: bool = False


def lay_out_files(paths: Sequence[str], what: Layout) -> tuple[FormattedFile, ...]:
    """Lays out files, and all manifests in folders.

    Raises:
        UsageError: there is no such path.
        InvalidManifests: a file cannot be read as YAML; nothing was changed.
        LocalFileError: a file cannot be written; `details` name those that were.
    """
    from reconciler.manifest.discovery import discover  # noqa: PLC0415 - the parser is loaded by who needs it

    files, problems = discover(paths)
    laid = _laid_out([(file, _read(file)) for file in files], problems)
    if what.write:
        _write([one for one in laid if one.changed])
    return tuple(FormattedFile(one.file, one.changed, _diff(one) if what.diff else None) for one in laid)


def lay_out_text(raw: bytes, what: Layout) -> FormattedFile:
    """Lays out what came through standard input; its text is given back where it is to be written.

    Raises:
        InvalidManifests: it cannot be read as YAML.
    """
    (laid,) = _laid_out([(STDIN, raw)], [])
    text = laid.after.decode() if what.write else None
    return FormattedFile(STDIN, laid.changed, _diff(laid) if what.diff else None, text)


def _laid_out(files: Sequence[tuple[str, bytes]], problems: list[Diagnostic]) -> list[LaidOut]:
    from reconciler.manifest.layout.formatting import lay_out  # noqa: PLC0415 - as above

    laid = []
    for file, raw in files:
        one = lay_out(file, raw)
        if isinstance(one, tuple):
            problems = [*problems, *one]
        else:
            laid.append(one)
    if problems:
        raise InvalidManifests(tuple(sorted(problems, key=Diagnostic.sort_key)))
    return laid


def _read(file: str) -> bytes:
    from reconciler.manifest.text import MAX_BYTES  # noqa: PLC0415 - as above

    try:
        with Path(file).open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror or error}") from error


def _write(changed: Sequence[LaidOut]) -> None:
    for number, one in enumerate(changed):
        try:
            replace_file(Path(one.file).resolve(), one.after)
        except OSError as error:
            raise LocalFileError(
                f"cannot write {one.file}: {error.strerror or error}",
                details=tuple(f"laid out before that: {done.file}" for done in changed[:number]),
            ) from error


def _diff(one: LaidOut) -> tuple[str, ...]:
    """A unified diff in lines without their ends, and without contents; empty where nothing changes."""
    if not one.changed:
        return ()
    from reconciler.manifest.layout.masking import masked  # noqa: PLC0415 - as above

    before, after = (_lines(masked(one.file, raw.decode())) for raw in (one.before, one.after))
    found = unified_diff(before, after, one.file, one.file, lineterm="")
    return tuple(line for marked in found for line in marked.split("\n"))


def _lines(text: str) -> list[str]:
    """The lines of a file; a last one without an end is told apart, as `diff` does."""
    *lines, last = text.split("\n")
    return [*lines, f"{last}\n\\ No newline at end of file"] if last else lines

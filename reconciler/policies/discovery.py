"""Which files a `--policy` means."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic, Severity
from reconciler.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ENDING = ".json"
_SKIPPED = (".", "_")


def discover(paths: Iterable[str]) -> tuple[tuple[str, ...], tuple[Diagnostic, ...]]:
    """The files of policies, each once, and a problem for each folder without any.

    An empty folder is an error: it is a mistyped one, and what is not looked at forbids nothing.

    Raises:
        UsageError: there is no such file, or it cannot be looked at.
    """
    files: dict[str, None] = {}
    empty: list[Diagnostic] = []
    for path in paths:
        try:
            found = list(_files_of(path))
        except OSError as error:
            raise UsageError(f"cannot read the policy {path}: {error.strerror or error}") from error
        if not found:
            empty.append(_nothing_in(path))
        files.update(dict.fromkeys(found))
    return tuple(files), tuple(empty)


def _files_of(path: str) -> Iterator[str]:
    given = Path(path)
    given.stat()
    if not given.is_dir():
        yield path
        return
    for file in sorted(given.rglob(f"*{ENDING}")):
        if not any(part.startswith(_SKIPPED) for part in file.relative_to(given).parts):
            yield str(file)


def _nothing_in(path: str) -> Diagnostic:
    message = f"no policy in {path}: no file there ends in {ENDING}"
    return Diagnostic(
        Severity.ERROR,
        "no-policy",
        message,
        hint="files and folders whose names begin with . or _ are skipped",
    )

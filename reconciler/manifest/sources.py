"""Declared local files, looked at and not opened: do they exist, and can they be read?"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from reconciler.manifest import paths, rules
from reconciler.manifest.crosschecks import entries
from reconciler.manifest.findings import Problem, error, not_yet, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.manifest.values import Node
    from reconciler.model.diagnostics import Diagnostic


_RELATIVE = "a source is relative to the folder of its manifest"


def problems_of(documents: Iterable[Node]) -> Iterator[Diagnostic]:
    """What the disk has against the sources; each file is asked once."""
    asked: dict[str, Problem | None] = {}
    for source in _sources(documents):
        if not isinstance(source.value, str) or rules.source(source.value):
            continue
        path = paths.beside(source.file, source.value)
        if path not in asked:
            asked[path] = _problem(path)
        problem = asked[path]
        if problem:
            yield error(problem.code, problem.message, source.position, problem.hint)


def _sources(documents: Iterable[Node]) -> Iterator[Node]:
    for container in entries(documents):
        files = container.child("files")
        for file in files.items() if files else ():
            if source := file.child("source"):
                yield source


def _problem(path: str) -> Problem | None:
    try:
        mode = paths.mode(path)
    except FileNotFoundError:
        return Problem("file-missing", f"no such file: {path}", _RELATIVE)
    except OSError as problem:
        return Problem("file-unreadable", f"cannot read {path}: {problem.strerror}")
    if stat.S_ISDIR(mode):
        return not_yet(f"a folder as source, {quoted(path)} is one")
    if not stat.S_ISREG(mode):
        return Problem("not-a-file", f"expected a regular file, found something else: {path}")
    if not os.access(path, os.R_OK):
        return Problem("file-unreadable", f"cannot read {path}: permission denied")
    return None

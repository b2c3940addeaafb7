"""Declared local files, looked at and not opened: do they exist, and can they be read?"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from reconciler.manifest import paths, rules
from reconciler.manifest.crosschecks import entries
from reconciler.manifest.findings import Problem, error, not_yet, quoted
from reconciler.manifest.reach import Reach
from reconciler.model.asked import MAX_FILE_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.manifest.values import Node
    from reconciler.model.asked import Reading
    from reconciler.model.diagnostics import Diagnostic


_RELATIVE = "a source is relative to the folder of its manifest"


def problems_of(documents: Iterable[Node], reading: Reading) -> Iterator[Diagnostic]:
    """What the disk has against the sources; each file is asked once."""
    reach = Reach(reading)
    asked: dict[tuple[str, str], Problem | None] = {}
    for source in _sources(documents):
        if not isinstance(source.value, str) or rules.source(source.value):
            continue
        path = paths.beside(source.file, source.value)
        key = (paths.folder(source.file), path)
        if key not in asked:
            asked[key] = reach.problem(source.file, source.value) or _problem(path, reading)
        problem = asked[key]
        if problem:
            yield error(problem.code, problem.message, source.position, problem.hint)


def named_in(documents: Iterable[Node]) -> frozenset[str]:
    """The paths of all sources, usable from the current folder."""
    values = ((source.file, source.value) for source in _sources(documents))
    return frozenset(paths.beside(file, value) for file, value in values if isinstance(value, str))


def _sources(documents: Iterable[Node]) -> Iterator[Node]:
    for container in entries(documents):
        files = container.child("files")
        for file in files.items() if files else ():
            if source := file.child("source"):
                yield source


def _problem(path: str, reading: Reading) -> Problem | None:
    try:
        found = paths.status(path)
    except FileNotFoundError:
        return Problem("file-missing", f"no such file: {path}", _RELATIVE)
    except OSError as problem:
        return Problem("file-unreadable", f"cannot read {path}: {problem.strerror}")
    if stat.S_ISDIR(found.st_mode):
        return not_yet(f"a folder as source, {quoted(path)} is one")
    return file_problem(path, found, reading)


def file_problem(path: str, found: os.stat_result, reading: Reading) -> Problem | None:
    """What is against a local file by what it is: no regular file, too large, not to be read."""
    if not stat.S_ISREG(found.st_mode):
        return Problem("not-a-file", f"expected a regular file, found {_kind(found.st_mode)}: {path}")
    if found.st_size > reading.max_file_size:
        return _too_large(path, found.st_size, reading.max_file_size)
    if not os.access(path, os.R_OK):
        return Problem("file-unreadable", f"cannot read {path}: permission denied")
    return None


def _too_large(path: str, size: int, most: int) -> Problem:
    message = f"expected a file of at most {most} bytes, found {size}: {path}"
    if most == MAX_FILE_SIZE:
        message += " (the Files API takes 512 MB; no figure is known for containers)"
    return Problem("file-too-large", message, "--max-file-size raises the limit, where the target takes more")


def _kind(mode: int) -> str:
    """What lies there instead of a file, in words."""
    kinds = {
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a named pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    return kinds.get(stat.S_IFMT(mode), "something else")

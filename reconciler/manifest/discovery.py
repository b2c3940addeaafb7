"""Which files a path of the command line means."""

from __future__ import annotations

import os
import stat
from itertools import islice
from typing import TYPE_CHECKING, NoReturn

from reconciler.manifest import paths as pathnames
from reconciler.manifest.findings import error
from reconciler.manifest.given import STANDARD_INPUT
from reconciler.manifest.values import position
from reconciler.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.model.diagnostics import Diagnostic

MAX_FILES = 10_000
"""Manifests of a set: one for each of 10,000 containers."""

_ENDINGS = (".yaml", ".yml")
_SKIPPED = (".", "_")
_EDITORS_LOCK = ".#"
"""How Emacs marks a file that is being edited: a link that leads nowhere."""


def discover(paths: Sequence[str], variable_files: Sequence[str] = ()) -> tuple[list[str], list[Diagnostic]]:
    """The files to read, by the names that diagnostics will use, each real file once.

    Standard input is no file. A file of variables is no manifest, and is told where it lies among them.
    """
    if not paths:
        raise UsageError("no path of a manifest was given")
    names: dict[str, str] = {}
    problems: list[Diagnostic] = []
    for path in paths:
        found = [] if path == STANDARD_INPUT else list(islice(_files_of(path), MAX_FILES + 1))
        if not found and path != STANDARD_INPUT:
            problems.append(_nothing_in(path))
        for name, real in sorted(found):
            names.setdefault(real, name)
    if len(names) > MAX_FILES:
        return [], [_too_many(list(names.values())[MAX_FILES])]
    among = (names.pop(pathnames.real(name), None) for name in variable_files)
    problems += (_no_manifest(name) for name in among if name is not None)
    return list(names.values()), problems


def _files_of(path: str) -> Iterator[tuple[str, str]]:
    """The files of a path with the one name that each has however it was reached."""
    mode = _mode(path)
    if stat.S_ISDIR(mode):
        yield from _below(path)
    elif stat.S_ISREG(mode):
        yield path, pathnames.real(path)
    else:
        raise UsageError(f"{path} is neither a file nor a folder")


def _below(folder: str) -> Iterator[tuple[str, str]]:
    """Folders in their order, each once; not by `os.walk`, which is as deep as they are in one another."""
    entered: set[str] = set()
    waiting = [(folder, pathnames.real(folder))]
    while waiting:
        parent, real = waiting.pop()
        if real in entered:
            continue  # a link in a circle
        entered.add(real)
        below = []
        for entry in _entries(parent):
            path = pathnames.join(parent, entry.name)
            if _is_folder(entry):
                if not entry.name.startswith(_SKIPPED):
                    below.append((path, _real(entry, path, real)))
            elif entry.name.endswith(_ENDINGS) and not entry.name.startswith(_EDITORS_LOCK):
                if not stat.S_ISREG(_mode(path)):
                    raise UsageError(f"{path} is not a file")
                yield path, _real(entry, path, real)
        waiting += sorted(below, reverse=True)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as problem:
        _unreadable(problem)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _real(entry: os.DirEntry[str], path: str, parent: str) -> str:
    """The one name for what lies in a folder of that name: only a link has to be asked."""
    return pathnames.real(path) if entry.is_symlink() else pathnames.join(parent, entry.name)


def _mode(path: str) -> int:
    try:
        return pathnames.mode(path)
    except OSError as problem:
        _unreadable(problem)
    except ValueError:
        raise UsageError(f"{path!r} cannot be the name of a file") from None


def _unreadable(problem: OSError) -> NoReturn:
    raise UsageError(f"cannot read {problem.filename}: {problem.strerror}") from problem


def _no_manifest(file: str) -> Diagnostic:
    return error(
        "variables-among-manifests",
        "this file is given with --var-file, and lies among the manifests",
        position(file, 0),
        "keep it elsewhere, or in a folder whose name begins with _",
    )


def _too_many(file: str) -> Diagnostic:
    message = f"a set has at most {MAX_FILES} manifests, and there are more: none was read"
    return error("too-large", message, position(file, 0), "put several containers into each")


def _nothing_in(folder: str) -> Diagnostic:
    return error(
        "no-manifest",
        f"no manifest in {folder}: no file there ends in .yaml or .yml",
        None,
        "folders whose names begin with . or _ are skipped",
    )

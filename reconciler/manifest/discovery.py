"""Which files a path of the command line means."""

from __future__ import annotations

import os
import stat
from itertools import islice
from typing import TYPE_CHECKING

from reconciler.manifest import paths as pathnames
from reconciler.manifest.findings import error
from reconciler.manifest.given import STANDARD_INPUT
from reconciler.manifest.reach import OUTSIDE
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

_OUTSIDE_HINT = "name what it leads to on the command line, or permit such links with --allow-outside"


def discover(
    paths: Sequence[str], variable_files: Sequence[str] = (), *, allow_outside: bool = False
) -> tuple[list[str], list[Diagnostic]]:
    """The files to read, by the names that diagnostics will use, each real file once.

    Standard input is no file. A file of variables is no manifest, and is told where it lies among them. What
    is wrong below a folder hides no other file; a path that was given and cannot be read is a mistyped one.

    Args:
        paths: files and folders of the command line.
        variable_files: those with variables.
        allow_outside: whether links may lead out of a folder that was given.

    Raises:
        UsageError: a path that was given cannot be read.
    """
    if not paths:
        raise UsageError("no path of a manifest was given")
    names: dict[str, str] = {}
    problems: list[Diagnostic] = []
    for path in paths:
        against: list[Diagnostic] = []
        files = () if path == STANDARD_INPUT else _files_of(path, against, allow_outside=allow_outside)
        found = list(islice(files, MAX_FILES + 1))
        if not found and not against and path != STANDARD_INPUT:
            problems.append(_nothing_in(path))
        problems += against
        for name, real in sorted(found):
            names.setdefault(real, name)
    if len(names) > MAX_FILES:
        return [], [_too_many(list(names.values())[MAX_FILES])]
    among = (names.pop(pathnames.real(name), None) for name in variable_files)
    problems += (_no_manifest(name) for name in among if name is not None)
    return list(names.values()), problems


def _files_of(path: str, against: list[Diagnostic], *, allow_outside: bool) -> Iterator[tuple[str, str]]:
    """The files of a path with the one name that each has however it was reached."""
    try:
        mode = pathnames.mode(path)
    except OSError as problem:
        raise UsageError(f"cannot read {problem.filename}: {problem.strerror}") from problem
    except ValueError:
        raise UsageError(f"{path!r} cannot be the name of a file") from None
    if stat.S_ISDIR(mode):
        yield from _Below(path, against, allow_outside=allow_outside).files()
    elif stat.S_ISREG(mode):
        yield path, pathnames.real(path)
    else:
        raise UsageError(f"{path} is neither a file nor a folder")


class _Below:
    """The files below a folder that was given; `against` takes what is wrong with some of it."""

    def __init__(self, folder: str, against: list[Diagnostic], *, allow_outside: bool) -> None:
        self._folder = folder
        self._base = pathnames.real(folder)
        self._against = against
        self._everywhere = allow_outside

    def files(self) -> Iterator[tuple[str, str]]:
        """Folders in their order, each once; not by `os.walk`, which is as deep as they are."""
        entered: set[str] = set()
        waiting = [(self._folder, self._base)]
        while waiting:
            parent, real = waiting.pop()
            if real in entered:
                continue  # a link in a circle
            entered.add(real)
            below = []
            for entry in self._entries(parent):
                path = pathnames.join(parent, entry.name)
                if _is_folder(entry):
                    if not entry.name.startswith(_SKIPPED) and (led := self._led(entry, path, real)):
                        below.append((path, led))
                elif (
                    entry.name.endswith(_ENDINGS)
                    and not entry.name.startswith(_EDITORS_LOCK)
                    and (led := self._led(entry, path, real))
                    and self._is_file(path)
                ):
                    yield path, led
            waiting += sorted(below, reverse=True)

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return list(entries)
        except OSError as problem:
            if folder == self._folder:
                raise UsageError(f"cannot read {folder}: {problem.strerror}") from problem
            self._unreadable(folder, f"this folder cannot be read: {problem.strerror}")
            return []

    def _led(self, entry: os.DirEntry[str], path: str, parent: str) -> str | None:
        """The one name for what lies in a folder of that name; None where a link leads out of all."""
        if not entry.is_symlink():
            return pathnames.join(parent, entry.name)
        real = pathnames.real(path)
        if self._everywhere or pathnames.is_within(real, self._base):
            return real
        message = f"this leads out of {self._folder} through a link, to {real}"
        self._against.append(error(OUTSIDE, message, position(path, 0), _OUTSIDE_HINT))
        return None

    def _is_file(self, path: str) -> bool:
        try:
            regular = stat.S_ISREG(pathnames.mode(path))
        except OSError as problem:
            self._unreadable(path, f"this file cannot be read: {problem.strerror}")
            return False
        if not regular:
            self._unreadable(path, "this is not a file")
        elif not os.access(path, os.R_OK):
            self._unreadable(path, "this file cannot be read: permission denied")
        else:
            return True
        return False

    def _unreadable(self, path: str, message: str) -> None:
        self._against.append(error("file-unreadable", message, position(path, 0)))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


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

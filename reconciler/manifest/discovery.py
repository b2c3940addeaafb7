"""Which files a path of the command line means."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NoReturn

from reconciler.manifest import paths as pathnames
from reconciler.manifest.findings import error
from reconciler.manifest.given import STANDARD_INPUT
from reconciler.manifest.values import position
from reconciler.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.model.diagnostics import Diagnostic

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
        found = [] if path == STANDARD_INPUT else list(_files_of(path))
        if not found and path != STANDARD_INPUT:
            problems.append(_nothing_in(path))
        for name in found:
            names.setdefault(pathnames.real(name), name)
    among = (names.pop(pathnames.real(name), None) for name in variable_files)
    problems += (_no_manifest(name) for name in among if name is not None)
    return list(names.values()), problems


def _files_of(path: str) -> Iterator[str]:
    mode = _mode(path)
    if stat.S_ISDIR(mode):
        yield from sorted(_below(path))
    elif stat.S_ISREG(mode):
        yield path
    else:
        raise UsageError(f"{path} is neither a file nor a folder")


def _below(folder: str) -> Iterator[str]:
    entered: set[str] = set()
    for parent, folders, files in os.walk(folder, onerror=_unreadable, followlinks=True):
        if (real := pathnames.real(parent)) in entered:
            folders.clear()  # a link in a circle
            continue
        entered.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith(_SKIPPED))
        for name in files:
            if name.endswith(_ENDINGS) and not name.startswith(_EDITORS_LOCK):
                path = pathnames.join(parent, name)
                if not stat.S_ISREG(_mode(path)):
                    raise UsageError(f"{path} is not a file")
                yield path


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


def _nothing_in(folder: str) -> Diagnostic:
    return error(
        "no-manifest",
        f"no manifest in {folder}: no file there ends in .yaml or .yml",
        None,
        "folders whose names begin with . or _ are skipped",
    )

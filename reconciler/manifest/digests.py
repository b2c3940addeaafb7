"""Sizes and digests of local files: each real file is read once, however many containers use it."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from reconciler.manifest import paths
from reconciler.manifest.findings import error
from reconciler.manifest.results import Fingerprinted
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.spec import DesiredFile, LocalFile

if TYPE_CHECKING:
    from reconciler.model.scope import Desired
    from reconciler.model.spec import DesiredContainer

_CHUNK = 1024 * 1024


class _Print(NamedTuple):
    bytes: int
    sha256: str


class _Unreadable(NamedTuple):
    code: str
    message: str


def fingerprint(desired: Desired) -> Fingerprinted:
    """Fills in size and digest of every local file."""
    press = _Press()
    containers = tuple(press.container(container) for container in desired.containers)
    diagnostics = sorted(press.problems, key=Diagnostic.sort_key)
    return Fingerprinted(replace(desired, containers=containers), tuple(diagnostics))


class _Press:
    """Takes the prints of one set, and remembers them."""

    def __init__(self) -> None:
        self.problems: list[Diagnostic] = []
        self._prints: dict[str, _Print | None] = {}

    def container(self, container: DesiredContainer) -> DesiredContainer:
        if not container.files:
            return container
        return replace(container, files=tuple(self._file(file) for file in container.files))

    def _file(self, file: DesiredFile) -> DesiredFile:
        if not isinstance(file.content, LocalFile):
            return file
        print_ = self._print(file.content.path, file)
        if print_ is None:
            return file
        return replace(file, spec=replace(file.spec, bytes=print_.bytes, sha256=print_.sha256))

    def _print(self, path: str, file: DesiredFile) -> _Print | None:
        """The print of a file, or None with one diagnostic, at the first entry that names the file."""
        real = paths.real(path)
        if real not in self._prints:
            taken = _read(path)
            if isinstance(taken, _Unreadable):
                self.problems.append(error(taken.code, taken.message, file.position))
            self._prints[real] = taken if isinstance(taken, _Print) else None
        return self._prints[real]


def _read(path: str) -> _Print | _Unreadable:
    try:
        with open(path, "rb", opener=_without_waiting) as stream:
            before = os.fstat(stream.fileno())
            if not stat.S_ISREG(before.st_mode):
                return _Unreadable("not-a-file", f"expected a regular file, found something else: {path}")
            digest, size = sha256(), 0
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
            after = os.fstat(stream.fileno())
    except FileNotFoundError:
        return _Unreadable("file-missing", f"the file is gone: {path}")
    except OSError as problem:
        return _Unreadable("file-unreadable", f"cannot read {path}: {problem.strerror}")
    if _state(before) != _state(after) or size != after.st_size:
        return _Unreadable("file-changed", f"the file changed while it was read: {path}")
    return _Print(size, digest.hexdigest())


def _without_waiting(path: str, flags: int) -> int:
    """Opens the file; the writer of a pipe that took its place is not waited for."""
    return os.open(path, flags | os.O_NONBLOCK)


def _state(found: os.stat_result) -> tuple[int, int]:
    return found.st_size, found.st_mtime_ns

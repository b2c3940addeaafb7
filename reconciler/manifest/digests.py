"""Sizes and digests of local files: each real file is read once, however many containers use it.

A file that is known to be as it was is not read at all; the others are read side by side, since hashing
leaves the interpreter to others.
"""

from __future__ import annotations

import os
import stat
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple, Protocol

from msgspec.structs import replace

from reconciler.manifest import paths
from reconciler.manifest.findings import error
from reconciler.manifest.results import Fingerprinted
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.memory import FileState
from reconciler.model.spec import DesiredFile, LocalFile
from reconciler.model.write_only import InlineSkill

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.model.diagnostics import Position
    from reconciler.model.scope import Desired
    from reconciler.model.spec import DesiredContainer
    from reconciler.model.write_only import Skill, SkillFile, WriteOnly

_CHUNK = 1024 * 1024

SIDE_BY_SIDE = 8
"""Files read at once, a chunk of memory each."""


class Prints(Protocol):
    """Remembers digests of local files by their real paths."""

    def known(self, states: Mapping[str, FileState]) -> Mapping[str, str]:
        """Digests of those files that are as they were."""
        ...

    def keep(self, digests: Mapping[str, tuple[FileState, str]]) -> None:
        """Notes digests of files that were read, each with the state that it had before."""
        ...


class _Print(NamedTuple):
    state: FileState
    sha256: str


class _Unreadable(NamedTuple):
    code: str
    message: str


def fingerprint(desired: Desired, prints: Prints | None = None) -> Fingerprinted:
    """Fills in size and digest of every local file.

    Args:
        desired: the set.
        prints: what earlier runs remember; None reads everything.
    """
    sources = _Sources(desired)
    found = _prints(sources.paths, prints)
    problems = [
        error(print_.code, print_.message, sources.first[real])
        for real, print_ in found.items()
        if isinstance(print_, _Unreadable)
    ]
    containers = tuple(_filled(container, sources, found) for container in desired.containers)
    return Fingerprinted(
        replace(desired, containers=containers), tuple(sorted(problems, key=Diagnostic.sort_key))
    )


class _Sources:
    """The local files of a set: `paths` by the real one, and the first place that names each.

    `skills` are inline skills with what was read, by the place of their folder and what they are called: many
    containers may share one, and what a merge key brings stands in one place for all that it makes.
    """

    def __init__(self, desired: Desired) -> None:
        self.paths: dict[str, str] = {}
        self.first: dict[str, Position] = {}
        self.skills: dict[tuple[Position, str, str], InlineSkill] = {}
        self._real: dict[str, str] = {}
        for container in desired.containers:
            for file in container.files or ():
                if isinstance(file.content, LocalFile):
                    self._add(file.content.path, file.position)
            for skill in container.inputs.skills:
                if isinstance(skill, InlineSkill):
                    for each in skill.files:
                        self._add(each.source, skill.position)

    def real(self, path: str) -> str:
        """The real path of one that was declared."""
        return self._real[path]

    def _add(self, path: str, position: Position) -> None:
        if path in self._real:
            return
        real = self._real[path] = paths.real(path)
        self.paths.setdefault(real, path)
        self.first.setdefault(real, position)


def _filled(
    container: DesiredContainer, sources: _Sources, found: Mapping[str, _Print | _Unreadable]
) -> DesiredContainer:
    if not container.files and not container.inputs.skills:
        return container

    def file(one: DesiredFile) -> DesiredFile:
        if not isinstance(one.content, LocalFile):
            return one
        print_ = found[sources.real(one.content.path)]
        if isinstance(print_, _Unreadable):
            return one
        return replace(one, spec=replace(one.spec, bytes=print_.state.bytes, sha256=print_.sha256))

    files = container.files and tuple(map(file, container.files))
    return replace(container, files=files, inputs=_with_skills(container.inputs, sources, found))


def _with_skills(
    inputs: WriteOnly, sources: _Sources, found: Mapping[str, _Print | _Unreadable]
) -> WriteOnly:
    def file(one: SkillFile) -> SkillFile:
        print_ = found[sources.real(one.source)]
        if isinstance(print_, _Unreadable):
            return one
        return replace(one, bytes=print_.state.bytes, sha256=print_.sha256)

    def skill(one: Skill) -> Skill:
        if not isinstance(one, InlineSkill):
            return one
        key = (one.position, one.name, one.description)
        if key not in sources.skills:
            sources.skills[key] = replace(one, files=tuple(map(file, one.files)))
        return sources.skills[key]

    return replace(inputs, skills=tuple(map(skill, inputs.skills))) if inputs.skills else inputs


def _prints(files: Mapping[str, str], prints: Prints | None) -> dict[str, _Print | _Unreadable]:
    """The prints of files, given by their real paths with the path that is shown."""
    states: dict[str, FileState] = {}
    known: Mapping[str, str] = {}
    if prints is not None:
        states = {real: state for real in files if (state := _state_of(real)) is not None}
        known = prints.known(states)
    found: dict[str, _Print | _Unreadable] = {
        real: _Print(states[real], digest) for real, digest in known.items()
    }
    read = dict(_read_all([(real, path) for real, path in files.items() if real not in found]))
    if prints is not None:
        prints.keep({real: print_ for real, print_ in read.items() if isinstance(print_, _Print)})
    return {**found, **read}


def _read_all(files: list[tuple[str, str]]) -> Iterator[tuple[str, _Print | _Unreadable]]:
    if len(files) <= 1:
        yield from ((real, _read(path)) for real, path in files)
        return
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - where there is more than one to read

    with ThreadPoolExecutor(min(SIDE_BY_SIDE, os.cpu_count() or 1)) as pool:
        yield from zip((real for real, _ in files), pool.map(_read, (path for _, path in files)), strict=True)


def _state_of(path: str) -> FileState | None:
    """The state of a regular file; None for anything else, which reading it will name."""
    try:
        found = os.stat(path)  # noqa: PTH116 - as all paths here
    except (OSError, ValueError):
        return None
    return _state(found) if stat.S_ISREG(found.st_mode) else None


def _read(path: str) -> _Print | _Unreadable:
    try:
        with open(path, "rb", opener=_without_waiting) as stream:
            before = os.fstat(stream.fileno())
            if not stat.S_ISREG(before.st_mode):
                return _Unreadable("not-a-file", f"expected a regular file, found something else: {path}")
            digest, size = sha256(), 0
            while size <= before.st_size and (chunk := stream.read(_CHUNK)):  # one that grows would never end
                digest.update(chunk)
                size += len(chunk)
            after = os.fstat(stream.fileno())
    except FileNotFoundError:
        return _Unreadable("file-missing", f"the file is gone: {path}")
    except OSError as problem:
        return _Unreadable("file-unreadable", f"cannot read {path}: {problem.strerror}")
    if _contents(before) != _contents(after) or size != after.st_size:
        return _Unreadable("file-changed", f"the file changed while it was read: {path}")
    return _Print(_state(before), digest.hexdigest())


def _without_waiting(path: str, flags: int) -> int:
    """Opens the file; the writer of a pipe that took its place is not waited for."""
    return os.open(path, flags | os.O_NONBLOCK)


def _contents(found: os.stat_result) -> tuple[int, int]:
    """What a write changes; a mode or another link to the file changes nothing in it."""
    return found.st_size, found.st_mtime_ns


def _state(found: os.stat_result) -> FileState:
    return FileState(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_dev)

"""What a `source` means on this disk: one file, or those of a glob or of a folder, sorted.

A folder stands for every file below it. Names that begin with a dot are passed over unless the glob says the
dot. Links are followed where they stay in the manifest's folder; a folder is entered once, whatever links
lead to it. What would be uploaded and cannot be is a problem that names the local file, never left out.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from reconciler.manifest import paths, rules
from reconciler.manifest.findings import Problem, quoted
from reconciler.manifest.globs import DEEP, Pattern, names_in
from reconciler.manifest.local_file import file_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.manifest.globs import States
    from reconciler.manifest.reach import Reach
    from reconciler.model.asked import Reading

MOST = 100_000
"""Files of one source; each is a request."""

EVERYTHING = (DEEP,)


class Found(NamedTuple):
    """A local file and the name that it gets in the container."""

    name: str
    path: str


class _Folder(NamedTuple):
    path: str
    names: tuple[str, ...]
    states: States
    real: str


class Excluded:
    """The `exclude` of an entry; a glob without a slash is about names of files and folders at any depth."""

    def __init__(self, globs: tuple[str, ...]) -> None:
        self._names = [Pattern([glob], hidden=True) for glob in globs if "/" not in glob]
        self._paths = [Pattern(names_in(glob), hidden=True) for glob in globs if "/" in glob]

    def has(self, names: tuple[str, ...]) -> bool:
        """Tells whether a path, relative to the manifest, is left out with all that is below it."""
        return any(pattern.takes(pattern.start, names[-1]) for pattern in self._names) or any(
            pattern.matches(names) for pattern in self._paths
        )


class Walk:
    """Looks for the files of one source; `problems` grows while `files` is consumed."""

    def __init__(self, manifest: str, excluded: Excluded, reach: Reach, reading: Reading) -> None:
        self.problems: list[Problem] = []
        self.left_out = 0
        self._manifest = manifest
        self._excluded = excluded
        self._reach = reach
        self._reading = reading

    def files(self, said: str, pattern: Pattern) -> Iterator[Found]:
        """The files below a folder, which is relative to the manifest; in no order."""
        path = paths.beside(self._manifest, said)
        names = tuple(names_in(paths.normal(said)))
        waiting = [_Folder(path, names, pattern.start, paths.real(path or "."))]
        entered: set[tuple[str, States]] = set()
        while waiting:
            folder = waiting.pop()
            if (folder.real, folder.states) in entered:
                continue
            entered.add((folder.real, folder.states))
            for entry in self._entries(folder.path):
                yield from self._entry(entry, folder, pattern, waiting)

    def _entry(
        self, entry: os.DirEntry[str], folder: _Folder, pattern: Pattern, waiting: list[_Folder]
    ) -> Iterator[Found]:
        """The file, where it is meant; a folder in which something may be is left to be looked into."""
        takes, below = pattern.takes(folder.states, entry.name), pattern.into(folder.states, entry.name)
        if not (takes or below):
            return
        names = (*folder.names, entry.name)
        if self._excluded.has(names):
            self.left_out += 1
            return
        found = self._looked_at(entry, folder, takes=takes)
        path = paths.join(folder.path, entry.name)
        if found is None:
            return
        if not stat.S_ISDIR(found.st_mode):
            if takes:
                yield from self._taken(entry.name, path, found)
        elif below:
            real = paths.real(path) if entry.is_symlink() else paths.join(folder.real, entry.name)
            waiting.append(_Folder(path, names, below, real))

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder or ".") as entries:
                return list(entries)
        except OSError as problem:
            reason = f"cannot read the folder {shown(folder or '.')}: {problem.strerror}"
            self.problems.append(Problem("file-unreadable", reason))
            return []

    def _looked_at(self, entry: os.DirEntry[str], folder: _Folder, *, takes: bool) -> os.stat_result | None:
        """What lies there, behind a link, too; None where that is a problem, or nobody's business."""
        path = paths.join(folder.path, entry.name)
        if entry.is_symlink() and (problem := self._reach.of_link(self._manifest, path)):
            self.problems.append(problem._replace(message=shown(problem.message)))
            return None
        try:
            return entry.stat()
        except OSError as problem:
            if takes:
                reason = f"cannot read {shown(path)}: {problem.strerror}"
                self.problems.append(Problem("file-unreadable", reason, LEAVE_OUT))
            return None

    def _taken(self, name: str, path: str, found: os.stat_result) -> Iterator[Found]:
        problem = file_problem(shown(path), found, self._reading, path) or name_problem(name, path)
        if problem is None:
            yield Found(name, path)
        else:
            self.problems.append(problem)


LEAVE_OUT = "rename it, or leave it out with exclude"


def name_problem(name: str, path: str) -> Problem | None:
    """What is against a local file's own name as its path in the container."""
    if not _is_text(name):
        return Problem("invalid-value", f"{shown(path)}: expected a name in UTF-8", LEAVE_OUT)
    problem = rules.file_path(name)
    return problem and Problem(problem.code, f"{shown(path)}: {problem.message}", LEAVE_OUT)


def nothing(said: str, walk: Walk, *, folder: bool) -> Problem:
    """A source that stands for no file: it was meant to."""
    what = "the folder holds no file" if folder else "the glob matches no file"
    hint = "globs are relative to the manifest's folder; names that begin with a dot are passed over"
    if walk.left_out:
        what, hint = f"{what} that exclude does not leave out", "remove what is too wide from exclude"
    return Problem("nothing-matched", f"{what}: {quoted(said)}", hint)


def shown(path: str) -> str:
    """A local path as a message may carry it: what is no UTF-8 is escaped."""
    return path.encode("utf-8", "backslashreplace").decode()


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True

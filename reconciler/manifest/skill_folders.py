"""The folder of an inline skill, looked at and not opened: which files it has, and whether it is a skill.

Its files are those that a person means: names that begin with a dot and `__pycache__` are left out, since
what editors, git and Python leave behind differs from machine to machine and would make another skill of it.
A link is followed within the folder alone. Limits are the API's (1.3 of its reference); the zip is stored and
not compressed, so its size is known without making it.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.manifest import input_rules, paths, rules
from reconciler.manifest.crosschecks import entries, holding
from reconciler.manifest.findings import Problem, error, shortened
from reconciler.manifest.reach import Reach
from reconciler.model.write_only import SkillFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.manifest.values import Node
    from reconciler.model.asked import Reading
    from reconciler.model.diagnostics import Diagnostic

MIB = 2**20
MAX_FILES = 500
MAX_FILE_BYTES = 25 * MIB
MAX_ZIP_BYTES = 50 * MIB
MAX_CHARACTERS = 70_254_592
"""Of the zip in base64. Never the limit that counts: 50 MiB are 69,905,068 characters."""

MAX_DEPTH = 32
MAIN = "SKILL.md"
_ZIP_END = 22
_ZIP_ENTRY = 30 + 46
_LONGEST_TOP = 101
"""Bytes that are reckoned for the folder at the top, a longer one is cut."""

_LEFT_OUT = "__pycache__"


class Folder(Struct, frozen=True):
    """The files of a skill, sorted by path; or what is wrong with it."""

    files: tuple[SkillFile, ...] = ()
    problem: Problem | None = None


class Folders:
    """The folders of one set, each looked at once however many containers use it."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._known: dict[str, Folder] = {}

    def at(self, path: str) -> Folder:
        """The folder at a path that is usable from the current one."""
        if path not in self._known:
            self._known[path] = _looked_at(path)
        return self._known[path]


def problems_of(documents: Iterable[Node], folders: Folders) -> Iterator[Diagnostic]:
    """What the disk has against inline skills."""
    reach = Reach(folders.reading)
    for skill in _inline(documents):
        source = skill.child("source")
        if source is None or not isinstance(source.value, str) or rules.folder(source.value):
            continue
        outside = reach.problem(source.file, source.value)
        problem = outside or folders.at(paths.beside(source.file, source.value)).problem
        if problem:
            yield error(problem.code, problem.message, source.position, problem.hint)


def _skills(documents: Iterable[Node]) -> Iterator[Node]:
    """Every skill of containers and of `defaults`."""
    documents = list(documents)
    for holder in (*entries(documents), *holding(documents, "defaults")):
        if declared := holder.child("skills"):
            yield from declared.items()


def _inline(documents: Iterable[Node]) -> Iterator[Node]:
    for skill in _skills(documents):
        kind = skill.child("type")
        if kind is not None and kind.value == input_rules.INLINE:
            yield skill


def _looked_at(path: str) -> Folder:
    found = _found(path)
    return Folder(problem=found) if isinstance(found, Problem) else Folder(found)


def _found(path: str) -> tuple[SkillFile, ...] | Problem:
    try:
        if not stat.S_ISDIR(paths.mode(path)):
            return Problem("not-a-folder", f"expected the folder of a skill, found something else: {path}")
        files = sorted(_walk(path, "", paths.real(path), ()), key=lambda file: file.path)
    except FileNotFoundError:
        return Problem("file-missing", f"no such folder: {path}", "it is relative to the manifest's folder")
    except _NotASkill as refused:
        return refused.problem
    except OSError as failed:
        return Problem("file-unreadable", f"cannot read {failed.filename or path}: {failed.strerror}")
    except ValueError:
        return Problem("file-unreadable", "a name in it cannot be read")
    return _judged(tuple(files), path) or tuple(files)


def _judged(files: tuple[SkillFile, ...], path: str) -> Problem | None:
    main = [file for file in files if file.path.rpartition("/")[2].lower() == MAIN.lower()]
    if len(main) != 1:
        found = ", ".join(file.path for file in main[:3]) or "none"
        return Problem("invalid-skill", f"a skill has one {MAIN}, found {found} in {path}")
    if "/" in main[0].path:
        return Problem("invalid-skill", f"a skill has its {MAIN} at the top, found {main[0].path} in {path}")
    names = sum(len(file.path.encode()) + _LONGEST_TOP for file in files)
    size = _ZIP_END + sum(file.bytes for file in files) + len(files) * _ZIP_ENTRY + 2 * names
    if size > MAX_ZIP_BYTES:
        message = f"the zip of a skill has at most {MAX_ZIP_BYTES} bytes, that of {path} has {size}"
        return Problem("skill-too-large", message)
    return None


def _walk(folder: str, below: str, root: str, above: tuple[str, ...]) -> Iterator[SkillFile]:
    """Yields the files of a folder and those below it; no more than one too many."""
    here = paths.real(folder)
    if here in above or len(above) > MAX_DEPTH:
        raise _NotASkill(Problem("invalid-skill", f"folders in folders without end: {folder}"))
    count = 0
    with os.scandir(folder) as found:
        names = sorted(entry.name for entry in found)
    for name in names:
        if name.startswith(".") or name == _LEFT_OUT:
            continue
        path = paths.join(folder, name)
        for file in _entry(path, f"{below}{name}", root, (*above, here)):
            yield file
            count += 1
            if count > MAX_FILES:
                raise _NotASkill(
                    Problem("skill-too-large", f"a skill has at most {MAX_FILES} files, {folder} has more")
                )


def _entry(path: str, within: str, root: str, above: tuple[str, ...]) -> Iterator[SkillFile]:
    real = paths.real(path)
    if real != root and not real.startswith(root.rstrip(os.sep) + os.sep):
        raise _NotASkill(Problem("invalid-skill", f"a link in a skill leads out of its folder: {path}"))
    if not within.isprintable() or "\\" in within:
        raise _NotASkill(
            Problem("invalid-skill", f"a file of a skill has a name that is none: {shortened(path)}")
        )
    try:
        status = os.stat(path)  # noqa: PTH116 - a path as its user wrote it, see `paths`
    except FileNotFoundError:
        raise _NotASkill(Problem("file-missing", f"a link that leads nowhere: {path}")) from None
    if stat.S_ISDIR(status.st_mode):
        yield from _walk(path, f"{within}/", root, above)
        return
    if not stat.S_ISREG(status.st_mode):
        raise _NotASkill(Problem("not-a-file", f"expected a regular file, found something else: {path}"))
    if not os.access(path, os.R_OK):
        raise _NotASkill(Problem("file-unreadable", f"cannot read {path}: permission denied"))
    if status.st_size > MAX_FILE_BYTES:
        message = f"a file of a skill has at most {MAX_FILE_BYTES} bytes, {path} has {status.st_size}"
        raise _NotASkill(Problem("skill-too-large", message))
    yield SkillFile(within, path, status.st_size)


class _NotASkill(Exception):
    """What is found in a folder cannot be sent."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem

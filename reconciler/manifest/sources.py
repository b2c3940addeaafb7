"""Declared files against the disk: what each source stands for, and what is wrong with it; nothing is read.

Containers of a fleet share their sources, so each is looked at once. Two sources for one name in a container
are an error: its files lie flat in one folder.
"""

from __future__ import annotations

import stat
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple, TypeGuard, cast

from reconciler.manifest import globs, paths, rules
from reconciler.manifest.crosschecks import entries, other
from reconciler.manifest.findings import Problem, error, quoted
from reconciler.manifest.listing import EVERYTHING, MOST, Excluded, Found, Walk, name_problem, nothing, shown
from reconciler.manifest.local_file import file_problem, size_problem
from reconciler.manifest.reach import Reach
from reconciler.manifest.replicas import declared_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.manifest.values import Node
    from reconciler.model.asked import Reading
    from reconciler.model.diagnostics import Diagnostic, Position

_RELATIVE = "a source is relative to the folder of its manifest"
_NO_PATH = "leave path out: each file keeps its own name"


MOST_DECLARED = 1_000_000
"""Files of one set. Ten thousand containers may have a hundred each."""


class Listing(NamedTuple):
    """The files of one entry, sorted by name; a problem's `key` is the one to point at, else `source`."""

    files: tuple[Found, ...]
    problems: tuple[Problem, ...] = ()


def named_in(documents: Iterable[Node]) -> frozenset[str]:
    """The paths and globs of all sources, usable from the current folder."""
    files = (holder.items() for container in entries(documents) if (holder := container.child("files")))
    values = {
        (file.file, source.value)
        for each in files
        for file in each
        if (source := file.child("source")) and isinstance(source.value, str)
    }
    return frozenset(paths.beside(file, str(value)) for file, value in values)


class Content:
    """The text of a `content` as a file."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.size = len(text.encode("utf-8", "surrogatepass"))

    @cached_property
    def data(self) -> bytes:
        """Its bytes. Raises UnicodeEncodeError for what no manifest without a problem holds."""
        return self._text.encode()

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of its bytes, in hex."""
        return sha256(self.data).hexdigest()


class Contents:
    """The contents that manifests hold, each measured once: an alias repeats megabytes in two characters."""

    def __init__(self) -> None:
        self._seen: dict[str, Content] = {}

    def of(self, text: str) -> Content:
        """One object for one text."""
        if text not in self._seen:
            self._seen[text] = Content(text)
        return self._seen[text]


class LocalFiles:
    """What sources stand for, each looked at once."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.contents = Contents()
        self._reach = Reach(reading)
        self._seen: dict[tuple[str, str, str | None, tuple[str, ...]], Listing] = {}

    def of(self, file: Node) -> Listing:
        """The files that an entry declares by `source`; nothing where that or `exclude` is refused."""
        value = cast("dict[str, object]", file.value)
        source, path, exclude = value.get("source"), value.get("path"), value.get("exclude", [])
        if not isinstance(source, str) or rules.source(source):
            return Listing(())
        if not isinstance(path, str | None) or not _are_globs(exclude):
            return Listing(())
        if globs.WILD.search(source):
            path = None  # it is refused already
        key = (paths.folder(file.file), source, path, tuple(exclude))
        if key not in self._seen:
            self._seen[key] = self._listing(file.file, source, path, tuple(exclude))
        return self._seen[key]

    def _listing(self, manifest: str, source: str, path: str | None, exclude: tuple[str, ...]) -> Listing:
        if globs.WILD.search(source):
            root, names = globs.split(source)
            return self._many(manifest, source, root, globs.Pattern(names), exclude)
        where = paths.beside(manifest, source)
        if problem := self._reach.problem(manifest, source):
            return Listing((), (problem,))
        try:
            found = paths.status(where)
        except FileNotFoundError:
            return Listing((), (Problem("file-missing", f"no such file: {where}", _RELATIVE),))
        except OSError as failed:
            reason = f"cannot read {where}: {failed.strerror}"
            return Listing((), (Problem("file-unreadable", reason),))
        if stat.S_ISDIR(found.st_mode):
            if path is not None:
                message = f"path names one file, and source is the folder {where}"
                return Listing((), (Problem("conflicting-keys", message, _NO_PATH, "path"),))
            return self._many(manifest, source, source, globs.Pattern(EVERYTHING), exclude)
        return self._one(where, path, bool(exclude), file_problem(where, found, self.reading, where))

    def _one(self, where: str, path: str | None, excludes: bool, problem: Problem | None) -> Listing:  # noqa: FBT001 - one of the entry's keys
        if excludes:
            message = "exclude belongs to a glob or a folder as source, found a file"
            return Listing((), (Problem("conflicting-keys", message, key="exclude"),))
        name = path if path is not None else paths.base_name(where)
        if problem is None and path is None and (problem := name_problem(name, where)):
            problem = problem._replace(hint="give the file another name with path")
        return Listing((), (problem,)) if problem else Listing((Found(name, where),))

    def _many(
        self, manifest: str, source: str, root: str, pattern: globs.Pattern, exclude: tuple[str, ...]
    ) -> Listing:
        if problem := self._reach.problem(manifest, root or "."):
            return Listing((), (problem,))
        folder = paths.beside(manifest, root) or "."
        try:
            if not stat.S_ISDIR(paths.mode(folder)):
                return Listing((), (Problem("file-missing", f"no such folder: {folder}", _RELATIVE),))
        except OSError:
            return Listing((), (Problem("file-missing", f"no such folder: {folder}", _RELATIVE),))
        walk = Walk(manifest, Excluded(exclude), self._reach, self.reading)
        files: list[Found] = []
        for found in walk.files(root, pattern):
            files.append(found)
            if len(files) > MOST:
                message = f"expected a source of at most {MOST} files, found more: {quoted(source)}"
                return Listing((), (Problem("too-many-files", message, "narrow it, or use exclude"),))
        if not files and not walk.problems:
            walk.problems.append(nothing(source, walk, folder=root == source))
        return Listing(tuple(sorted(files)), tuple(walk.problems))


def _are_globs(exclude: object) -> TypeGuard[list[str]]:
    return isinstance(exclude, list) and all(
        isinstance(glob, str) and rules.exclude(glob) is None for glob in exclude
    )


def problems_of(documents: Iterable[Node], local: LocalFiles) -> Iterator[Diagnostic]:
    """What the disk has against the sources, and files of one name in one container."""
    declared = 0
    for container in entries(documents):
        files = container.child("files")
        if files is None:
            continue
        count = len(declared_by(container))
        first: dict[str, _Claim] = {}
        for file in files.mappings():
            listing = local.of(file)
            declared += count * max(1, len(listing.files))
            if declared > MOST_DECLARED:
                message = f"more than {MOST_DECLARED} files in the whole set, counted for each replica"
                yield error("too-many-files", message, file.position, "split the set")
                return
            yield from _of_disk(file, listing, local.contents, local.reading)
            yield from _doubled(file, listing, first)


def _of_disk(file: Node, listing: Listing, contents: Contents, reading: Reading) -> Iterator[Diagnostic]:
    source, content = file.child("source"), file.child("content")
    if source is not None:
        for problem in listing.problems:
            at = (file.child(problem.key) if problem.key else None) or source
            yield error(problem.code, problem.message, at.position, problem.hint)
    if content is not None and isinstance(content.value, str):
        size = contents.of(content.value).size
        if problem_of_size := size_problem("content", size, reading):
            yield error(problem_of_size.code, problem_of_size.message, content.position, problem_of_size.hint)


class _Claim(NamedTuple):
    """Who declares a name first: where, and from which local file where its name says nothing of it."""

    position: Position
    file: Node
    path: str | None


def _doubled(file: Node, listing: Listing, first: dict[str, _Claim]) -> Iterator[Diagnostic]:
    said = file.child("path") or file.child("source")
    if said is None or not isinstance(said.value, str):
        return
    for name, path in _names(file, said.value, listing):
        claim = first.setdefault(name, _Claim(said.position, file, path))
        if claim.file is file and claim.path == path:
            continue
        if claim.file is file:
            message = f"two files for {quoted(name)}: {shown(claim.path or '')} and {shown(path or '')}"
            hint = "a container has no folders: leave one out with exclude, or give it another name with path"
            yield error("duplicate-path", message, said.position, hint)
            continue
        origin = "" if path is None else f" ({shown(path)})"
        earlier = "" if claim.path is None else f" ({shown(claim.path)})"
        message = f"the container already has a file {quoted(name)}{earlier}, declared at {claim.position}"
        message += f"; found another{origin}" if origin else ""
        yield error("duplicate-path", message, other(claim.position, said, file))


def _names(file: Node, said: str, listing: Listing) -> Iterator[tuple[str, str | None]]:
    """The names of an entry, with the local file where the entry does not spell it."""
    found = listing.files
    if found and (file.child("path") is None):
        yield from found
    else:
        name = said if file.child("path") is not None else paths.base_name(said)
        if not globs.WILD.search(said) and rules.file_path(name) is None:
            yield name, None

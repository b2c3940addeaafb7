"""Globs over files: what `source` and `exclude` may hold besides plain paths.

`*`, `?` and `[...]` stand for parts of one name, `**` alone between slashes for folders of any depth (at the
end: for every file below). Upper and lower case differ. A name that begins with a dot is matched only by a
part that begins with one, as shells have it. A pattern walks down a tree beside the folders, as a set of
places in its parts: each folder is looked at once, however many `**` there are.
"""

from __future__ import annotations

import re
from fnmatch import translate
from typing import TYPE_CHECKING, NamedTuple

from reconciler.manifest.findings import Problem, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    States = frozenset[int]

WILD = re.compile(r"[*?\[]")
DEEP = "**"


class _Part(NamedTuple):
    """One name of a glob; `regex` is None for `**`."""

    regex: re.Pattern[str] | None
    dotted: bool

    def fits(self, name: str) -> bool:
        """Tells whether it stands for a name."""
        if name.startswith(".") and not self.dotted:
            return False
        return self.regex is None or self.regex.match(name) is not None


class Pattern:
    """A glob, place by place. `hidden` lets every part match names that begin with a dot."""

    def __init__(self, parts: Iterable[str], *, hidden: bool = False) -> None:
        self._parts = [
            _Part(None if part == DEEP else re.compile(translate(part)), hidden or part.startswith("."))
            for part in parts
        ]
        self.start = self._closed({0})

    def takes(self, states: States, name: str) -> bool:
        """Tells whether a file of this name is meant."""
        last = len(self._parts) - 1
        return last in states and self._parts[last].fits(name)

    def into(self, states: States, name: str) -> States:
        """The places below a folder of this name; empty where nothing there can be meant."""
        below = set()
        for at in states:
            part = self._parts[at]
            if part.fits(name):
                below.add(at if part.regex is None else at + 1)
        return self._closed(below)

    def matches(self, names: Sequence[str]) -> bool:
        """Tells whether it stands for a whole path, given by its names."""
        states = self.start
        for name in names[:-1]:
            states = self.into(states, name)
        return self.takes(states, names[-1])

    def _closed(self, states: set[int]) -> States:
        """Adds the places behind each `**`, which stands for no folder as well."""
        found = set()
        for state in states:
            at = state
            while at < len(self._parts):
                found.add(at)
                if self._parts[at].regex is not None:
                    break
                at += 1
        return frozenset(found)


def names_in(path: str) -> list[str]:
    """The names of a path; what says nothing is left out."""
    return [name for name in path.split("/") if name not in {"", "."}]


def split(glob: str) -> tuple[str, list[str]]:
    """The folder in which a glob begins, empty for the manifest's, and the names from there on."""
    names = glob.split("/")
    wild = next(at for at, name in enumerate(names) if WILD.search(name))
    root = "/".join(names[:wild])
    return ("/" if glob.startswith("/") and not root else root), names_in("/".join(names[wild:]))


def problem(glob: str) -> Problem | None:
    """What is against a glob as text; None for what is no glob, too."""
    if not WILD.search(glob):
        return None
    names = glob.split("/")
    wild = next(at for at, name in enumerate(names) if WILD.search(name))
    for name in names:
        if DEEP in name and name != DEEP:
            better = f"{DEEP}/{re.sub(r'[*]+', '*', name)}"
            message = (
                f"expected {DEEP} alone between slashes, where it stands for folders, found {quoted(name)}"
            )
            return Problem("invalid-value", message, f"write {better} for any depth, or a single *")
    if ".." in names[wild:]:
        return Problem("invalid-value", f"expected no .. behind a wildcard, found {quoted(glob)}")
    if not names[-1]:
        message = f"expected a glob of files, found one of folders: {quoted(glob)}"
        return Problem("invalid-value", message, f"write {glob}{DEEP} for every file below")
    return None

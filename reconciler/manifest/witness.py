"""What loading saw of the disk beside the manifests, to tell whether it would see the same now.

A source must be there, be a file of some size that can be read, and lie within the folder of its manifest.
All of that follows from its mode, owner and size, and from where the folders really are. Its contents are
another matter: they are read after loading.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from reconciler.manifest import paths as pathnames
from reconciler.model.spec import LocalFile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.scope import Desired

Witness = tuple[tuple[object, ...], ...]
"""Sorted by path; comparable."""


def sources_of(desired: Desired) -> frozenset[str]:
    """The local files of a set."""
    return frozenset(
        file.content.path
        for container in desired.containers
        for file in container.files or ()
        if isinstance(file.content, LocalFile)
    )


def witness(sources: Iterable[str], manifests: Iterable[str]) -> Witness | None:
    """What is there; None where some of it cannot be looked at, or is a link, which may lead anywhere."""
    folders = {pathnames.folder(file): pathnames.real(pathnames.folder(file)) for file in manifests}
    found: list[tuple[object, ...]] = [("", os.geteuid())]
    try:
        for path in sorted(sources):
            folder, seen = pathnames.folder(path), os.lstat(path)
            if stat.S_ISLNK(seen.st_mode):
                return None
            if folder not in folders:
                folders[folder] = pathnames.real(folder)
            found.append((path, seen.st_mode, seen.st_uid, seen.st_gid, seen.st_size))
    except (OSError, ValueError):
        return None
    return (*found, *((folder, real) for folder, real in sorted(folders.items())))

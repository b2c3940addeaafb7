"""Paths as text: a diagnostic names a file as its user did, and pathlib would rewrite `./a//b`."""
# ruff: noqa: PTH112, PTH114, PTH116, PTH117, PTH118, PTH119, PTH120, PTH206 - for the reason above

from __future__ import annotations

import os


def join(folder: str, name: str) -> str:
    """A path below a folder."""
    return os.path.join(folder, name)


def beside(file: str, path: str) -> str:
    """A path that is relative to the folder of a file, usable from the current folder."""
    return os.path.join(os.path.dirname(file), path)


def base_name(path: str) -> str:
    """The last part; empty after a trailing slash."""
    return os.path.basename(path)


def folder(path: str) -> str:
    """The folder that a path lies in; empty for the current one."""
    return os.path.dirname(path)


def split(path: str) -> tuple[str, str]:
    """The folder that a path lies in, and its last part."""
    return os.path.split(path)


def is_link(path: str) -> bool:
    """Tells whether a link lies there; False for what cannot be a path."""
    try:
        return os.path.islink(path)
    except ValueError:
        return False


def is_within(real: str, base: str) -> bool:
    """Tells whether a resolved path is a resolved folder, or lies below it."""
    return real == base or real.startswith(base if base.endswith(os.sep) else base + os.sep)


def normal(path: str) -> str:
    """A path without what its text alone says to be superfluous; `.` where nothing is left."""
    return os.path.normpath(path or ".")


def leaves_its_folder(path: str) -> bool:
    """Tells whether the text of a path leads out of the folder that it is relative to."""
    if os.path.isabs(path):
        return True
    return os.pardir in path and os.path.normpath(path).split(os.sep)[0] == os.pardir


def real(path: str) -> str:
    """One name for one file, however it was reached."""
    try:
        return os.path.realpath(path)
    except ValueError:  # a name that this system's encoding cannot write; nothing lies there
        return path


def is_folder(path: str) -> bool:
    """Tells whether a folder lies there."""
    return os.path.isdir(path)


def mode(path: str) -> int:
    """What lies there, as `stat` tells it. Raises OSError, and ValueError for what cannot be a path."""
    return status(path).st_mode


def status(path: str) -> os.stat_result:
    """All that `stat` tells. Raises as `mode` does."""
    return os.stat(path)

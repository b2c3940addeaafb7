"""What a local file must be to be uploaded: regular, readable, not too large."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from reconciler.manifest.findings import Problem
from reconciler.model.asked import MAX_FILE_SIZE

if TYPE_CHECKING:
    from reconciler.model.asked import Reading

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def file_problem(called: str, found: os.stat_result, reading: Reading, path: str) -> Problem | None:
    """What is against a local file by what it is; nothing of it is read.

    Args:
        called: its path as a message says it.
        found: what `stat` tells of it.
        reading: how large it may be.
        path: where it lies.
    """
    if not stat.S_ISREG(found.st_mode):
        kind = _KINDS.get(stat.S_IFMT(found.st_mode), "something else")
        return Problem("not-a-file", f"expected a regular file, found {kind}: {called}")
    if too_large := size_problem(called, found.st_size, reading):
        return too_large
    if not os.access(path, os.R_OK):
        return Problem("file-unreadable", f"cannot read {called}: permission denied")
    return None


def size_problem(called: str, size: int, reading: Reading) -> Problem | None:
    """Whether a file has more bytes than it may have."""
    most = reading.max_file_size
    if size <= most:
        return None
    message = f"expected a file of at most {most} bytes, found {size}: {called}"
    if most == MAX_FILE_SIZE:
        message += " (the Files API takes 512 MB; no figure is known for containers)"
    return Problem("file-too-large", message, "--max-file-size raises the limit, where the target takes more")

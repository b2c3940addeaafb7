"""Codes of local files that manifests refer to."""

from __future__ import annotations

from reconciler.explain.entries import entries

TABLE = entries(r"""
file-missing
    A `source` names a file that is not there, or that was there a moment ago. Sources are relative to the
    manifest that names them, not to the folder the command is run in.

    Check the path from the manifest's folder.

file-unreadable
    A `source` is there and cannot be read.

    Check the permissions of the file and of the folders above it.

not-a-file
    A `source` is a device, a pipe or a socket. Only regular files have contents that are the same the
    next time.

    Name a regular file.

file-changed
    A local file was written while it was read, so nobody knows which contents would be uploaded.

    Run again once whatever writes it is done.
""")

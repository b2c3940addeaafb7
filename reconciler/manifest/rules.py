"""What single values must be beyond their type: names, prefixes, paths, sources, domains.

Each rule takes a value and returns what it has against it, or None. Nothing here looks at a disk or at
another entry.
"""

from __future__ import annotations

import re

from reconciler.manifest import globs, variables
from reconciler.manifest.findings import Problem, found, quoted
from reconciler.model.live import DATA_FOLDER, MANGLED
from reconciler.model.names import DECLARED_NAME, is_declarable, prefix_problem

VERSION = 1
"""The format that this program reads."""

MAX_NAME_BYTES = 255
"""Of a file, as on every file system that a server may keep it on."""

MAX_REPLICAS = 10_000
"""Of all entries of a set together."""

MAX_GLOBS = 1_000
"""Of prefixes that a scope excludes, and of globs that it protects: each name is held against every one."""

NAME_PATTERN = f"^{DECLARED_NAME}$"
PREFIX_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._/ -]{1,98}[-_./]$"
PATH_PATTERN = r"^[^/\u0000-\u001f\u007f-\u009f]+$"
NOT_A_PATH = rf"^\.{{1,2}}$|{MANGLED.pattern}"
"""The rules below as far as patterns can tell them, for the published schema."""

FILE_ID_PATTERN = r"^[!-.0-~]{1,512}$"
"""Printable and without a slash; whatever else it may look like is the server's business."""

SHA256_PATTERN = "^[0-9a-f]{64}$"

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_NO_NAME = frozenset({"", ".", ".."})


def version(value: object) -> Problem | None:
    """The format of the document. Checked by hand since Python holds 1, 1.0 and true for equal."""
    if isinstance(value, bool) or not isinstance(value, int):
        hint = "write it without quotes" if isinstance(value, str) else None
        return Problem("wrong-type", f"expected version {VERSION}, found {found(value)}", hint)
    if value != VERSION:
        return _invalid(f"expected version {VERSION}, the only one that is known here, found {found(value)}")
    return None


def name(value: str) -> Problem | None:
    """A container's declared name."""
    if is_declarable(value):
        return None
    allowed = "1 to 100 letters, digits, spaces and . _ / - that begins with a letter or digit"
    hint = "~ is reserved for the stamp that live names may carry" if "~" in value else None
    return _invalid(f"expected a name of {allowed}, found {quoted(value)}", hint)


def prefix(value: str) -> Problem | None:
    """The beginning of every name of the set."""
    against = prefix_problem(value)
    if against is None:
        return None
    meant = f"did you mean {quoted(f'{value}-')}?" if prefix_problem(f"{value}-") is None else None
    return _invalid(f"{against}, found {quoted(value)}", meant)


def glob(value: str) -> Problem | None:
    """A pattern of names."""
    return None if value else _invalid("expected a glob of names, found empty text")


def source(value: str) -> Problem | None:
    """The place of a local file, a folder, or a glob, relative to its manifest."""
    if not value or _CONTROL.search(value):
        return _invalid(f"expected the path of a file, found {quoted(value)}")
    return globs.problem(value)


def exclude(value: str) -> Problem | None:
    """A glob over names, or over paths that are relative to the manifest."""
    if not value.strip("/") or _CONTROL.search(value):
        return _invalid(f"expected a glob of files, found {quoted(value)}")
    if value.endswith("/"):
        return _invalid(
            f"expected a glob of files or folders, found {quoted(value)}", f"write {value.rstrip('/')}"
        )
    return globs.problem(value)


def file_id(value: str) -> Problem | None:
    """The id of a file of the Files API."""
    if re.fullmatch(FILE_ID_PATTERN[1:-1], value):
        return None
    return _invalid(f"expected the id of a file of the Files API, found {quoted(value)}")


def sha256(value: str) -> Problem | None:
    """A digest as programs print it."""
    if re.fullmatch(SHA256_PATTERN[1:-1], value):
        return None
    lower = value.lower()
    hint = "write it in lower case" if re.fullmatch(SHA256_PATTERN[1:-1], lower) else None
    return _invalid(f"expected 64 lower-case hex digits, found {quoted(value)}", hint)


def folder(value: str) -> Problem | None:
    """The place of a local folder, relative to its manifest."""
    if not value or _CONTROL.search(value):
        return _invalid(f"expected the path of a folder, found {quoted(value)}")
    return None


def file_path(value: str) -> Problem | None:
    """The bare name of a file under /mnt/data."""
    if "/" in value:
        return _foldered(value)
    if _CONTROL.search(value):
        return _invalid(f"expected a path without control characters, found {quoted(value)}")
    if value in _NO_NAME:
        return _invalid(f"expected the name of a file, found {quoted(value)}")
    if len(value.encode()) > MAX_NAME_BYTES:
        return _invalid(f"expected a path of at most {MAX_NAME_BYTES} bytes, found {quoted(value)}")
    if MANGLED.match(value):
        return _invalid(
            f"expected a path that does not begin like those of uploaded files, found {quoted(value)}",
            "what servers put before a name is stripped when files are compared, so it would never be found",
        )
    return None


def _foldered(value: str) -> Problem:
    bare = value.rstrip("/").rpartition("/")[2]
    return _invalid(
        f"expected a bare name, found {quoted(value)}: the API stores files flat under {DATA_FOLDER}",
        f"write {bare}" if file_path(bare) is None else None,
    )


def domain(value: str) -> Problem | None:
    """A domain of an allowlist."""
    return None if value else _invalid("expected a domain, found empty text")


def default(value: str) -> Problem | None:
    """The default of a variable: text as it is, since variables do not nest."""
    return variables.nested(value)


def replicas(value: int) -> Problem | None:
    """How many containers one entry declares."""
    if value < 1:
        hint = "leave the entry out to have none of it, and the key out to have one by the bare name"
        return _invalid(f"expected at least 1, found the number {value}", hint)
    if value > MAX_REPLICAS:
        return _invalid(f"expected at most {MAX_REPLICAS}, found the number {value}")
    return None


def _invalid(message: str, hint: str | None = None) -> Problem:
    return Problem("invalid-value", message, hint)

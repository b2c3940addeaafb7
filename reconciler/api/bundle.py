"""An inline skill as a create sends it: its folder as a zip in base64, the same bytes on every machine.

The zip is a function of names and contents alone: entries sorted, one time and one mode for all of them, one
top-level folder, and stored rather than compressed, since versions of zlib differ. Every file is held against
the digest that was planned, so that one edited since then is an error before anything is sent.
"""

from __future__ import annotations

import io
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from reconciler.model.errors import LocalFileError

if TYPE_CHECKING:
    from reconciler.model.write_only import InlineSkill, SkillFile

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first time that a zip can hold."""

_UNIX = 3
_MODE = 0o100755
"""A file that may be run: scripts are part of skills, and a checkout may have lost what they were."""


def encoded(skill: InlineSkill) -> str:
    """The zip of a skill in base64.

    Raises:
        LocalFileError: a file cannot be read, or is not what was planned.
    """
    return b64encode(bundle(skill)).decode("ascii")


def bundle(skill: InlineSkill) -> bytes:
    """The zip of a skill; see `encoded`."""
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_STORED) as archive:
        for file in sorted(skill.files, key=lambda file: file.path):
            entry = ZipInfo(f"{skill.folder}/{file.path}", _EPOCH)
            entry.create_system, entry.external_attr = _UNIX, _MODE << 16
            archive.writestr(entry, _contents(file))
    return made.getvalue()


def _contents(file: SkillFile) -> bytes:
    try:
        with Path(file.source).open("rb") as stream:
            data = stream.read(file.bytes + 1)
    except OSError as error:
        raise LocalFileError(
            f"cannot read {file.source}: {error.strerror or error}",
            hint="apply again; a saved plan must be made anew",
        ) from error
    if sha256(data).hexdigest() != file.sha256:
        raise LocalFileError(
            f"{file.source} changed since it was planned", hint="apply again; a saved plan must be made anew"
        )
    return data

"""Skill bundles: good ones, and the pieces of bad ones."""

import io
from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

TEXT = "---\nname: cleaner\ndescription: 'cleans: tables'\n---\n# How\n"


def bundle(files: Mapping[str, str | bytes] | None = None) -> bytes:
    """A zip of files by their paths; without any, the smallest that is a skill."""
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for path, content in ({"cleaner/SKILL.md": TEXT} if files is None else files).items():
            archive.writestr(path, content)
    return packed.getvalue()


def inline(data: bytes) -> dict[str, Any]:
    """The inline skill of a create."""
    source = {"type": "base64", "media_type": "application/zip", "data": b64encode(data).decode()}
    return {"type": "inline", "name": "n", "description": "d", "source": source}

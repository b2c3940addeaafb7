"""The zip of a skill: the same bytes whatever the machine, and never other contents than were planned."""

from __future__ import annotations

import hashlib
import io
import os
from base64 import b64decode
from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile

import pytest
from support.builders import HERE, digest

from reconciler.api.bundle import bundle, encoded
from reconciler.manifest.skill_folders import MAX_CHARACTERS, MAX_ZIP_BYTES
from reconciler.model.errors import LocalFileError
from reconciler.model.write_only import InlineSkill, SkillFile

if TYPE_CHECKING:
    from pathlib import Path

CONTENTS = {"SKILL.md": b"---\nname: cleaner\n---\n", "ref/ü.txt": b"", "scripts/run.sh": b"#!/bin/sh\n"}


def skill(folder: Path, name: str = "cleaner", *, reverse: bool = False) -> InlineSkill:
    """A skill of these files, written anew."""
    files = []
    for path, data in sorted(CONTENTS.items(), reverse=reverse):
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        files.append(SkillFile(path, str(place), len(data), digest(data)))
    return InlineSkill(name, "cleans tables", "skills/cleaner", tuple(files), HERE)


def test_the_bytes_are_of_names_and_contents_alone(tmp_path: Path) -> None:
    first = skill(tmp_path / "a")
    before = os.umask(0o077)
    try:
        second = skill(tmp_path / "b", reverse=True)
    finally:
        os.umask(before)
    (tmp_path / "b" / "scripts" / "run.sh").chmod(0o700)
    os.utime(tmp_path / "b" / "SKILL.md", (1, 1))
    assert bundle(first) == bundle(second)
    assert b64decode(encoded(first)) == bundle(first)
    assert hashlib.sha256(bundle(first)).hexdigest() == (
        "cd327e81c39473a6df1f57d955dad2b1798f3d763078748663b3321c9af1489d"
    )


def test_one_folder_at_the_top_holds_everything_stored_and_runnable(tmp_path: Path) -> None:
    with ZipFile(io.BytesIO(bundle(skill(tmp_path)))) as archive:
        entries = archive.infolist()
        assert {entry.filename: archive.read(entry) for entry in entries} == {
            f"cleaner/{path}": data for path, data in CONTENTS.items()
        }
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    assert {(entry.compress_type, entry.external_attr >> 16) for entry in entries} == {(ZIP_STORED, 0o100755)}


@pytest.mark.parametrize(
    ("name", "top"), [("a b/../c", "a-b-..-c"), ("..", "skill"), ("ü", "-"), ("x" * 200, "x" * 100)]
)
def test_any_name_gives_one_folder(tmp_path: Path, name: str, top: str) -> None:
    with ZipFile(io.BytesIO(bundle(skill(tmp_path, name)))) as archive:
        assert {entry.partition("/")[0] for entry in archive.namelist()} == {top}


def test_a_file_that_was_edited_or_is_gone_is_an_error(tmp_path: Path) -> None:
    one = skill(tmp_path)
    (tmp_path / "SKILL.md").write_bytes(b"other")
    with pytest.raises(LocalFileError, match="changed since it was planned"):
        bundle(one)
    (tmp_path / "SKILL.md").unlink()
    with pytest.raises(LocalFileError, match="cannot read"):
        bundle(one)


def test_the_largest_zip_is_within_the_largest_text() -> None:
    assert -(-MAX_ZIP_BYTES // 3) * 4 <= MAX_CHARACTERS

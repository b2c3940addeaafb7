"""Skill bundles: what makes a zip a skill (the API's guide), and how much of one is ever unpacked.

The sizes a zip declares are what its reader can be made to produce, so they are checked before anything is
unpacked; contents are then verified up to a budget, which a bomb of many files cannot exceed.
"""

import io
import zlib
from base64 import b64decode
from binascii import Error
from dataclasses import dataclass
from zipfile import BadZipFile, ZipFile, ZipInfo

from reconciler.emulator.wire import errors

MIB = 2**20
MAX_BUNDLE_BYTES = 50 * MIB
MAX_FILE_BYTES = 25 * MIB
MAX_FILES = 500
_ENTRY = b"PK\x01\x02"
_MOST_ENTRIES = 20_000
_VERIFIED_BYTES = 64 * MIB
_TEXT_BYTES = MIB
_ENCRYPTED = 0x1
_BROKEN = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
"""What ``zipfile`` raises for zips that lie, are cut, encrypted, or packed in ways Python does not know."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A checked skill: the zip, and what its SKILL.md says of itself."""

    data: bytes
    name: str
    description: str


def decode_bundle(text: str, param: str) -> bytes:
    """The bytes of base64.

    Raises:
        ApiError: 400.
    """
    try:
        return b64decode(text, validate=True)
    except (Error, ValueError) as error:
        raise errors.invalid_bundle(param, "it is not base64") from error


def check_bundle(data: bytes, param: str) -> Bundle:
    """A skill bundle, checked.

    Raises:
        ApiError: 400 for what is no zip, or no skill, or beyond the limits.
    """
    if len(data) > MAX_BUNDLE_BYTES:
        raise errors.invalid_bundle(param, f"it is larger than {MAX_BUNDLE_BYTES} bytes")
    if data.count(_ENTRY) > _MOST_ENTRIES:  # the reader would list them all before anyone can count
        raise errors.too_many(param, MAX_FILES)
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            top, main = _check_entries(entries, param)
            _verify(archive, entries)
            text = archive.read(main)[:_TEXT_BYTES].decode("utf-8", "replace")
    except _BROKEN as error:
        raise errors.invalid_bundle(param, "it is not a zip that can be read") from error
    said = _front_matter(text)
    return Bundle(data, said.get("name") or top, said.get("description", ""))


def _check_entries(entries: list[ZipInfo], param: str) -> tuple[str, ZipInfo]:
    """The top-level folder and its SKILL.md."""
    if len(entries) > MAX_FILES:
        raise errors.too_many(param, MAX_FILES)
    for entry in entries:
        if entry.file_size > MAX_FILE_BYTES:
            raise errors.invalid_bundle(param, f"'{entry.filename}' is larger than {MAX_FILE_BYTES} bytes")
        if entry.flag_bits & _ENCRYPTED:
            raise errors.invalid_bundle(param, f"'{entry.filename}' is encrypted")
        if {"", ".", ".."} & set(entry.filename.split("/")):
            raise errors.invalid_bundle(param, f"'{entry.filename}' is not a path inside of it")
    main = [entry for entry in entries if entry.filename.rpartition("/")[2].lower() == "skill.md"]
    if len(main) != 1:
        raise errors.invalid_bundle(param, f"it has {len(main)} files named SKILL.md instead of one")
    tops = {entry.filename.split("/")[0] for entry in entries}
    if len(tops) != 1 or "/" not in main[0].filename:
        raise errors.invalid_bundle(param, "its files are not in one top-level folder")
    return tops.pop(), main[0]


def _verify(archive: ZipFile, entries: list[ZipInfo]) -> None:
    """Unpack and forget, so that checksums are looked at, while the budget lasts."""
    budget = _VERIFIED_BYTES
    for entry in entries:
        budget -= entry.file_size
        if budget >= 0:
            archive.read(entry)


def _front_matter(text: str) -> dict[str, str]:
    """The ``key: value`` lines between the first two ``---``."""
    lines = iter(text.removeprefix("\ufeff").splitlines())
    found: dict[str, str] = {}
    if next(lines, "").strip() != "---":
        return found
    for line in lines:
        if line.strip() == "---":
            break
        key, colon, value = line.partition(":")
        if colon and not line[:1].isspace():
            found[key.strip()] = value.strip().strip("\"'")
    return found

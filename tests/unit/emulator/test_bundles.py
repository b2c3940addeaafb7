"""Which zips are skills, and that no zip makes the server work beyond its limits."""

import io
from base64 import b64encode
from collections.abc import Mapping
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from unit.emulator.bundles import TEXT, bundle, inline
from unit.emulator.harness import Api, error_of

from reconciler.emulator.wire.bundle import MIB, check_bundle
from reconciler.emulator.wire.errors import ApiError


def _encrypted() -> bytes:
    data = bytearray(bundle())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flags] |= 1
    return bytes(data)


def _corrupt() -> bytes:
    data = bytearray(bundle({"a/SKILL.md": TEXT, "a/x": b"x" * 1000}))
    data[data.index(b"PK\x03\x04", 4) + 40] ^= 0xFF
    return bytes(data)


def _lying() -> bytes:
    """A directory that promises less than its entry unpacks to."""
    data = bytearray(bundle({"a/SKILL.md": TEXT, "a/x": b"x" * 30 * MIB}))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = (10).to_bytes(4, "little")
    return bytes(data)


def _twice() -> bytes:
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("a/SKILL.md", TEXT)
        archive.writestr("a/skill.md", TEXT)
    return packed.getvalue()


REFUSED: dict[str, tuple[bytes, str]] = {
    "no zip": (b"hello", "not a zip"),
    "empty": (b"\x00", "not a zip"),
    "cut": (bundle()[:-30], "not a zip"),
    "corrupt": (_corrupt(), "not a zip"),
    "lying": (_lying(), "not a zip"),
    "encrypted": (_encrypted(), "is encrypted"),
    "no files": (bundle({}), "0 files named SKILL.md"),
    "no skill": (bundle({"a/README.md": "x"}), "0 files named SKILL.md"),
    "two skills": (_twice(), "2 files named SKILL.md"),
    "two in depth": (bundle({"a/SKILL.md": TEXT, "a/b/Skill.md": TEXT}), "2 files named SKILL.md"),
    "no folder": (bundle({"SKILL.md": TEXT}), "one top-level folder"),
    "two folders": (bundle({"a/SKILL.md": TEXT, "b/x": "x"}), "one top-level folder"),
    "beside": (bundle({"a/SKILL.md": TEXT, "x": "x"}), "one top-level folder"),
    "outside": (bundle({"a/SKILL.md": TEXT, "a/../../x": "x"}), "not a path inside"),
    "absolute": (bundle({"a/SKILL.md": TEXT, "/a/x": "x"}), "not a path inside"),
    "large file": (bundle({"a/SKILL.md": TEXT, "a/x": b"x" * (25 * MIB + 1)}), "larger than 26214400 bytes"),
}


@pytest.mark.parametrize(("data", "why"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_skill_is_400_and_creates_nothing(api: Api, data: bytes, why: str) -> None:
    body = {"name": "b", "skills": [{"type": "skill_reference", "skill_id": "s"}, inline(data)]}
    error = error_of(api.request("POST", "/containers", json=body), 400)
    assert (error["param"], error["code"]) == ("skills[1].source.data", "invalid_value")
    assert why in error["message"].replace("it is not a zip", "not a zip")
    assert api.get("/containers")["data"] == []


@pytest.mark.parametrize("text", ["not base64!", "UEsDB", "é", "UEs DBA=="])
def test_what_is_not_base64_is_400(api: Api, text: str) -> None:
    skill = inline(b"")
    skill["source"]["data"] = text
    error = error_of(api.request("POST", "/containers", json={"name": "b", "skills": [skill]}), 400)
    assert (error["param"], error["code"]) == ("skills[0].source.data", "invalid_value")
    assert "base64" in error["message"]


@pytest.mark.parametrize(
    "files",
    [
        {"a/skill.MD": TEXT},
        {"日本語/SKILL.md": "no front matter"},
        {"a/": "", "a/b/": "", "a/SKILL.md": TEXT, "a/b/x.bin": b"\x00"},
        {"a/SKILL.md": TEXT, "a/x": b"x" * 25 * MIB},
        {"a/SKILL.md": TEXT} | {f"a/{n}": "x" for n in range(499)},
    ],
    ids=["case", "unicode", "folders", "large", "many"],
)
def test_what_is_a_skill_is_accepted(api: Api, files: Mapping[str, str | bytes]) -> None:
    assert api.create(skills=[inline(bundle(files))])["status"] == "running"


def test_more_files_than_allowed_are_too_many(api: Api) -> None:
    files = {"a/SKILL.md": TEXT} | {f"a/{n}": "x" for n in range(500)}
    body = {"name": "b", "skills": [inline(bundle(files))]}
    error = error_of(api.request("POST", "/containers", json=body), 400)
    assert error["code"] == "array_above_max_length"


def test_a_bundle_may_have_50_mib_and_no_byte_more() -> None:
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("a/SKILL.md", TEXT)
        for n in range(2):
            archive.writestr(f"a/{n}", bytes(25 * MIB - 500))
    data = packed.getvalue()
    end = data.rindex(b"PK\x05\x06")
    comment = 50 * MIB - len(data)
    full = data[: end + 20] + comment.to_bytes(2, "little") + b"x" * comment
    assert len(full) == 50 * MIB
    assert check_bundle(full, "files").name == "cleaner"
    with pytest.raises(ApiError, match="larger than 52428800 bytes"):
        check_bundle(full + b"x", "files")


def test_of_a_bomb_no_more_is_unpacked_than_the_budget() -> None:
    """Beyond the budget checksums are not looked at: a wrong one at the end is only found without a bomb."""
    assert check_bundle(_bomb(5), "files").name == "cleaner"
    with pytest.raises(ApiError, match="not a zip that can be read"):
        check_bundle(_bomb(0), "files")


def test_a_directory_without_end_is_not_read() -> None:
    with pytest.raises(ApiError, match="too many items"):
        check_bundle(bundle() + b"PK\x01\x02" * 20_001, "files")


def _bomb(number: int) -> bytes:
    """So many files of 25 MiB in a few kilobytes each, and one with a wrong checksum."""
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr("a/SKILL.md", TEXT)
        for n in range(number):
            archive.writestr(f"a/{n}", bytes(25 * MIB))
        archive.writestr("a/last", b"x" * 100)
    data = bytearray(packed.getvalue())
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 16] ^= 0xFF
    return bytes(data)


def test_base64_of_the_longest_data_fits_the_json_limit(api: Api) -> None:
    text = b64encode(b"\x00" * (70_254_592 // 4 * 3)).decode()
    skill = inline(b"")
    skill["source"]["data"] = text
    error = error_of(api.request("POST", "/containers", json={"name": "b", "skills": [skill]}), 400)
    assert "larger than 52428800 bytes" in error["message"]

"""Contents are checked while they are sent: what was planned arrives, or the last bytes never leave."""

from __future__ import annotations

import os
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.api.uploads import CheckedSource
from reconciler.model.errors import LocalFileError
from reconciler.model.spec import FileSpec, InlineContent, LocalFile

if TYPE_CHECKING:
    from pathlib import Path

DATA = bytes(range(256)) * 1000


def spec(data: bytes, name: str = "a.bin") -> FileSpec:
    """The planned file."""
    return FileSpec(name, len(data), sha256(data).hexdigest())


def drain(source: CheckedSource, size: int = 65536, into: bytearray | None = None) -> bytes:
    """Reads as an HTTP client does, `into` what leaves; what it got is returned."""
    sent = bytearray() if into is None else into
    while chunk := source.read(size):
        sent += chunk
    return bytes(sent)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file as it was planned."""
    file = tmp_path / "a.bin"
    file.write_bytes(DATA)
    return file


@given(st.binary(max_size=300), st.integers(1, 100))
def test_whatever_was_planned_is_read_whole_in_pieces_of_any_size(data: bytes, size: int) -> None:
    with CheckedSource(InlineContent(data), spec(data)) as source:
        assert drain(source, size) == data
        assert source.read(size) == b""


def test_a_file_is_read_whole_and_again_from_its_start(path: Path) -> None:
    with CheckedSource(LocalFile(str(path)), spec(DATA)) as source:
        assert source.read(10) == DATA[:10]
        assert source.tell() == 10
        assert os.fstat(source.fileno()).st_size == len(DATA)
        assert source.seek(0) == 0
        assert drain(source) == DATA
        assert source.seek(0) == 0
        assert source.read() == DATA


def test_it_closes_what_it_opened(path: Path) -> None:
    with CheckedSource(LocalFile(str(path)), spec(DATA)) as source:
        pass
    with pytest.raises(ValueError, match="closed"):
        source.tell()


@pytest.mark.parametrize("now", [b"", DATA[:-1], DATA + b"x"])
def test_another_size_is_found_before_anything_is_read(path: Path, now: bytes) -> None:
    path.write_bytes(now)
    with pytest.raises(LocalFileError, match=rf"had 256000 bytes and now has {len(now)}") as error:
        CheckedSource(LocalFile(str(path)), spec(DATA))
    assert error.value.hint == "apply again; a saved plan must be made anew"
    assert str(path) in str(error.value)


def test_other_contents_of_the_same_size_never_leave_whole(path: Path) -> None:
    path.write_bytes(DATA[:-1] + b"!")
    sent = bytearray()
    with (
        CheckedSource(LocalFile(str(path)), spec(DATA)) as source,
        pytest.raises(LocalFileError, match="others"),
    ):
        drain(source, into=sent)
    assert len(sent) < len(DATA)


@pytest.mark.parametrize("edit", ["grown", "shrunk", "changed", "replaced-by-longer"])
def test_an_edit_while_sending_is_found_before_the_last_byte_leaves(path: Path, edit: str) -> None:
    sent = bytearray()
    with CheckedSource(LocalFile(str(path)), spec(DATA)) as source:
        sent += source.read(1000)
        match edit:
            case "grown":
                path.write_bytes(DATA + b"more")
            case "shrunk":
                path.write_bytes(DATA[:2000])
            case "changed":
                path.write_bytes(DATA[:200_000] + b"?" * 56_000)
            case _:
                path.write_bytes(b"?" * 300_000)
        with pytest.raises(LocalFileError, match="changed since it was planned"):
            drain(source, into=sent)
    assert len(sent) < len(DATA)


def test_an_empty_file_that_grew_is_found(tmp_path: Path) -> None:
    file = tmp_path / "empty"
    file.write_bytes(b"")
    with CheckedSource(LocalFile(str(file)), spec(b"")) as source:
        file.write_bytes(b"x")
        with pytest.raises(LocalFileError, match="changed"):
            source.read(10)


def test_a_file_that_vanished_is_named(tmp_path: Path) -> None:
    with pytest.raises(LocalFileError, match=r"cannot read .*gone\.txt: No such file"):
        CheckedSource(LocalFile(str(tmp_path / "gone.txt")), spec(b""))


def test_a_folder_in_place_of_a_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LocalFileError, match="Is a directory"):
        CheckedSource(LocalFile(str(tmp_path)), spec(b""))


def test_a_file_whose_digest_nobody_knows_is_never_sent() -> None:
    with CheckedSource(InlineContent(b"x"), FileSpec("a", 1)) as source, pytest.raises(LocalFileError):
        source.read(1)


def test_inline_contents_have_no_descriptor_and_are_not_shown() -> None:
    with CheckedSource(InlineContent(b"topsecret"), spec(b"topsecret")) as source:
        with pytest.raises(OSError, match="fileno"):
            source.fileno()
        assert "topsecret" not in repr(source)

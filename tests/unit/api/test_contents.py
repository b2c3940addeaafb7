"""What a server repeats of an upload is in no error, where nobody is to see the file."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import pytest

from reconciler.api import contents
from reconciler.api.contents import GONE, unseen
from reconciler.api.errors import BadRequest, ReplyLost
from reconciler.api.redact import hide_in
from reconciler.model.errors import ApiError, LocalFileError
from reconciler.model.spec import InlineContent, LocalFile

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.spec import Uploadable


def refused(words: str) -> BadRequest:
    """An error in which a server repeats something."""
    return BadRequest(f"400: near '{words}'", status=400, api_code=words, param=words, request_id="req_1")


def told(error: ApiError, content: Uploadable, *, sensitive: bool) -> str:
    """All that is left of an error."""
    with pytest.raises(ApiError) as raised, unseen(content, sensitive=sensitive):
        raise error
    return f"{''.join(traceback.format_exception(raised.value))} {vars(raised.value)}"


@pytest.mark.parametrize("words", ["canary-of-a-file", "anary-of-a", "near 'canary-of-a-file\\n"])
def test_contents_written_in_a_manifest_are_hidden(words: str) -> None:
    said = told(refused(words), InlineContent(b"the canary-of-a-file\n"), sensitive=False)
    assert "nary" not in said
    assert "400: near '" in said


def test_those_of_a_file_are_where_it_is_sensitive(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xff canary-of-a-file \xfe")
    for sensitive in (True, False):
        said = told(refused("\ufffd canary-of-a-file \ufffd"), LocalFile(str(path)), sensitive=sensitive)
        assert ("canary" in said) is not sensitive


def test_a_large_file_is_searched_in_parts_whatever_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is said of it is all that is lost."""
    path = tmp_path / "a.bin"
    monkeypatch.setattr(contents, "LONG", 100)
    monkeypatch.setattr(contents, "AT_ONCE", 50)
    for before in range(200, 260):
        path.write_bytes(bytes(before) + b"canary-of-a-file" + bytes(100))
        for error in (refused("nary-of-a-f"), ReplyLost("cut off: illegal line 'nary-of-a-f'")):
            said = told(error, LocalFile(str(path)), sensitive=True)
            assert ("nary-of" in said, "'[secret]'" in said) == (False, True), before


def test_what_a_file_held_that_is_gone_is_withheld(tmp_path: Path) -> None:
    said = told(refused("canary-of-a-file"), LocalFile(str(tmp_path / "a.txt")), sensitive=True)
    assert ("canary" in said, GONE in said) == (False, True)


def test_an_error_of_ours_is_left_as_it_is() -> None:
    with (
        pytest.raises(LocalFileError, match="canary-of-a-file changed"),
        unseen(InlineContent(b"canary-of-a-file"), sensitive=True),
    ):
        raise LocalFileError("canary-of-a-file changed since it was planned")


@pytest.mark.parametrize("words", ["canary", "harmless"])
def test_what_an_error_was_made_of_goes_where_it_said_it_first(words: str) -> None:
    error = ReplyLost(f"cut off: illegal line: {words}")
    error.__cause__ = ValueError(f"illegal line: {words}")
    hide_in(error, lambda said: said.replace("canary", "[secret]"))
    said = "".join(traceback.format_exception(error))
    assert "canary" not in said
    assert ("cut off: illegal line: [secret]" in said) is (words == "canary")
    assert ("ValueError: illegal line: harmless" in said) is (words == "harmless")

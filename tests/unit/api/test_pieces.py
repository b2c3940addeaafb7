"""What a short text has in common with a large one: all of it, wherever it stands, in one pass of it."""

from __future__ import annotations

import json
import random
import re
import string
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.api import pieces
from reconciler.api.pieces import PIECE, without_pieces

if TYPE_CHECKING:
    from collections.abc import Callable

BLANK = "*"
VALUE = "pass\"word\\ with <a href='x/y'> & 100% of\ntabs\tin it, ü in a pure+\x1b[31m colour"


def blanked(shown: str, *sent: str) -> str:
    """A text without pieces of others."""
    encoded = [text.encode() for text in sent]
    return without_pieces(shown, encoded, BLANK, {text: 0 for text in encoded if 0 < len(text) < PIECE})


def expected(shown: str, sent: list[str]) -> str:
    """The rule as one would write it: each window is asked for, or the whole of what is shorter than one."""
    marked = list(shown)
    for size in range(1, PIECE + 1):
        for at in range(len(shown) - size + 1):
            window = shown[at : at + size]
            if any(window in text if size == PIECE else window == text for text in sent):
                marked[at : at + size] = "\0" * size
    return re.sub("\0+", BLANK, "".join(marked))


COMMON = st.text("ab ", max_size=40)
"""Texts that have much in common."""


@pytest.mark.parametrize("at_once", [1, 2, 5, 16, 1 << 20])
@pytest.mark.parametrize("few", [0, 1 << 14])
@given(shown=COMMON, sent=st.lists(COMMON, max_size=4))
def test_eight_characters_in_common_are_blanked_and_nothing_else(
    at_once: int, few: int, shown: str, sent: list[str]
) -> None:
    """However large the parts are that are gone through, and in both ways of looking."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pieces, "AT_ONCE", at_once)
        patched.setattr(pieces, "_FEW", few)
        assert blanked(shown, *sent) == expected(shown, sent)


def test_a_piece_is_found_wherever_it_stands_in_a_large_text() -> None:
    chance = random.Random(7)  # noqa: S311 - it only makes text
    large = "".join(chance.choices(string.ascii_lowercase + string.digits, k=3 * (1 << 20) + 5))
    step = 1 << 20
    for at in [
        0,
        1,
        2,
        3,
        step - 9,
        step - 8,
        step - 7,
        step - 1,
        step,
        step + 1,
        len(large) - 9,
        len(large) - 8,
    ]:
        piece = large[at : at + PIECE]
        assert blanked(f"near <{piece}>, it says", large) == "near <*>, it says", at
        other = piece[:-1] + "!"
        assert blanked(f"near <{other}>, it says", large) == f"near <{other}>, it says", at


@pytest.mark.parametrize("length", [10, 300, 500])
def test_a_large_text_is_gone_through_once_however_long_the_short_one_is(
    length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Work is counted, not timed: bytes that are gone through, and those that are left to be looked up."""
    chance = random.Random(7)  # noqa: S311 - it only makes text
    large = "".join(chance.choices(string.printable, k=1 << 22))
    through, left = [0], [0]

    def counting(
        function: Callable[[bytes, re.Pattern[str]], bytes],
    ) -> Callable[[bytes, re.Pattern[str]], bytes]:
        def counted(part: bytes, runs: re.Pattern[str]) -> bytes:
            found = function(part, runs)
            through[0] += len(part)
            left[0] += len(found)
            return found

        return counted

    monkeypatch.setattr(pieces, "_candidates", counting(pieces._candidates))
    assert blanked("".join(chance.choices(string.printable, k=length)) + large[-50:-20], large).endswith(
        BLANK
    )
    assert len(large) <= through[0] < 1.01 * len(large)
    assert left[0] < len(large) / 20


def twice(text: str) -> str:
    """JSON in JSON."""
    return json.dumps(json.dumps(text))


def decimal(text: str) -> str:
    """As a template writes it."""
    return escape(text).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")


STYLES: dict[str, Callable[[str], str]] = {
    "JSON": json.dumps,
    "JSON in JSON": twice,
    "JSON with its slashes escaped": lambda text: json.dumps(text).replace("/", "\\/"),
    "JSON that is safe in a page": lambda text: re.sub(
        "[<>&]", lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text)
    ),
    "JSON in capitals": lambda text: json.dumps(text).replace("\\u00fc", "\\u00FC"),
    "Python": repr,
    "bytes of Python": lambda text: repr(text.encode()),
    "an address": quote,
    "an address in small letters": lambda text: re.sub("%..", lambda found: found[0].lower(), quote(text)),
    "a form": quote_plus,
    "a page": escape,
    "a page in decimals": decimal,
    "capitals": str.upper,
    "another white space": lambda text: text.replace(" ", "\n"),
}


@pytest.mark.parametrize("style", STYLES)
def test_escapes_of_every_style_are_seen_through(style: str) -> None:
    """Nothing of the value is left but less than a piece at either end, where the whole of it is cut."""
    written = STYLES[style](VALUE).strip("'\"b\\")
    for shown, most in ((written, 0), (written[2:-2], 4)):
        found = blanked(f"<<{shown}>>", VALUE).removeprefix("<<").removesuffix(">>")
        assert found.count(BLANK) == 1, found
        assert len(found.replace(BLANK, "")) <= most, found


def test_a_text_of_other_letters_is_blanked_by_whole_characters() -> None:
    assert blanked("не то: 'пароль', да", "мой пароль") == "не то: '*', да"
    assert blanked("不是密码吗", "密码是四个字") == "不是密码吗"
    assert blanked("不是密码是四吗", "密码是四个字") == "不是*吗"


def test_half_characters_and_odd_bytes_are_no_obstacle() -> None:
    assert blanked("x \udc80 %ff%fe \\ud83d canary-1", "a canary-1") == "x \udc80 %ff%fe \\ud83d*"

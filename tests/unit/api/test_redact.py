"""What a server repeats of our secrets is in no error, in whatever form, whole or in pieces."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.api import errors, redact
from reconciler.api.answers import Answer, failure
from reconciler.api.encoded import LONG, encodings
from reconciler.api.errors import ProtocolError
from reconciler.api.pieces import PIECE, without_pieces
from reconciler.api.redact import Redaction
from reconciler.model.write_only import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

VALUE = 'pass"word\\ with\ttab, ü and $ym/bols+'


def hiding(*values: str) -> Redaction:
    """A redaction of these values."""
    made = Redaction()
    made.add(Secret(value) for value in values)
    return made


@pytest.mark.parametrize(
    "form",
    [
        VALUE,
        json.dumps(VALUE),
        json.dumps(VALUE, ensure_ascii=False),
        repr(VALUE),
        quote(VALUE),
        b64encode(VALUE.encode()).decode(),
    ],
)
def test_every_form_of_a_value_is_blanked(form: str) -> None:
    redaction = hiding(VALUE)
    for shown in (redaction.short_text(f"a {form} b"), redaction.data(f"a {form} b".encode()).decode()):
        assert "[secret]" in shown
        assert "word" not in shown
        assert (shown[:2], shown[-2:]) == ("a ", " b")


@given(st.text(min_size=PIECE, max_size=40), st.data())
def test_pieces_of_a_value_are_blanked_too(value: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(value) - PIECE))
    end = data.draw(st.integers(start + PIECE, len(value)))
    assert value[start:end] not in hiding(value).short_text(f"<{value[start:end]}>")


ENCODINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "JSON": lambda value: json.dumps(value)[1:-1],
    "JSON in UTF-8": lambda value: json.dumps(value, ensure_ascii=False)[1:-1],
    "Python": lambda value: repr(value)[1:-1],
    "without white space": lambda value: " ".join(value.split()),
    "an address": quote,
    "a part of an address": lambda value: quote(value, safe=""),
    "base64": lambda value: b64encode(value.encode()).decode(),
    "hexadecimal": lambda value: value.encode().hex(),
}
TEXTS = st.text(st.sampled_from("ab \n/\\\"'%üß日😀"), max_size=60)


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(value=TEXTS, data=st.data())
def test_eight_characters_of_any_encoding_are_blanked(encoding: str, value: str, data: st.DataObject) -> None:
    """Of the encoding, wherever in an escape they begin and end; and the whole of it from four characters on.

    Not so of hexadecimal digits: fewer than eight are a value under four bytes.
    """
    form = ENCODINGS[encoding](value)
    start = data.draw(st.integers(0, max(len(form) - PIECE, 0)))
    piece = form[start : data.draw(st.integers(start, len(form)))]
    left = hiding(value).short_text(f"<<{piece}>>")
    whole = piece == form and len(form) > 3 and encoding != "hexadecimal"
    if len(piece) >= PIECE or whole:
        assert left == "<<[secret]>>"


@given(TEXTS.filter(lambda value: len(value) > 3), TEXTS, TEXTS)
def test_a_value_within_base64_of_more_is_blanked(value: str, before: str, after: str) -> None:
    """What is left are the characters that tell of what stands beside it, too."""
    coded = b64encode(f"{before}{value}{after}".encode()).decode()
    start, end = len(before.encode()), len(f"{before}{value}".encode())
    inner = coded[-(-start * 8 // 6) : end * 8 // 6]
    left = hiding(value).short_text(coded)
    assert len(inner) >= 4
    assert (inner in left, "[secret]" in left) == (False, True)


def test_what_is_part_of_every_text_is_left() -> None:
    assert hiding("abc").short_text("abc, and so on") == "abc, and so on"
    assert hiding("abcd").short_text("an abcd") == "an [secret]"


@pytest.mark.parametrize("value", ["a", "7", "ab", "abc", 'a"', "ü", "x/y"])
def test_a_short_value_is_blanked_where_it_is_all_that_is_quoted(value: str) -> None:
    """As bodies and messages repeat it: between quotation marks, whatever else there is of its letters."""
    redaction = hiding(value)
    for quoted in (json.dumps(value), repr(value), f"'{value}'", json.dumps(value, ensure_ascii=False)):
        body = f'cab "cab" {{"value": {quoted}}} cab'
        left = redaction.short_text(body)
        assert left.replace('"', "'") == "cab 'cab' {'value': '[secret]'} cab"
        assert redaction.data(body.encode()).decode() == left
    if value.isascii() and '"' not in value:
        twice = json.dumps(json.dumps({"value": value}))
        assert redaction.short_text(twice) == '"{\\"value\\": \\"[secret]\\"}"'


def test_nothing_is_blanked_for_what_an_encoding_makes_nothing_of() -> None:
    assert hiding(" \n ").short_text('{"param": "", "code": \'\'}') == '{"param": "", "code": \'\'}'


LARGE = LONG + 5
"""Characters of a value of which not every encoding is made."""


@pytest.mark.parametrize("encoding", [one for one in ENCODINGS if one != "hexadecimal"])
def test_a_large_value_is_blanked_in_each_encoding_that_servers_repeat(encoding: str) -> None:
    value = (VALUE * LARGE)[:LARGE]
    form = ENCODINGS[encoding](value)
    redaction = hiding(value)
    for start in (0, 1, 12_345, len(form) - 200):
        piece = form[start : start + 200]
        assert redaction.short_text(f"<<{piece}>>") == "<<[secret]>>", start
    assert redaction.short_text(f"<<{form}>>") == "<<[secret]>>"
    assert redaction.data(f"<<{form}>>".encode()) == b"<<[secret]>>"


def test_only_encodings_that_a_text_may_hold_are_made_of_a_large_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each is once more as much to go through; so is each error, with nothing else to do for it."""
    redaction = hiding(VALUE * LONG)
    gone_through: list[int] = []

    def counted(shown: str, sent: Iterable[bytes], blank: str, short: Mapping[bytes, int]) -> str:
        gone_through.append(sum(map(len, sent)))
        return without_pieces(shown, sent, blank, short)

    monkeypatch.setattr(redact, "without_pieces", counted)
    for text in ("400: no such thing", "400: \\ no such thing", "400: 100%, no such thing"):
        assert redaction.short_text(text) == text
    plain, escaped, quoted = gone_through
    assert plain < 3.5 * len(VALUE.encode()) * LONG
    assert min(escaped, quoted) > 1.5 * plain


def test_each_value_is_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many errors there are, and values that come after."""
    encoded: list[str] = []

    def counted(value: str) -> Iterator[bytes]:
        encoded.append(value)
        return encodings(value)

    monkeypatch.setattr(redact, "encodings", counted)
    redaction = hiding("the first value")
    assert encoded == []
    for name in ("second", "third"):
        assert redaction.short_text("near 'first value'") == "near '[secret]'"
        redaction.add([Secret("the first value"), Secret(f"the {name} value")])
        assert redaction.short_text(f"near '{name} value'") == "near '[secret]'"
    assert encoded == ["the first value", "the second value", "the third value"]


def test_one_value_within_another_leaves_no_rest() -> None:
    assert hiding("hunter2hunter3", "hunter2").short_text("hunter2hunter3 hunter2") == "[secret] [secret]"


def test_errors_are_made_of_what_is_left() -> None:
    redaction = hiding("canary-of-the-test")
    body = json.dumps({"error": {"message": "bad value 'canary-of-the-te…'", "code": None}}).encode()
    error = failure(Answer(400, {"x-request-id": "canary-of-the-test"}, body, redaction.short_text))
    assert "canary" not in str(error)
    with pytest.raises(ProtocolError) as raised:
        Answer(200, {}, b'{"name": "canary-of-the-test', redaction.short_text).json_object()
    assert "canary" not in str(raised.value)


def test_a_fields_piece_is_hidden_before_it_is_cut() -> None:
    """What stands at the end of what is shown is recognised by what came after it."""
    redaction = hiding("canary-of-the-test")
    for lead in range(280, 301):
        text = "y" * lead + "canary-of-the-te…"
        body = json.dumps({"error": {"message": text, "code": text, "param": text}}).encode()
        headers = {"x-request-id": "near canary-of-the"}
        error = failure(Answer(400, headers, body, redaction.short_text))
        told = f"{error} {error.api_code} {error.param} {error.request_id} {error.hint}"
        assert "cana" not in told, lead
        with pytest.raises(ProtocolError) as raised:
            Answer(200, {}, text.encode(), redaction.short_text).json_object()
        assert "cana" not in str(raised.value)
        moved = failure(Answer(307, {"location": text}, b"", redaction.short_text))
        assert "cana" not in str(moved), lead


@pytest.mark.parametrize("value", ["expired", "container", "error", "message"])
def test_a_value_that_is_a_word_of_the_api_changes_no_meaning(value: str) -> None:
    """What happened is concluded from what came, and what is shown from what is left."""
    body = b'{"error": {"message": "Container is expired: no such container.", "code": null}}'
    redaction = hiding(value)
    sent = Answer(400, {}, body)
    error = failure(Answer(400, {}, redaction.data(body), redaction.short_text), sent)
    assert type(error) is errors.ContainerExpired
    assert value not in str(error)

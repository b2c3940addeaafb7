"""What a server repeats of our secrets is in no error, in whatever form, whole or in pieces."""

from __future__ import annotations

import json
from base64 import b64encode
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.api.answers import Answer, failure
from reconciler.api.errors import ProtocolError
from reconciler.api.redact import PIECE, Redaction
from reconciler.model.write_only import Secret

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
    for shown in (redaction.text(f"a {form} b"), redaction.data(f"a {form} b".encode()).decode()):
        assert "[secret]" in shown
        assert "word" not in shown
        assert (shown[:2], shown[-2:]) == ("a ", " b")


@given(st.text(min_size=PIECE, max_size=40), st.data())
def test_pieces_of_a_value_are_blanked_too(value: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(value) - PIECE))
    end = data.draw(st.integers(start + PIECE, len(value)))
    assert value[start:end] not in hiding(value).short_text(f"<{value[start:end]}>")


def test_what_is_part_of_every_text_is_left() -> None:
    assert hiding("abc").short_text("abc, and so on") == "abc, and so on"
    assert hiding("abcd").text("an abcd") == "an [secret]"


def test_one_value_within_another_leaves_no_rest() -> None:
    assert hiding("hunter2hunter3", "hunter2").text("hunter2hunter3 hunter2") == "[secret] [secret]"


def test_errors_are_made_of_what_is_left() -> None:
    redaction = hiding("canary-of-the-test")
    body = json.dumps({"error": {"message": "bad value 'canary-of-the-te…'", "code": None}}).encode()
    error = failure(Answer(400, {"x-request-id": "canary-of-the-test"}, body, redaction.short_text))
    assert "canary" not in str(error)
    with pytest.raises(ProtocolError) as raised:
        Answer(200, {}, b'{"name": "canary-of-the-test', redaction.short_text).json_object()
    assert "canary" not in str(raised.value)

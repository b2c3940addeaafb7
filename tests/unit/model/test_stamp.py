"""Stamps: frozen vectors of every letter, what moves one, and what nobody can tell."""

from __future__ import annotations

import hashlib
import hmac
import pickle
import traceback
from base64 import b32encode
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.builders import HERE
from support.strategies import input_sets, shuffled

from reconciler.model.names import Stamp
from reconciler.model.stamp import Verdict, compare_stamp, keyed_mark, stamp_of, traces
from reconciler.model.write_only import (
    DomainSecret,
    FromFile,
    FromVariable,
    InlineSkill,
    Secret,
    SkillFile,
    SkillReference,
    WriteOnly,
)

if TYPE_CHECKING:
    from collections.abc import Callable

A = hashlib.sha256(b"a").hexdigest()
B = hashlib.sha256(b"b").hexdigest()
CLEANER = InlineSkill(
    "cleaner",
    "cleans tables",
    "skills/cleaner",
    (SkillFile("SKILL.md", "x/SKILL.md", 1, A), SkillFile("run.py", "x/run.py", 1, B)),
    HERE,
)
SHEETS = SkillReference("openai-spreadsheets", "2")
TOKEN = DomainSecret("api.example.com", "TOKEN", FromVariable("API_TOKEN"), HERE, version=3)
DATA = DomainSecret("Data.example.org", "DATA", FromFile("data.txt", "m/data.txt"), HERE)
KEY = Secret("0123456789abcdef")
MARKED = replace(DATA, keyed=keyed_mark(KEY, DATA.domain, DATA.name, Secret("hunter2 ü")))


def by_hand(text: str) -> str:
    """The first 40 bits of the SHA-256 of a text, as the rules say it."""
    return b32encode(hashlib.sha256(text.encode("ascii")).digest()[:5]).decode().lower()


CONTENTS = hashlib.sha256(f'[["SKILL.md","{A}"],["run.py","{B}"]]'.encode()).hexdigest()
SHEETS_TEXT = '["skill_reference","openai-spreadsheets","2"]'
CLEANER_TEXT = f'["inline","cleaner","cleans tables","{CONTENTS}"]'
TOKEN_TEXT = '["api.example.com","TOKEN",3]'
MARK = "db5adb1df572785642975d7382ef55ea05b76ebe0228a312160228635e90f537"
MARKED_TEXT = f'["data.example.org","DATA","{MARK}"]'

VECTORS = {
    # what a stamp is of, the text by its rule, and what live names carry for ever
    "a reference": (WriteOnly((SHEETS,)), f"[[{SHEETS_TEXT}],[]]", "am53ygnry"),
    "a reference without a version": (
        WriteOnly((SkillReference("x"),)),
        '[[["skill_reference","x",null]],[]]',
        "ahpozknxc",
    ),
    "an inline skill": (WriteOnly((CLEANER,)), f"[[{CLEANER_TEXT}],[]]", "am46qziia"),
    "a secret with a version": (WriteOnly(secrets=(TOKEN,)), f"[[],[{TOKEN_TEXT}]]", "aeixqyx5b"),
    "a secret without a key": (
        WriteOnly(secrets=(DATA,)),
        '[[],[["data.example.org","DATA",null]]]',
        "agc2j3h4q",
    ),
    "a secret with a key": (WriteOnly(secrets=(MARKED,)), f"[[],[{MARKED_TEXT}]]", "bmjdwa6kj"),
    "everything, with a key": (
        WriteOnly((SHEETS, CLEANER), (MARKED, TOKEN)),
        f"[[{CLEANER_TEXT},{SHEETS_TEXT}],[{TOKEN_TEXT},{MARKED_TEXT}]]",
        "bgkak7bns",
    ),
}


@pytest.mark.parametrize("case", VECTORS)
def test_vectors_of_live_names_never_change(case: str) -> None:
    inputs, text, written = VECTORS[case]
    stamp = stamp_of(inputs)
    assert stamp == Stamp(written[0], written[1:])
    assert by_hand(text) == written[1:]


def test_the_mark_of_a_value_is_an_hmac_of_its_binding_and_itself() -> None:
    message = b'["data.example.org","DATA","hunter2 \\u00fc"]'
    assert MARKED.keyed == MARK == hmac.new(b"0123456789abcdef", message, "sha256").hexdigest()


def test_without_write_only_inputs_there_is_no_stamp() -> None:
    assert stamp_of(WriteOnly()) is None


@given(st.data())
def test_the_order_of_declarations_is_no_difference(data: st.DataObject) -> None:
    inputs = data.draw(input_sets)
    other = WriteOnly(data.draw(shuffled(inputs.skills)), data.draw(shuffled(inputs.secrets)))
    assert stamp_of(other) == stamp_of(inputs)
    assert compare_stamp(other, stamp_of(inputs)) is Verdict.SAME


MOVED: dict[str, WriteOnly] = {
    "another version of a skill": WriteOnly((SkillReference("openai-spreadsheets", "3"), CLEANER), (TOKEN,)),
    "no version of a skill": WriteOnly((SkillReference("openai-spreadsheets"), CLEANER), (TOKEN,)),
    "one skill less": WriteOnly((SHEETS,), (TOKEN,)),
    "other contents": WriteOnly(
        (SHEETS, replace(CLEANER, files=(replace(CLEANER.files[0], sha256=B), CLEANER.files[1]))), (TOKEN,)
    ),
    "another file name": WriteOnly(
        (SHEETS, replace(CLEANER, files=(CLEANER.files[0], replace(CLEANER.files[1], path="go.py")))),
        (TOKEN,),
    ),
    "another description": WriteOnly((SHEETS, replace(CLEANER, description="x")), (TOKEN,)),
    "a raised version of a secret": WriteOnly((SHEETS, CLEANER), (replace(TOKEN, version=4),)),
    "another domain": WriteOnly((SHEETS, CLEANER), (replace(TOKEN, domain="x.example.com"),)),
    "another name": WriteOnly((SHEETS, CLEANER), (replace(TOKEN, name="T"),)),
    "one secret more": WriteOnly((SHEETS, CLEANER), (TOKEN, DATA)),
    "no secret": WriteOnly((SHEETS, CLEANER)),
    "nothing at all": WriteOnly(),
}


@pytest.mark.parametrize("what", MOVED)
def test_whatever_would_be_sent_otherwise_is_another_stamp(what: str) -> None:
    before = WriteOnly((SHEETS, CLEANER), (TOKEN,))
    assert compare_stamp(MOVED[what], stamp_of(before)) is Verdict.OTHER
    assert compare_stamp(before, stamp_of(MOVED[what])) is Verdict.OTHER
    assert compare_stamp(before, stamp_of(before)) is Verdict.SAME


SAME: dict[str, Callable[[DomainSecret], DomainSecret]] = {
    "another case of the domain": lambda secret: replace(secret, domain="API.example.com"),
    "another place of the value": lambda secret: replace(secret, value_from=FromVariable("OTHER")),
    "a value": lambda secret: replace(secret, value=Secret("x")),
}


@pytest.mark.parametrize("what", SAME)
def test_what_is_sent_alike_is_the_same_stamp(what: str) -> None:
    assert stamp_of(WriteOnly(secrets=(SAME[what](TOKEN),))) == stamp_of(WriteOnly(secrets=(TOKEN,)))


def test_a_rotation_shows_by_its_key_alone() -> None:
    rotated = replace(DATA, keyed=keyed_mark(KEY, DATA.domain, DATA.name, Secret("hunter3")))
    assert (
        compare_stamp(WriteOnly(secrets=(rotated,)), stamp_of(WriteOnly(secrets=(MARKED,)))) is Verdict.OTHER
    )
    other_key = replace(DATA, keyed=keyed_mark(Secret("x"), DATA.domain, DATA.name, Secret("hunter2 ü")))
    assert (
        compare_stamp(WriteOnly(secrets=(other_key,)), stamp_of(WriteOnly(secrets=(MARKED,))))
        is Verdict.OTHER
    )


def test_what_one_letter_covers_and_the_other_does_not_is_unknown_and_no_change() -> None:
    """A laptop without the key must not replace what CI made with it, nor the other way round."""
    plain, marked = WriteOnly((SHEETS,), (DATA,)), WriteOnly((SHEETS,), (MARKED,))
    assert compare_stamp(plain, stamp_of(marked)) is Verdict.UNREADABLE
    assert compare_stamp(marked, stamp_of(plain)) is Verdict.VALUES_UNKNOWN
    assert compare_stamp(WriteOnly(secrets=(MARKED,)), stamp_of(plain)) is Verdict.OTHER
    versioned = WriteOnly((SHEETS,), (replace(DATA, version=1),))
    assert compare_stamp(versioned, stamp_of(marked)) is Verdict.OTHER


def test_a_letter_that_is_not_known_counts_as_another() -> None:
    stamp = stamp_of(WriteOnly((SHEETS,)))
    assert stamp is not None
    assert compare_stamp(WriteOnly((SHEETS,)), Stamp("c", stamp.digest)) is Verdict.OTHER


def test_files_that_nobody_read_have_no_stamp() -> None:
    unread = replace(CLEANER, files=(SkillFile("SKILL.md", "x/SKILL.md", 1),))
    with pytest.raises(ValueError, match="cleaner"):
        stamp_of(WriteOnly((unread,)))


def test_traces_tell_inputs_apart_and_nothing_about_values() -> None:
    before, after = (
        traces(WriteOnly((SHEETS, CLEANER), (MARKED,))),
        traces(WriteOnly((SHEETS, CLEANER), (DATA,))),
    )
    assert before.keys() == {
        "the skill openai-spreadsheets",
        "the skill cleaner",
        "the secret DATA for Data.example.org",
    }
    assert [label for label in before if before[label] != after[label]] == [
        "the secret DATA for Data.example.org"
    ]


def test_a_secret_shows_itself_to_nobody() -> None:
    secret = Secret("hunter2")
    holder = replace(TOKEN, value=secret)
    shown = f"{secret} {secret!r} {secret!s:>20} {holder} {WriteOnly(secrets=(holder,))!r} {[secret]} {vars}"
    assert "hunter2" not in shown
    shown = "".join(traceback.format_exception(ValueError(holder, secret)))
    assert "hunter2" not in shown
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    assert secret == Secret("hunter2") != Secret("hunter3")
    assert len({secret, Secret("hunter2")}) == 1

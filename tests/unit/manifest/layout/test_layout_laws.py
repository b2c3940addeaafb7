"""Laws of the layout over files as people leave them, judged by what the layout does not use itself."""

from __future__ import annotations

import re
from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from support.governing import governing
from support.skilled import Skilled
from support.untidy import Untidy

from reconciler.control.allowances import settled
from reconciler.manifest.layout.formatting import LaidOut, lay_out
from reconciler.manifest.layout.laying import layout
from reconciler.manifest.walk import Walk

if TYPE_CHECKING:
    from unit.manifest.folder import Folder

RANDOM = st.integers(0, 2**32).map(Random)
_NUMBERED = re.compile(r"c[0-9]+\.")


def _loads(text: str) -> bool:
    walk = Walk("m", text)
    list(walk.documents())
    return not walk.problems


def _scalars(text: str) -> Counter[tuple[str, str | None]]:
    """Every scalar with its style; a text that ends with the file may have to say so (`|-`)."""
    events = yaml.parse(text, Loader=yaml.CSafeLoader)
    return Counter((event.value, event.style) for event in events if isinstance(event, yaml.ScalarEvent))


@settings(deadline=None)
@given(random=RANDOM, crlf=st.booleans())
def test_layout_keeps_meaning_comments_and_quotes_and_is_done_in_one_go(random: Random, crlf: bool) -> None:  # noqa: FBT001 - hypothesis names arguments
    before = Untidy(random).file()
    assume(_loads(before))
    raw = before.replace("\n", "\r\n") if crlf else before
    found = lay_out("m.yaml", raw.encode())
    assert isinstance(found, LaidOut), found
    after = found.after.decode().replace("\r\n", "\n")
    assert list(yaml.load_all(before, yaml.BaseLoader)) == list(yaml.load_all(after, yaml.BaseLoader))
    assert _scalars(before) == _scalars(after)
    assert sorted(_NUMBERED.findall(before)) == sorted(_NUMBERED.findall(after))
    assert layout(after) == after
    assert lay_out("m.yaml", found.after) == LaidOut("m.yaml", found.after, found.after)


@settings(deadline=None)
@given(random=RANDOM, allowing=st.integers(1, 8), crlf=st.booleans())
def test_what_comments_allow_is_the_same_before_and_after(random: Random, allowing: int, crlf: bool) -> None:  # noqa: FBT001 - as above
    before = Untidy(random, allowing).file()
    assume(_loads(before))
    found = lay_out("m.yaml", (before.replace("\n", "\r\n") if crlf else before).encode())
    assert isinstance(found, LaidOut), found
    after = found.after.decode().replace("\r\n", "\n")
    assert governing(before) == governing(after)
    assert list(yaml.load_all(before, yaml.BaseLoader)) == list(yaml.load_all(after, yaml.BaseLoader))
    assert sorted(_NUMBERED.findall(before)) == sorted(_NUMBERED.findall(after))
    assert lay_out("m.yaml", found.after) == LaidOut("m.yaml", found.after, found.after)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(random=RANDOM)
def test_a_set_is_judged_the_same_before_and_after(folder: Folder, random: Random) -> None:
    before = Skilled(random).file()
    found = lay_out("m.yaml", before.encode())
    assert isinstance(found, LaidOut), found
    assert _judged(folder, before) == _judged(folder, found.after.decode())
    assert lay_out("m.yaml", found.after) == LaidOut("m.yaml", found.after, found.after)


def _judged(folder: Folder, text: str) -> Counter[tuple[str, str]]:
    """What is left of all warnings once the comments had their say; messages without numbers of lines."""
    loaded = folder.load(text)
    assert loaded.desired is not None, loaded.diagnostics
    left = settled(loaded.diagnostics, loaded.desired.allowances)
    return Counter((found.code, re.sub("line [0-9]+", "", found.message)) for found in left)

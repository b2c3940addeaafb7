"""Laws of the layout over files as people leave them, judged by what the layout does not use itself."""

from __future__ import annotations

import re
from collections import Counter
from random import Random

import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.untidy import Untidy

from reconciler.manifest.layout.formatting import LaidOut, lay_out, layout
from reconciler.manifest.walk import Walk

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

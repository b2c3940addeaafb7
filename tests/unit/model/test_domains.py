"""Many allowed domains at once cover what one of them covers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.domains import covers, is_covered

PARTS = st.lists(st.sampled_from(["a", "B", "*", "ß", ""]), min_size=1, max_size=4).map(".".join)


@given(allowed=st.sets(PARTS, max_size=4), domain=PARTS)
def test_many_at_once_cover_what_one_of_them_covers(allowed: set[str], domain: str) -> None:
    folded = {each.casefold() for each in allowed}
    assert is_covered(domain, folded) == any(covers(each, domain) for each in allowed)

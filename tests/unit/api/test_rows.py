"""Pages read in C: what they come to is what reading row by row comes to, or they are read row by row."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.strategies import law

from reconciler.api.answers import Answer
from reconciler.api.errors import ProtocolError
from reconciler.api.reader import _page
from reconciler.api.rows import containers_page, files_page
from reconciler.api.wire import read_container, read_file
from reconciler.model.live import LiveContainer, LiveFile, Origin

if TYPE_CHECKING:
    from reconciler.api.pager import Page

STAMPED = "ci-a~ab2c3d4e5"
RIGHT_CONTAINER: dict[str, st.SearchStrategy[Any]] = {
    "id": st.text("abc", min_size=1),
    "object": st.just("container"),
    "name": st.sampled_from(["ci-a", STAMPED, "é", ""]),
    "status": st.sampled_from(["running", "expired", "other"]),
    "created_at": st.integers(0, 2**70),
    "last_active_at": st.integers(0, 2**40),
    "memory_limit": st.sampled_from(["1g", "4g"]),
    "expires_after": st.fixed_dictionaries(
        {"anchor": st.just("last_active_at"), "minutes": st.integers(1, 60)}
    ),
    "network_policy": st.one_of(
        st.just({"type": "disabled"}),
        st.fixed_dictionaries(
            {"type": st.just("allowlist"), "allowed_domains": st.lists(st.sampled_from(["a.example", "B"]))}
        ),
    ),
}
RIGHT_FILE: dict[str, st.SearchStrategy[Any]] = {
    "id": st.text("abc", min_size=1),
    "path": st.sampled_from(["/mnt/data/0123456789abcdef0123456789abcdef-a.txt", "/mnt/data/b", "c/d"]),
    "source": st.sampled_from(["user", "assistant"]),
    "created_at": st.integers(0, 2**40),
    "bytes": st.integers(0, 2**40),
}
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.sampled_from(
        [1.0, "", "\ud800", "é\ud800", [], [1], {}, {"type": 1}, {"type": "x", "allowed_domains": [1, "a"]}]
    ),
    st.sampled_from([{"minutes": True}, {"minutes": 20.0}, {"minutes": 20}, {"anchor": 3, "minutes": None}]),
)
"""What a gateway may make of a field."""


@st.composite
def rows(draw: st.DrawFn, fields: dict[str, st.SearchStrategy[Any]]) -> dict[str, Any]:
    """A row of which few fields are odd, or missing."""
    row = {name: draw(values) for name, values in fields.items()}
    for name in draw(st.lists(st.sampled_from(sorted(row)), max_size=2, unique=True)):
        if draw(st.booleans()):
            row[name] = draw(ODD)
        else:
            del row[name]
    return row | draw(st.dictionaries(st.sampled_from(["extra", "object"]), ODD, max_size=1))


def lists(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[bytes]:
    """An answer to a list, with any ends."""
    ends = st.fixed_dictionaries(
        {"data": st.lists(rows(fields), max_size=3)},
        optional={"has_more": st.booleans() | ODD, "last_id": ODD},
    )
    return ends.map(lambda value: json.dumps(value).encode())


def containers_closely(body: bytes) -> Page[LiveContainer]:
    answer = Answer(200, {}, body)
    return _page(answer, lambda row: read_container(row, None, Origin.LIST), lambda row: row.id)


def files_closely(body: bytes) -> Page[LiveFile]:
    return _page(Answer(200, {}, body), read_file, lambda row: row.id)


@given(lists(RIGHT_CONTAINER))
@law
def test_containers_are_read_as_they_are_row_by_row(body: bytes) -> None:
    if (page := containers_page(body, None)) is not None:
        assert page == containers_closely(body)


@given(lists(RIGHT_FILE))
@law
def test_files_are_read_as_they_are_row_by_row(body: bytes) -> None:
    if (page := files_page(body, None)) is not None:
        assert page == files_closely(body)


@given(st.lists(st.fixed_dictionaries(RIGHT_CONTAINER), max_size=3), st.booleans())
@law
def test_what_the_reference_shows_is_read_at_once(data: list[dict[str, Any]], more: bool) -> None:  # noqa: FBT001 - drawn
    body = json.dumps({"object": "list", "data": data, "has_more": more, "first_id": None}).encode()
    page = containers_page(body, 9)
    assert page is not None
    assert (len(page.rows), page.has_more, page.last_id, page.date) == (len(data), more, None, 9)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"data": null}',
        b'{"data": [{}]}',
        b'{"data": [{"id": ""}]}',
        b'{"data": [{"id": "\\ud800"}]}',
        b'{"data": [{"id": "a", "name": 3}]}',
        b'{"data": [{"id": "a", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]}",
        '{"data": []}'.encode("utf-16"),
        b'{"data": [{"id": "a", "name": "ci-\xe9"}]}',
        b'{"data": [{"id": "a", "unread": "\xe9"}]}',
        b'{"data": [], "has_mor\xdf": true}',
    ],
)
def test_what_is_odd_is_left_to_who_reads_closely(body: bytes) -> None:
    assert containers_page(body, None) is None
    assert files_page(body.replace(b"name", b"path"), None) is None


@pytest.mark.parametrize("body", [b'{"data": [{"id": ""}]}', b'{"data": [{"id": "a", "unread": "\xe9"}]}'])
def test_what_nobody_can_read_is_an_error(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        containers_closely(body)


@pytest.mark.parametrize(
    "written", ['{"data": [{"id": "a", "id": "b"}]}', '{"data": [], "data": [{"id": "c"}]}']
)
def test_of_a_key_that_comes_twice_the_last_counts(written: str) -> None:
    page = containers_page(written.encode(), None)
    assert page is not None
    assert page == containers_closely(written.encode())


def test_what_rows_share_is_kept_once() -> None:
    row = {"id": "a", "network_policy": {"type": "disabled"}, "expires_after": {"minutes": 20}}
    page = containers_page(json.dumps({"data": [row, {**row, "id": "b"}]}).encode(), None)
    assert page is not None
    first, second = (container.spec for _, container in page.rows)
    assert first.network_policy is second.network_policy
    assert first.expires_after is second.expires_after

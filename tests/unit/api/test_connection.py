"""Paths, headers and side-by-side work: the parts of a connection that need no server."""

from __future__ import annotations

import asyncio
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.api.connection import Endpoint, segment
from reconciler.api.errors import ProtocolError, ReplyLost
from reconciler.api.parallel import each


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_an_id_becomes_one_segment_and_stays_itself(identifier: str) -> None:
    if identifier in (".", ".."):
        return
    quoted = segment(identifier)
    assert unquote(quoted) == identifier
    assert not set(quoted) & set("/?#:@\\ \r\n")
    assert quoted.isascii()


@pytest.mark.parametrize("identifier", ["", ".", ".."])
def test_an_id_that_would_name_another_path_is_refused(identifier: str) -> None:
    with pytest.raises(ProtocolError):
        segment(identifier)


def test_the_key_is_sent_and_never_shown() -> None:
    endpoint = Endpoint("https://host/v1", "sk-secret", "org-1", "proj-1")
    headers = endpoint.headers()
    assert headers["Authorization"] == "Bearer sk-secret"
    assert (headers["OpenAI-Organization"], headers["OpenAI-Project"]) == ("org-1", "proj-1")
    assert "sk-secret" not in repr(endpoint)


def test_an_organisation_that_is_not_set_is_not_sent() -> None:
    assert not {"OpenAI-Organization", "OpenAI-Project"} & Endpoint("https://host/v1", "k").headers().keys()


def test_work_runs_side_by_side_up_to_the_bound_and_all_of_it() -> None:
    running, most, done = 0, 0, []

    async def work(item: int) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        done.append(item)
        running -= 1

    asyncio.run(each(range(20), work, parallelism=3))
    assert sorted(done) == list(range(20))
    assert most == 3


@pytest.mark.parametrize("parallelism", [0, 1])
def test_less_than_one_at_a_time_is_one(parallelism: int) -> None:
    done = []

    async def work(item: int) -> None:
        done.append(item)

    asyncio.run(each([1, 2], work, parallelism=parallelism))
    assert done == [1, 2]


def test_the_first_error_ends_the_others_and_comes_as_itself() -> None:
    begun = []

    async def work(item: int) -> None:
        begun.append(item)
        if item == 1:
            raise ReplyLost("the second")
        await asyncio.Event().wait()

    with pytest.raises(ReplyLost, match="the second"):
        asyncio.run(each(range(9), work, parallelism=2))
    assert begun == [0, 1]
